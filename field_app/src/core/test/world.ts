/** A core in a world of the tests: clock, timers, store, locks and tabs that the test holds in its hand. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { CoreImpl, type Flavour } from '../core';
import type { Channel, Deps, Socket, Timer } from '../deps';
import type { Kept } from '../kept';
import { ASSET, DEPOT, FakeServer, PERSON } from './server';

export interface Time {
  now: number;
  timers: { at: number; run: () => void; id: number }[];
}

export class FakeSocket implements Socket {
  onopen: Socket['onopen'] = null;
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  onerror: Socket['onerror'] = null;
  closed = false;
  close(): void {
    this.closed = true;
  }
  say(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) } as MessageEvent);
  }
  drop(code = 1006): void {
    this.onclose?.({ code } as CloseEvent);
  }
}

/** Exclusive locks, first come first served, as the platform's. */
export class FakeLocks {
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

export class FakeChannels {
  private readonly open = new Set<Channel & { name: string }>();
  make(name: string): Channel {
    const own: Channel & { name: string } = {
      name,
      onmessage: null,
      postMessage: (message) => {
        for (const other of this.open)
          if (other !== own && other.name === name)
            queueMicrotask(() => other.onmessage?.({ data: structuredClone(message) } as MessageEvent));
      },
      close: () => this.open.delete(own),
    };
    this.open.add(own);
    return own;
  }
}

/** A Storage of the platform. */
export class FakeKept extends Map<string, string> implements Kept {
  get length(): number {
    return this.size;
  }
  key(index: number): string | null {
    return [...this.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    return this.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.set(key, value);
  }
  removeItem(key: string): void {
    this.delete(key);
  }
}

export class World {
  readonly server: FakeServer;
  readonly time: Time = { now: 1_795_254_720_000, timers: [] };
  indexedDB: IDBFactory = new IDBFactory();
  readonly sockets: FakeSocket[] = [];
  readonly channels = new FakeChannels();
  locks = new FakeLocks();
  lookedForUpdate = 0;
  readonly kept = { local: new FakeKept(), session: new FakeKept() };
  quota = { usage: 0, quota: 1_000_000_000 };
  /** Runs while an answer to an exchange is under way. */
  beforeAnswer: (() => Promise<void>) | null = null;
  private visibility: ((hidden: boolean) => void)[] = [];
  private nextTimer = 1;
  readonly cores: CoreImpl[] = [];

  private constructor(server: FakeServer) {
    this.server = server;
  }

  static async make(): Promise<World> {
    return new World(await new FakeServer().ready());
  }

  deps(): Deps {
    return {
      fetch: async (url, init) => {
        const response = await this.server.fetch(url, init);
        if (url.endsWith('/sync')) await this.beforeAnswer?.();
        return response;
      },
      indexedDB: this.indexedDB,
      crypto,
      now: () => this.time.now,
      mono: () => this.time.now - 1_795_254_000_000,
      random: () => 0.5,
      setTimeout: (run, ms) => {
        const id = this.nextTimer++;
        this.time.timers.push({ at: this.time.now + ms, run, id });
        return id as unknown as Timer;
      },
      clearTimeout: (timer) => {
        this.time.timers = this.time.timers.filter((one) => one.id !== (timer as unknown as number));
      },
      locks: this.locks as unknown as LockManager,
      channel: (name) => this.channels.make(name),
      socket: () => {
        const socket = new FakeSocket();
        this.sockets.push(socket);
        return socket;
      },
      storage: { estimate: async () => this.quota, persisted: async () => true } as unknown as StorageManager,
      kept: [this.kept.local, this.kept.session],
      onVisibility: (run) => {
        this.visibility.push(run);
        return () => {
          this.visibility = this.visibility.filter((one) => one !== run);
        };
      },
      onOnline: () => () => undefined,
      lookForUpdate: () => {
        this.lookedForUpdate += 1;
      },
      objectUrl: { make: (blob) => `blob:${blob.size}`, drop: () => undefined },
      base: '',
      socketBase: 'ws://test',
      zone: () => 'Asia/Shanghai',
      app: 'test',
      platform: 'vitest',
    };
  }

  core(flavour: Flavour = 'field'): CoreImpl {
    const core = new CoreImpl(this.deps(), flavour);
    this.cores.push(core);
    return core;
  }

  /** A core that is enrolled, unlocked and in step with the server. */
  async ready(): Promise<CoreImpl> {
    this.server.put('asset', ASSET, {
      label: '沪A·12345',
      tag: 'T1',
      pack: 'vehicle',
      home_depot_id: DEPOT,
      depot_id: DEPOT,
    });
    const core = this.core();
    await core.start();
    await core.enrol('GOOD');
    await core.unlock(PERSON, this.server.pin);
    await until(() => core.live('asset').get().length === 1 && core.status.get().network === 'idle');
    return core;
  }

  /** The tab dies and is opened again over the same store. */
  async restart(core: CoreImpl, unlock = true): Promise<CoreImpl> {
    await core.stop();
    const next = this.core();
    await next.start();
    if (unlock) await next.unlock(PERSON, this.server.pin);
    return next;
  }

  hide(hidden: boolean): void {
    for (const run of this.visibility) run(hidden);
  }

  /** Time passes; what was due runs. */
  async pass(ms: number): Promise<void> {
    this.time.now += ms;
    const due = this.time.timers.filter((timer) => timer.at <= this.time.now);
    this.time.timers = this.time.timers.filter((timer) => timer.at > this.time.now);
    for (const timer of due) timer.run();
    await turns(3);
  }

  async end(): Promise<void> {
    for (const core of this.cores) await core.stop();
  }
}

export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}

/** Waits for a state; fails with what was waited for. */
export async function until(holds: () => boolean, ms = 2500): Promise<void> {
  const end = Date.now() + ms;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`never came true: ${holds.toString()}`);
    await turns(1);
  }
}

export function picture(seed: number, size = 3000): Blob {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at++) bytes[at] = (seed * 31 + at * 7) & 0xff;
  return new Blob([bytes], { type: 'image/jpeg' });
}

/** A handover begun on the asset. Gives its id. */
export async function begin(core: CoreImpl): Promise<string> {
  const handover = core.newId();
  await core.record('handover.start', { handover_id: handover, type: 'check_in', asset_id: ASSET });
  return handover;
}

export async function shoot(core: CoreImpl, handover: string, seed: number, size = 3000): Promise<string> {
  const photo = core.newId();
  const measures = { how: 'still', source: 'camera', width: 40, height: 30 } as const;
  await core.record(
    'photo.add',
    { handover_id: handover, photo_id: photo, slot: 'front', ...measures },
    { blobs: [{ bytes: picture(seed, size), type: 'image/jpeg', role: 'photo' }], label: `photo ${seed}` },
  );
  return photo;
}
