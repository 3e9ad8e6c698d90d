/**
 * A device's journal, open: its context, its loop, its socket, its bond with the other tabs.
 *
 * Neighbours: `core.ts` opens one at a time and shows its state; `loop.ts` and `live.ts` run only in the tab that leads.
 * Invariant: a follower saves and reads like the leader; what it cannot do itself it asks the leader for.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import type { EnrolAnswer, WipedRequest } from '../generated/types';
import { type Context, emptyLists, type Reason, reload, type SyncStatus, type Told } from './context';
import { Db, got, type RecordRow } from './db';
import { type Deps, isoOf, randomBytes } from './deps';
import { infoOf, renew } from './enrol';
import type { Http } from './http';
import type { DeviceKeys } from './keys';
import { Bus, seekLead } from './leader';
import { Live, Pulse } from './live';
import { Loop } from './loop';
import { prunePreviews } from './pictures';
import { problemOf } from './problems';
import type { Replica } from './replica';
import type { DeviceInfo, Problem } from './types';
import { farewellOf } from './wipe';

/** What is remembered of the replica beside its records. */
const REPLICA = ['cursors', 'floors', 'digests', 'compared', 'repairs'];
/** So many of each kind are read before anything shows. The rest comes behind an office's pages, and behind a phone's lock. */
const FIRST_READ = 100;
/** So many changed records are asked for at once. */
const KEYS_AT_ONCE = 500;
/** A store that would not drop the replica of a revoked device is asked again after so long. */
const FORGET_AGAIN_MS = 5_000;

export interface OpenedEvents {
  /** Lists, proof or device changed. */
  changed(): void;
  sync(status: SyncStatus): void;
  live(live: boolean): void;
  leads(): void;
  revoked(problem: Problem): void;
  /** The office wants this device emptied; it locks at once and sends what it has. */
  wiping(): void;
  /** Everything is proven: it may be destroyed, and this be said. */
  emptied(said: WipedRequest): void;
  /** Another tab has destroyed it. */
  gone(): void;
  outdated(): void;
}

export class Opened {
  readonly ctx: Context;
  /** Whether this device was told that it may no longer take part. */
  revoked: boolean;
  /** Whether the office wants it emptied. */
  wiping: boolean;
  private readonly events: OpenedEvents;
  private readonly bus: Bus;
  private loop: Loop | null = null;
  private live: Live | null = null;
  private readonly pulse: Pulse;
  /** What the loop last said, for tabs that come later. */
  private last: SyncStatus | null = null;
  private closed = false;
  /** Who may use the device has changed, and it is not known yet how. */
  private rosterOld = false;
  private giveUpLead: () => void = () => undefined;
  private readonly unsubscribe: (() => void)[] = [];

  private constructor(
    ctx: Context,
    name: string,
    is: { revoked: boolean; wiping: boolean },
    events: OpenedEvents,
  ) {
    this.ctx = ctx;
    this.revoked = is.revoked;
    this.wiping = is.wiping;
    this.events = events;
    this.bus = new Bus(ctx.deps, name, (message) => void this.hear(message).catch(() => undefined));
    this.pulse = new Pulse(ctx.deps, (live) => {
      if (!live) this.live?.silent();
      events.live(live);
    });
    ctx.tell = (message) => {
      this.bus.tell(message);
      if (message.what === 'device') events.changed();
    };
    ctx.http.renew = () => renew(ctx.deps, ctx.http, ctx.device.device, ctx.keys);
    const lists = [ctx.outbox, ctx.blobs, ctx.wizards, ctx.proven, ctx.fullUploadAt];
    for (const list of lists) this.unsubscribe.push(list.subscribe(() => events.changed()));
    this.followRoster();
  }

