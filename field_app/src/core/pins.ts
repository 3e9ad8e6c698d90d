/**
 * PINs: they separate colleagues on a shared tablet, offline too. They are no defence against an attacker.
 *
 * Neighbours: `core.ts` unlocks through it; the server checks a PIN the first time (`POST /api/v1/pin`). Invariants: only an
 * HMAC under a key that cannot leave the device is kept; wrong tries and the wait they cost survive a restart.
 */
import { PIN_TRIES_MAX, PIN_WAIT_SECONDS, PIN_WAIT_SECONDS_MAX } from '../generated/limits';
import type { PinRequest } from '../generated/types';
import { base64, fromBase64, utf8 } from './bytes';
import type { Context } from './context';
import { isAway, problemOf } from './problems';
import type { UnlockResult } from './types';

interface PinRow {
  /** base64 of the HMAC; null until the server has confirmed one. */
  mac: string | null;
  wrong: number;
  /** How many waits in a row: each doubles. */
  waits: number;
  waitUntil: number | null;
  /** What had ended the person's PINs when this one was kept: one that was ended since opens nothing here. */
  ended?: string;
}

const FRESH: PinRow = { mac: null, wrong: 0, waits: 0, waitUntil: null };
const metaKey = (person: string): string => `pin:${person}`;
const NEVER = '/';

/** When the office last ended this person's PIN, and when they last left. */
export function endedOf(ctx: Context, person: string): string {
  const known = ctx.replica.one('person', person);
  return `${known?.pin_reset_at ?? ''}/${known?.left_at ?? ''}`;
}

/** Checks a PIN: here if it is known, else with the server. */
export async function checkPin(ctx: Context, person: string, pin: string): Promise<UnlockResult> {
  const kept = (await ctx.db.meta<PinRow>(metaKey(person))) ?? FRESH;
  const row = (kept.ended ?? NEVER) === endedOf(ctx, person) ? kept : { ...kept, mac: null };
  const now = ctx.deps.now();
  const waitUntil =
    row.waitUntil === null ? null : Math.min(row.waitUntil, now + PIN_WAIT_SECONDS_MAX * 1000);
  if (waitUntil !== null && waitUntil > now) return { ok: false, left: 0, waitUntil };
  if (row.mac !== null && (await matches(ctx, person, pin, row.mac))) {
    await ctx.db.setMeta(metaKey(person), { ...FRESH, mac: row.mac, ended: endedOf(ctx, person) });
    return { ok: true };
  }
  // Unknown here, or changed on another device: the server may know better.
  const said = await ask(ctx, { person, pin, first: false });
  if (said === 'ok') return keep(ctx, person, pin);
  if (said === 'away' && row.mac === null) return { ok: false, needsNetwork: true };
  if (said !== 'wrong' && said !== 'away') return said;
  return count(ctx, person, row);
}

/** Sets a person's first PIN; only the server can say yes. */
export async function setPin(ctx: Context, person: string, pin: string): Promise<UnlockResult> {
  const said = await ask(ctx, { person, pin, first: true });
  if (said === 'ok') return keep(ctx, person, pin);
  if (said === 'away') return { ok: false, needsNetwork: true };
  return said === 'wrong' ? { ok: false, left: PIN_TRIES_MAX, waitUntil: null } : said;
}

async function ask(ctx: Context, request: PinRequest): Promise<'ok' | 'wrong' | 'away' | UnlockResult> {
  try {
    await ctx.http.json('POST', '/api/v1/pin', request);
    return 'ok';
  } catch (fault) {
    const why = problemOf(fault, 'network');
    if (why.code === 'pin_wrong') return 'wrong';
    if (isAway(why.code) || why.code === 'server_error') return 'away';
    if (why.code === 'too_many_tries') {
      return {
        ok: false,
        left: 0,
        waitUntil: ctx.deps.now() + (why.retry_after_s ?? PIN_WAIT_SECONDS) * 1000,
      };
    }
    return { ok: false, problem: why };
  }
}

async function keep(ctx: Context, person: string, pin: string): Promise<UnlockResult> {
  await ctx.db.setMeta(metaKey(person), {
    ...FRESH,
    mac: await macOf(ctx, person, pin),
    ended: endedOf(ctx, person),
  });
  return { ok: true };
}

async function count(ctx: Context, person: string, row: PinRow): Promise<UnlockResult> {
  const wrong = row.wrong + 1;
  const waits = wrong >= PIN_TRIES_MAX ? row.waits + 1 : row.waits;
  const seconds = Math.min(PIN_WAIT_SECONDS_MAX, PIN_WAIT_SECONDS * 2 ** (waits - 1));
  const waitUntil = wrong >= PIN_TRIES_MAX ? ctx.deps.now() + seconds * 1000 : null;
  const ended = endedOf(ctx, person);
  const next: PinRow = { mac: row.mac, ended, wrong: waitUntil === null ? wrong : 0, waits, waitUntil };
  await ctx.db.setMeta(metaKey(person), next);
  return { ok: false, left: waitUntil === null ? PIN_TRIES_MAX - wrong : 0, waitUntil };
}

async function hmacKey(ctx: Context): Promise<CryptoKey> {
  const known = await ctx.db.meta<CryptoKey>('pinKey');
  if (known) return known;
  const algorithm: HmacKeyGenParams = { name: 'HMAC', hash: 'SHA-256' };
  const made = await ctx.deps.crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  await ctx.db.setMeta('pinKey', made);
  return made;
}

async function macOf(ctx: Context, person: string, pin: string): Promise<string> {
  const key = await hmacKey(ctx);
  return base64(new Uint8Array(await ctx.deps.crypto.subtle.sign('HMAC', key, utf8(`${person}\n${pin}`))));
}

async function matches(ctx: Context, person: string, pin: string, mac: string): Promise<boolean> {
  const key = await hmacKey(ctx);
  return ctx.deps.crypto.subtle.verify('HMAC', key, fromBase64(mac), utf8(`${person}\n${pin}`));
}
