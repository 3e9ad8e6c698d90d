/**
 * The person at a phone: opens the app, enrols, unlocks, checks assets in, looks away, comes back, loses patience.
 *
 * Neighbours: `phone.ts` (the device), `work.ts` (what a check-in is). Invariants: a person goes on with what they had begun; what
 * was not said to be saved is done again; at every opening they notice whether the gate stood as it must.
 */
import type { CoreImpl } from '../src/core/core.ts';
import type { Host } from './host.ts';
import type { Attempt } from './oracle.ts';
import type { Phone } from './phone.ts';
import { type Checkin, checkin } from './work.ts';

export interface Place {
  host: Host;
  people: string[];
  pin: string;
  assets: string[];
  gate: 'strict' | 'records';
}

const AWAY_MS = 300_000; // longer hidden than this is an opening

export class Person {
  private readonly phone: Phone;
  private readonly place: Place;
  private readonly who: string;
  private open: Checkin[] = [];
  private hiddenAt: number | null = null;
  /** Saved before the last opening and not with the server then. */
  private owed: Attempt[] = [];
  private started = 0;
  /** So many check-ins at most. */
  limit: number;
  /** Once everything is to heal, nothing new is begun. */
  resting = false;

  constructor(phone: Phone, place: Place, limit: number) {
    this.phone = phone;
    this.place = place;
    this.limit = limit;
    this.who = phone.random.pick(place.people);
  }

  /** One life of the app, from its opening. */
  async live(): Promise<void> {
    const { phone } = this;
    const core = phone.open();
    await this.opening(() => core.start());
    while (phone.core === core) {
      const { phase } = core.status.get();
      if (phase === 'ready') await this.act(core);
      else if (!(await this.enter(core, phase))) return;
      await phone.world.scheduler.sleep(phone.random.int(300, 12_000));
    }
  }

  /** Becomes the one who works here. False when there is nothing to be done any more. */
  private async enter(core: CoreImpl, phase: string): Promise<boolean> {
    const { phone, place } = this;
    try {
      if (phase === 'not_enrolled' || phase === 'evicted') {
        const replaces =
          phase === 'evicted' && phone.random.chance(0.5) ? core.status.get().eviction?.device : null;
        const { code } = await place.host.call<{ code: string }>('invite', {
          now: phone.world.net.now(),
          replaces,
        });
        await core.enrol(code);
        phone.world.log(`enrolled ${phone.name} ${phone.device}`);
        phone.revoked = false;
      } else if (phase === 'locked') {
        await core.unlock(this.who, place.pin);
      } else if (phase === 'revoked') return false;
    } catch {
      // the network, mostly: tried again in a while
    }
    return true;
  }

  private async act(core: CoreImpl): Promise<void> {
    const { phone } = this;
    const { random } = phone;
    if (this.resting) return;
    if (random.chance(0.06)) return this.lookAway();
    if (random.chance(0.04) && phone.tabs.length < 2) return this.secondTab();
    if (random.chance(0.02)) core.retryNow();
    const current = this.open.find((one) => one.at < one.steps.length);
    if (current) return this.step(current);
    if (this.started >= this.limit) return;
    const { assets } = this.place;
    const index = random.int(0, assets.length - 1);
    const made = checkin(
      random,
      () => core.newId(),
      () => core.now(),
      assets[index] ?? '',
      index % 3 ? 'machine' : 'vehicle',
    );
    this.open.push(made);
    this.started += 1;
    return this.step(made);
  }

  private async step(work: Checkin): Promise<void> {
    const { phone } = this;
    const tab = phone.random.pick(phone.tabs);
    if (tab.status.get().phase !== 'ready') return;
    work.made ??= work.steps[work.at]?.(phone.random) ?? null;
    const step = work.made;
    if (!step) return;
    const begins = step.items.some((item) => item.action === 'handover.start');
    try {
      if (begins && tab.canStartNew()) await this.checkGate();
      const saved = await phone.save(tab, step.items, step.files);
      work.entries.push(...saved.map((one) => one.id));
      work.at += 1;
      work.made = null;
    } catch {
      // said not to be saved: taken again
    }
  }

  /** Under strict nothing new may begin while something from before the opening is missing on the server. */
  private async checkGate(): Promise<void> {
    if (this.place.gate !== 'strict' || this.owed.length === 0) return;
    const known = await this.place.host.call<{ entries: string[]; blobs: string[] }>('known');
    const entries = new Set(known.entries);
    const blobs = new Set(known.blobs);
    this.owed = this.owed.filter((one) => !isThere(one, entries, blobs));
    const left = this.owed.find((one) => !one.destroyed && !one.fellBack);
    if (left)
      this.phone.world.oracle.violated('gate', `${this.phone.name} may begin anew without ${left.action}`);
  }

  /** An opening: what is unsent now holds the gate. */
  private async opening(opens: () => Promise<void> | void): Promise<void> {
    const { phone, place } = this;
    const { oracle } = phone.world;
    const device = phone.device;
    const saved = oracle.savedOf(device).filter((one) => !one.destroyed && !one.fellBack);
    if (saved.length > 0) {
      const known = await place.host.call<{ entries: string[]; blobs: string[] }>('known');
      const [entries, blobs] = [new Set(known.entries), new Set(known.blobs)];
      this.owed = saved.filter((one) => !isThere(one, entries, blobs));
    } else this.owed = [];
    const owed = this.owed.length > 0;
    try {
      await opens();
    } catch {
      return; // the store would not open: the person sees it and tries again
    }
    const status = phone.core?.status.get();
    const open = status && (status.phase === 'ready' || status.phase === 'locked') && status.gate === 'open';
    if (place.gate !== 'strict' || !owed || !open) return;
    // The core may have uploaded everything meanwhile: only what is still missing counts.
    await this.checkGate();
  }

  private async lookAway(): Promise<void> {
    const { phone } = this;
    phone.hide(true);
    this.hiddenAt = phone.world.scheduler.now;
    await phone.world.scheduler.sleep(phone.random.pick([5_000, 60_000, 400_000, 1_500_000]));
    const long = phone.world.scheduler.now - this.hiddenAt > AWAY_MS;
    if (long) await this.opening(() => phone.hide(false));
    else phone.hide(false);
  }

  private async secondTab(): Promise<void> {
    const { phone, place } = this;
    if (!phone.world.weather.strikes('second_tab', 1)) return;
    phone.world.weather.count('second_tab');
    const tab = phone.open();
    try {
      await tab.start();
      if (tab.status.get().phase === 'locked') await tab.unlock(this.who, place.pin);
    } catch {
      // a tab that does not come up is closed again
    }
    if (tab.status.get().phase === 'ready') return;
    phone.tabs = phone.tabs.filter((one) => one !== tab);
    await tab.stop();
  }
}

function isThere(one: Attempt, entries: ReadonlySet<string>, blobs: ReadonlySet<string>): boolean {
  // Files the server had and lost with its backup, after the device had let them go, are nothing it could still send.
  const files = one.filesFellBack || one.files.every((file) => blobs.has(file.sha256));
  return entries.has(one.saved?.id ?? '') && files;
}
