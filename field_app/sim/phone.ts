/**
 * One device of the simulation: its disk, its cookies, its clock, and the shipped core running on it, life after life.
 *
 * Neighbours: `person.ts` uses it as a person would; `disk.ts`, `net.ts` are its ground; `oracle.ts` writes down what its screen was
 * told. Invariants: the core touches the world only through what is given here; a crash ends every tab at once and nothing of
 * that life has an effect afterwards; what leaves the disk is compared with the receipts that really arrived.
 */
import { CoreImpl } from '../src/core/core.ts';
import type { BlobRow, OutboxRow } from '../src/core/db.ts';
import type { Channel, Deps, Timer } from '../src/core/deps.ts';
import type { NewEntry, Saved } from '../src/core/types.ts';
import type { SyncAnswer, SyncRequest } from '../src/generated/types.ts';
import { sha256, simCrypto } from './crypto.ts';
import { type Copy, Disk } from './disk.ts';
import type { Weather } from './faults.ts';
import type { Net, Station } from './net.ts';
import type { Attempt, Oracle } from './oracle.ts';
import type { Random } from './random.ts';
import { type Life, lives, type Scheduler } from './scheduler.ts';

export interface World {
  scheduler: Scheduler;
  net: Net;
  weather: Weather;
  oracle: Oracle;
  log(line: string): void;
}

/** What one life of the app shares between its tabs. */
interface Boot extends Life {
  locks: Locks;
  channels: Set<SimChannel>;
  visibility: Set<(hidden: boolean) => void>;
  hidden: boolean;
  startedAt: number;
}

export class Phone implements Station {
  readonly name: string;
  readonly disk = new Disk();
  readonly cookies = new Map<string, string>();
  online = true;
  /** What the wall clock is off by. ms. */
  skew: number;
  boot: Boot | null = null;
  tabs: CoreImpl[] = [];
  /** How often the app was opened. */
  opens = 0;
  /** A copy of the store some backup tool made. */
  backup: Copy[] | null = null;
  revoked = false;
  /** Devices this phone has been, the present one among them. */
  private readonly devices = new Set<string>();
  /** Its replica was harmed on purpose, or the server's past was changed: what differs is to be found and mended. */
  harmed = false;
  readonly world: World;
  readonly random: Random;
  private readonly crypto: Crypto;

  constructor(name: string, world: World, random: Random) {
    this.name = name;
    this.world = world;
    this.random = random;
    this.crypto = simCrypto(random);
    this.skew = random.chance(0.5) ? random.int(-240_000, 240_000) : 0;
  }

  get core(): CoreImpl | null {
    return this.tabs[0] ?? null;
  }

  /** The device id of the journal on the disk. */
  get device(): string {
    return this.disk.meta<{ device: string }>('device')?.device ?? '';
  }

  // --- lives ----------------------------------------------------------------------------------------------------------
  /** A new life of the app; `run` is what goes on in it. */
  begin(run: () => Promise<void>): void {
    const boot: Boot = {
      name: this.name,
      dead: false,
      fuse: null,
      burn: () => this.die('crash_in_a_step'),
      locks: new Locks(),
      channels: new Set(),
      visibility: new Set(),
      hidden: false,
      startedAt: this.world.scheduler.now,
    };
    this.boot = boot;
    this.tabs = [];
    this.opens += 1;
    if (this.world.weather.strikes('crash_in_a_step', 0.25)) boot.fuse = this.random.int(1, 1500);
    void lives.run(boot, run);
  }

  /** Power is gone, or the platform ended the app. */
  die(why: 'crash' | 'crash_in_a_step' | 'crash_after_save'): void {
    const boot = this.boot;
    if (!boot) return;
    this.world.weather.count(why);
    this.end(boot);
    this.world.log(`app ${this.name} ${why}`);
  }

  private end(boot: Boot): void {
    boot.dead = true;
    this.boot = null;
    this.tabs = [];
    this.world.net.dropSockets(boot);
    this.disk.crash();
    this.look();
  }

  /** The app is closed as the platform closes it when asked to. */
  async close(): Promise<void> {
    const boot = this.boot;
    if (!boot) return;
    for (const tab of this.tabs) await tab.stop();
    if (this.boot === boot) this.end(boot);
  }