  /** People and the office's list for this device say who may use it: when they change, the leading tab asks anew. */
  private followRoster(): void {
    for (const kind of ['person', 'roster'] as const) {
      let first = true;
      const changed = (): void => {
        if (!first && this.loop && this.ctx.device.type !== 'office') {
          this.rosterOld = true;
          void this.refreshDevice();
        }
        first = false;
      };
      this.unsubscribe.push(this.ctx.replica.live(kind).subscribe(changed));
    }
    const heard = (): void => {
      if (this.rosterOld && this.loop) void this.refreshDevice();
    };
    this.unsubscribe.push(this.ctx.heardAt.subscribe(heard));
  }

  /** Opens a database that holds a journal. null when it holds none. */
  static async open(
    deps: Deps,
    http: Http,
    replica: Replica,
    name: string,
    events: OpenedEvents,
  ): Promise<Opened | null> {
    const db = await Db.open(deps.indexedDB, name);
    const device = await db.meta<DeviceInfo>('device');
    const keys = await db.meta<DeviceKeys>('keys');
    if (!device || !keys) {
      db.close();
      return null;
    }
    const ctx: Context = {
      deps,
      db,
      http,
      device,
      keys,
      replica,
      boot: bytesToHex(randomBytes(deps, 8)),
      startedMono: deps.mono(),
      tell: () => undefined,
      ...emptyLists(),
    };
    await replica.load(db, FIRST_READ);
    await reload(ctx);
    const revoked = (await db.meta<boolean>('revoked')) ?? false;
    const wiping = (await db.meta<boolean>('wiping')) ?? false;
    return new Opened(ctx, name, { revoked, wiping }, events);
  }

  /** Seeks the lead; the loop and the socket start with it. */
  start(): void {
    this.giveUpLead = seekLead(this.ctx.deps, `sync:${this.ctx.device.device}`, () => this.lead());
    if (!this.loop) this.bus.tell({ what: 'ask' });
  }

  kick(reason: Reason): void {
    if (this.loop) this.loop.kick(reason);
    else this.bus.tell({ what: 'kick', reason });
  }

  close(): void {
    this.closed = true;
    this.loop?.stop();
    this.live?.stop();
    this.pulse.stop();
    this.giveUpLead();
    this.bus.close();
    for (const off of this.unsubscribe) off();
    this.ctx.replica.halt();
    this.ctx.http.renew = null;
    this.ctx.db.close();
  }

  private lead(): void {
    if (this.revoked) return;
    this.loop = new Loop(this.ctx, {
      status: (status) => {
        this.last = status;
        this.events.sync(status);
        this.bus.tell({ what: 'sync', status });
        if (status.network === 'idle') this.live?.hurry();
      },
      revoked: (problem) => void this.revoke(problem),
      wiping: () => this.wipe(),
      outdated: () => this.events.outdated(),
    });
    this.pulse.lost(); // what the leader before heard is not what this tab hears
    this.live = new Live(this.ctx, {
      poke: (reason) => this.loop?.kick(reason),
      heard: () => this.heard(isoOf(this.ctx.deps.now()), true),
      lost: () => this.unheard(true),
    });
    this.events.leads();
    this.unsubscribe.push(this.ctx.deps.onOnline(() => this.loop?.kick('retry')));
    this.loop.kick('open');
    if (!this.wiping) this.live.start();
    void this.refreshDevice();
    prunePreviews(this.ctx).catch(() => undefined); // only tidiness
  }

  /** The server was heard, here or (not `first`) by the leading tab. */
  private heard(at: string, first: boolean): void {
    this.ctx.heardAt.set(at);
    this.pulse.beat();
    if (first) this.bus.tell({ what: 'live', at });
  }

  private unheard(first: boolean): void {
    this.pulse.lost();
    if (first) this.bus.tell({ what: 'live', at: null });
  }

  /** The roster and the organisation's keys as they now are. */
  private async refreshDevice(): Promise<void> {
    try {
      const answer = await this.ctx.http.json<EnrolAnswer>('GET', '/api/v1/device');
      if (answer.device !== this.ctx.device.device) return;
      this.ctx.device = infoOf(answer);
      this.rosterOld = false;
      await this.ctx.db.setMeta('device', this.ctx.device);
      this.ctx.tell({ what: 'device' });
    } catch (fault) {
      const why = problemOf(fault, 'network');
      if (why.code === 'device_revoked') await this.revoke(why);
    }
  }

