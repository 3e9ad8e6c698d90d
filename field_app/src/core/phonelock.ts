/**
 * The phone's own lock as a way in beside the PIN: a choice of the one person whose phone it is, checked here, without a network.
 *
 * Neighbours: `core.ts` loads it when it is first asked for, `assertion.ts` checks what the platform says, `pins.ts` says when a PIN is
 * over. Invariants: never on a device that others may use · ended by whatever ends the person's PIN · the PIN always remains.
 */
import { type Checked, type Credential, checkCreated, checkSaid, type Expected } from './assertion';
import type { Context } from './context';
import { randomBytes } from './deps';
import { endedOf } from './pins';
import { browserPlatform, type Platform } from './platform';
import type { PhoneLock, PhoneLockResult, UnlockResult } from './types';

interface LockRow {
  credential: Credential;
  /** What had ended the person's PIN when it was chosen. */
  ended: string;
}

/** How `core.ts` lets a person in once it is proven who they are. */
export type Admit = (person: string, check: () => Promise<UnlockResult>) => Promise<UnlockResult>;

const CHALLENGE_BYTES = 32;
const metaKey = (person: string): string => `lock:${person}`;
const REFUSED: UnlockResult = { ok: false, left: 0, waitUntil: null };

export function phoneLock(ctx: Context, admit: Admit, platform: Platform = browserPlatform()): PhoneLock {
  const { crypto } = ctx.deps;

  /** A question nobody was asked before; its challenge lives as long as this call. */
  const question = (): Expected => ({
    challenge: randomBytes(ctx.deps, CHALLENGE_BYTES),
    origin: platform.origin,
    rpId: platform.rpId,
  });

  async function offered(person: string): Promise<boolean> {
    return ctx.device.person === person && (await platform.able());
  }

  /** What is kept for this person, if nothing has ended it. */
  async function kept(person: string): Promise<Credential | null> {
    await ctx.replica.whole;
    const row = await ctx.db.meta<LockRow>(metaKey(person));
    return row && ctx.device.person === person && row.ended === endedOf(ctx, person) ? row.credential : null;
  }

  async function keep(person: string, credential: Credential): Promise<void> {
    const row: LockRow = { credential, ended: endedOf(ctx, person) };
    await ctx.db.setMeta(metaKey(person), row);
  }

  async function choose(person: string): Promise<PhoneLockResult> {
    if (!(await offered(person))) return 'refused';
    await ctx.replica.whole;
    const asked = question();
    const made = await platform.create(asked, person, `Handover · ${ctx.device.name}`);
    if (made === null) return 'cancelled';
    const checked: Checked<Credential> = await checkCreated(crypto, asked, made);
    if (!checked.ok) return 'refused';
    await keep(person, checked.value);
    return 'ok';
  }

  async function unlock(person: string): Promise<PhoneLockResult> {
    const credential = await kept(person);
    if (credential === null) return 'ended';
    const asked = question();
    const said = await platform.get(asked, credential.id);
    if (said === null) return 'cancelled';
    const result = await admit(person, async () => {
      const checked = await checkSaid(crypto, credential, asked, said);
      // Asked again: the office may have ended it while the phone was asking for a finger.
      if (!checked.ok || (await kept(person)) === null) return REFUSED;
      await keep(person, { ...credential, count: checked.value });
      return { ok: true };
    });
    return result.ok ? 'ok' : 'refused';
  }

  return {
    offered,
    chosen: async (person) => (await kept(person)) !== null && platform.able(),
    choose,
    unlock,
    drop: (person) => ctx.db.setMeta(metaKey(person), null),
  };
}