  open(): CoreImpl {
    const core = new CoreImpl(this.deps(), 'field');
    this.tabs.push(core);
    return core;
  }

  hide(hidden: boolean): void {
    if (!this.boot) return;
    this.boot.hidden = hidden;
    for (const run of this.boot.visibility) run(hidden);
  }

  // --- saving ---------------------------------------------------------------------------------------------------------
  /** Records as a screen does, and writes down what it was told. */
  async save(core: CoreImpl, items: NewEntry[], files: Attempt['files'][]): Promise<Saved[]> {
    const { oracle } = this.world;
    const device = this.device;
    const attempts = items.map(({ action, args, extra }, at) =>
      oracle.attempt({
        phone: this.name,
        device,
        action,
        args: JSON.stringify(args),
        files: files[at] ?? [],
        private: (extra?.private ?? []).map(sha256),
      }),
    );
    try {
      const saved = await core.recordAll(items);
      for (const [at, one] of saved.entries()) this.told(attempts[at] as Attempt, one);
      return saved;
    } catch (fault) {
      for (const attempt of attempts) attempt.state = 'failed';
      throw fault;
    } finally {
      if (this.world.weather.strikes('crash_after_save', 0.04)) this.die('crash_after_save');
    }
  }

  private told(attempt: Attempt, saved: Saved): void {
    attempt.state = 'saved';
    attempt.saved = saved;
    attempt.here = true;
    const row = this.disk.values<OutboxRow>('outbox').find((one) => one.id === saved.id);
    attempt.body = row ? sha256(row.body) : null;
    this.world.log(`save ${this.name} ${saved.epoch}/${saved.seq} ${attempt.action} ${saved.hash}`);
  }

  /** What waits here, as a person takes it to the office: the file, once it is written. Nothing when that fails or the app dies. */
  export(done: (file: Uint8Array<ArrayBuffer>) => void): void {
    const { boot, core } = this;
    if (!boot || !core) return;
    void lives.run(boot, async () => {
      try {
        done(new Uint8Array(await (await core.exportFile()).arrayBuffer()));
      } catch {
        // not enrolled, a store that fails: the person tries another time
      }
    });
  }

  // --- what the oracle looks at ---------------------------------------------------------------------------------------
  /** Compares what lies on the disk with what lay there before: nothing leaves without a receipt that arrived, with a wipe neither. */
  look(): void {
    const { oracle } = this.world;
    if (this.device) this.devices.add(this.device);
    const rows = new Map(this.disk.values<OutboxRow>('outbox').map((row) => [row.id, row]));
    const bytes = new Set(
      this.disk.records(this.disk.journal ?? '', 'bytes').map((record) => String(record.key)),
    );
    for (const attempt of [...this.devices].flatMap((device) => oracle.savedOf(device))) {
      if (!attempt.saved || attempt.destroyed) continue;
      const { device } = attempt;
      const { id, epoch, seq } = attempt.saved;
      if (attempt.here && !rows.has(id)) {
        attempt.here = false;
        if (!oracle.coveredBy(device, epoch, seq))
          oracle.violated('receipt before removal', `${this.name} ${epoch}/${seq} ${attempt.action}`);
      }
      this.lookAtFiles(attempt, bytes);
    }
  }

  private lookAtFiles(attempt: Attempt, bytes: ReadonlySet<string>): void {
    const { oracle } = this.world;
    for (const file of attempt.files) {
      if (bytes.has(file.sha256) || this.gone.has(file.sha256)) continue;
      this.gone.add(file.sha256);
      // What the server examined and put aside stays with its entry, until that goes too.
      if (attempt.device !== this.device && oracle.rejected.has(file.sha256)) continue;
      if (!oracle.fileCovered(attempt.device, file.sha256))
        oracle.violated('receipt before removal', `${this.name} file ${file.sha256.slice(0, 12)}`);
    }
  }

  /** Files that have left, or that the simulation destroyed. */
  readonly gone = new Set<string>();