  /** The replica goes at once; what was recorded here stays until a person has exported or the office has it. */
  private async revoke(problem: Problem): Promise<void> {
    if (this.revoked) return;
    this.revoked = true;
    this.loop?.stop();
    this.live?.stop();
    this.unheard(true);
    // The screen first: a store that cannot be written just now must not keep in sight what is no longer ours.
    this.ctx.replica.clear();
    this.events.revoked(problem);
    await this.forget('revoked');
  }

  /** Drops the replica from the store; tried again while the store refuses. */
  private async forget(why: 'revoked' | 'wiping'): Promise<void> {
    try {
      await this.ctx.db.write(['meta', 'records', 'previews', 'wizards'], async (tx) => {
        tx.objectStore('records').clear();
        tx.objectStore('previews').clear();
        for (const key of REPLICA) tx.objectStore('meta').delete(key);
        if (why === 'wiping') tx.objectStore('wizards').clear(); // nobody goes on with them here
        tx.objectStore('meta').put(true, why);
      });
      this.bus.tell({ what: 'device' });
    } catch {
      if (!this.closed) this.ctx.deps.setTimeout(() => void this.forgetAgain(why), FORGET_AGAIN_MS);
    }
  }

  private async forgetAgain(why: 'revoked' | 'wiping'): Promise<void> {
    await this.forget(why);
    this.kick('retry'); // only now it may be emptied
  }

  /** The replica goes at once; what is unsent goes up; when all of it is proven, the journal may be destroyed. */
  private async wipe(): Promise<void> {
    if (!this.wiping) {
      this.wiping = true;
      this.live?.stop();
      this.unheard(true);
      this.ctx.replica.clear();
      this.events.wiping();
      await this.forget('wiping');
      await reload(this.ctx);
    }
    const said = await farewellOf(this.ctx);
    if (!said) return;
    this.loop?.stop();
    this.events.emptied(said);
  }

  /** Tells the other tabs that the journal is about to be destroyed: they close it. */
  tellGone(): void {
    this.bus.tell({ what: 'wiped' });
  }

  private async hear(message: Told): Promise<void> {
    const { ctx } = this;
    if (message.what === 'outbox') await reload(ctx);
    else if (message.what === 'records') await this.readAgain(message.keys);
    else if (message.what === 'sync') this.events.sync(message.status);
    else if (message.what === 'live') this.hearOfLive(message.at);
    else if (message.what === 'ask') this.answer();
    else if (message.what === 'kick') this.loop?.kick(message.reason);
    else if (message.what === 'wiped') this.events.gone();
    else {
      ctx.device = (await ctx.db.meta<DeviceInfo>('device')) ?? ctx.device;
      this.revoked = (await ctx.db.meta<boolean>('revoked')) ?? false;
      this.wiping = (await ctx.db.meta<boolean>('wiping')) ?? false;
      if (this.revoked || this.wiping) ctx.replica.clear();
      if (this.wiping) this.events.wiping();
      this.events.changed();
    }
  }

  private hearOfLive(at: string | null): void {
    if (this.loop) return; // whoever leads hears for itself
    if (at === null) this.unheard(false);
    else this.heard(at, false);
  }

  /** A tab that has just come: the leader says how it stands. */
  private answer(): void {
    if (!this.loop) return;
    if (this.last) this.bus.tell({ what: 'sync', status: this.last });
    if (this.pulse.beating) this.bus.tell({ what: 'live', at: this.ctx.heardAt.get() });
  }

  private async readAgain(keys: [string, string][]): Promise<void> {
    for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) {
      const some = keys.slice(from, from + KEYS_AT_ONCE);
      const rows = await this.ctx.db.read(['records'], (tx) =>
        Promise.all(some.map((key) => got<RecordRow | undefined>(tx.objectStore('records').get(key)))),
      );
      this.ctx.replica.put(some.map(([kind, id], index) => ({ kind, id, row: rows[index] ?? null })));
    }
  }
}