  answered(path: string, status: number, headers: Headers, body: Uint8Array, sent: Uint8Array): void {
    const { oracle } = this.world;
    const device = this.device;
    if (path.startsWith('/api/v1/blobs')) this.uploaded(device, path, status, headers);
    if (path !== '/api/v1/sync' || status !== 200) return;
    try {
      const request = JSON.parse(new TextDecoder().decode(sent)) as SyncRequest;
      oracle.exchanged(device, request, JSON.parse(new TextDecoder().decode(body)) as SyncAnswer);
      // Mending is the last line: a replica that nobody harmed must never need it.
      for (const { bucket, version, parts } of this.harmed ? [] : (request.repairs ?? []))
        oracle.violated(
          'divergence',
          `${this.name} had to mend ${parts.length} parts of ${bucket} at ${version}`,
        );
    } catch {
      // no exchange of ours
    }
  }

  /** A PATCH at the very end was answered well: only then has the server looked at the whole. */
  private uploaded(device: string, path: string, status: number, headers: Headers): void {
    const offset = Number(headers.get('upload-offset') ?? Number.NaN);
    for (const row of this.disk.values<BlobRow>('blobs')) {
      if (row.upload !== path) continue;
      if (status === 204 && offset === row.size) this.world.oracle.finished(device, row.sha256);
      if (status === 422) this.world.oracle.rejected.add(row.sha256);
    }
  }

  // --- the world as the core sees it ----------------------------------------------------------------------------------
  now(): number {
    return Math.floor(this.world.scheduler.now + this.skew);
  }

  private deps(): Deps {
    const { boot } = this;
    const { scheduler, net } = this.world;
    if (!boot) throw new Error('no life to open a core in');
    const timers = new Map<number, () => void>();
    let last = 0;
    return {
      fetch: (url, init) => (boot.dead ? never() : net.fetch(this, url, init)),
      indexedDB: this.disk.factoryFor(boot),
      crypto: this.crypto,
      now: () => this.now(),
      mono: () => Math.max(0, scheduler.now - boot.startedAt),
      random: () => this.random.float(),
      setTimeout: (run, ms) => {
        last += 1;
        timers.set(last, scheduler.after(ms, run, boot));
        return last as unknown as Timer;
      },
      clearTimeout: (timer) => timers.get(timer as unknown as number)?.(),
      locks: boot.locks as unknown as LockManager,
      channel: (name) => new SimChannel(name, boot.channels, scheduler, boot),
      socket: () => net.socket(this),
      storage: {
        estimate: async () => ({ usage: 1_000_000, quota: 1_000_000_000 }),
        persisted: async () => true,
        persist: async () => true,
      } as unknown as StorageManager,
      onVisibility: (run) => {
        boot.visibility.add(run);
        return () => boot.visibility.delete(run);
      },
      onOnline: () => () => undefined,
      kept: [],
      lookForUpdate: () => undefined,
      objectUrl: { make: () => 'blob:simulated', drop: () => undefined },
      base: '',
      socketBase: 'ws://simulated',
      zone: () => 'Asia/Shanghai',
      app: 'simulated',
      platform: 'simulated',
    };
  }
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** Exclusive locks of one life, first come first served. */
class Locks {
  private readonly queues = new Map<string, Promise<unknown>>();

  request(name: string, options: { signal?: AbortSignal }, run: () => Promise<unknown>): Promise<unknown> {
    const before = this.queues.get(name) ?? Promise.resolve();
    const mine = before.then(() => {
      if (options.signal?.aborted) throw new DOMException('aborted', 'AbortError');
      return run();
    });
    this.queues.set(
      name,
      mine.catch(() => undefined),
    );
    return mine;
  }
}

class SimChannel implements Channel {
  onmessage: Channel['onmessage'] = null;
  private readonly name: string;
  private readonly all: Set<SimChannel>;
  private readonly scheduler: Scheduler;
  private readonly life: Life;

  constructor(name: string, all: Set<SimChannel>, scheduler: Scheduler, life: Life) {
    this.name = name;
    this.all = all;
    this.scheduler = scheduler;
    this.life = life;
    all.add(this);
  }

  postMessage(message: unknown): void {
    for (const other of this.all) {
      if (other === this || other.name !== this.name) continue;
      const data = structuredClone(message);
      const hear = (): void => other.onmessage?.({ data } as MessageEvent);
      this.scheduler.after(1, hear, this.life);
    }
  }

  close(): void {
    this.all.delete(this);
  }
}
