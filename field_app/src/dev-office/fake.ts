/** A core without a server, for looking at pages: keeps records in memory and answers some actions after a moment. Neighbour: main.ts. */
import { CoreError, problem } from '$core/problems';
import { writable } from '$core/store';
import type { Core, Kind, Readable, RecordOf, Saved, Status } from '$core/types';
import type { HandoverProof } from '$generated/types';
import type { Fetch } from '../office/lib/api';
import { type Any, ago, id } from './handovers';

const organisation = { id: id(1), name: '城配车租', name_en: 'Chengpei', zone: 'Asia/Shanghai', keys: [] };
const person = {
  id: id(12),
  name: '管理员 小高',
  name_en: 'Gao Yuan',
  roles: ['administrator'],
  has_pin: false,
};

function firstStatus(state: string): Status {
  const policy = {
    gate: 'strict',
    opening_hidden_ms: 300_000,
    grace_hours: 12,
    grace_entries: 200,
    files_hours: 24,
  } as const;
  return {
    phase: state === 'login' ? 'not_enrolled' : 'ready',
    gate: 'open',
    device: {
      device: id(54),
      name: 'Office Chrome',
      type: 'office',
      depot: id(2),
      person: id(12),
      organisation,
      roster: [person],
      policy,
    },
    person,
    eviction: null,
    wiped: null,
    unsent: { entries: state === 'offline' ? 2 : 0, photos: 0, blobs: 0, bytes: 0 },
    opening: null,
    sending: { what: null, label: '', sent: 0, size: 0 },
    network: state === 'offline' ? 'failing' : 'idle',
    nextRetryAt: null,
    problem: null,
    proven: { epoch: 0, seq: 31, at: ago(12) },
    lastFullUploadAt: ago(12),
    reading: false,
    storage: null,
    live: state !== 'offline',
    skewMs: null,
    heardAt: ago(state === 'offline' ? 12 : 0),
    leader: true,
    updateWaiting: false,
    grace: null,
  };
}

function drawing(name: string): string {
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"><rect width="640" height="480" fill="#8aa"/><text x="30" y="250" font-size="48">${name}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(text)}`;
}

async function pictureUrl(sha256: string): Promise<string | null> {
  if (sha256 === 'awaited') return null;
  const found = await fetch(`/dev-pictures/${sha256}.jpg`).catch(() => null);
  const kind = found?.headers.get('content-type') ?? '';
  return found?.ok && kind.startsWith('image/') ? URL.createObjectURL(await found.blob()) : drawing(sha256);
}

/** The records by kind, each list observable. */
class Shelf {
  readonly #lists = new Map<Kind, ReturnType<typeof writable<unknown[]>>>();

  of<K extends Kind>(kind: K): ReturnType<typeof writable<RecordOf<K>[]>> {
    const list = this.#lists.get(kind) ?? writable<unknown[]>([]);
    this.#lists.set(kind, list);
    return list as unknown as ReturnType<typeof writable<RecordOf<K>[]>>;
  }

  put(kind: Kind, data: { id: string }): void {
    const list = this.of(kind);
    const rest = (list.get() as { id: string }[]).filter((one) => one.id !== data.id);
    list.set([...rest, { ...data, _v: 7 }] as never);
  }

  drop(kind: Kind, gone: string): void {
    const list = this.of(kind);
    list.set((list.get() as { id: string }[]).filter((one) => one.id !== gone) as never);
  }
}

function derived<T, U>(source: Readable<T>, change: (value: T) => U): Readable<U> {
  return {
    get: () => change(source.get()),
    subscribe: (run) => source.subscribe((value) => run(change(value))),
  };
}

/** What the server would have done with it. */
function act(shelf: Shelf, action: string, args: Record<string, unknown>): void {
  if (action === 'device.invite') {
    const made = {
      used_by: null,
      used_at: null,
      made_by: person.id,
      id: String(args.invitation_id),
      ...args,
    };
    shelf.put('invitation', made);
    setTimeout(() => shelf.put('invitation', { ...made, used_by: id(50), used_at: ago(0) } as never), 20_000);
  }
  if (action === 'device.revoke') {
    const device = shelf
      .of('device')
      .get()
      .find((one) => one.id === args.device_id);
    if (device) shelf.put('device', { ...device, state: 'revoked' } as never);
  }
  if (action === 'person.erase') shelf.drop('signer', String(args.signer_id));
}

export function fakeCore(records: readonly Any[], state: string): Core {
  const shelf = new Shelf();
  for (const { kind, data } of records) shelf.put(kind, data);
  const status = writable(firstStatus(state));
  let seq = 31;
  const saved = (): Saved => ({
    id: id(5000 + ++seq),
    epoch: 0,
    seq,
    hash: '',
    at: new Date().toISOString(),
  });
  const refused = (): Promise<never> => Promise.reject(new CoreError('not_ready'));

  return {
    status,
    start: async () => undefined,
    stop: async () => undefined,
    enrol: refused,
    login: async (name) => {
      if (name === 'wait') throw new CoreError({ ...problem('too_many_tries'), retry_after_s: 30 });
      if (name === 'away') throw new CoreError('network');
      if (name !== 'admin') throw new CoreError('login_wrong');
      status.update((now) => ({ ...now, phase: 'ready' }));
    },
    logout: async () => status.update((now) => ({ ...now, phase: 'not_enrolled' })),
    unlock: refused,
    setPin: refused,
    phoneLock: async () => null,
    lock: () => undefined,
    live: (kind, where) => derived(shelf.of(kind), (list) => (where ? list.filter(where) : list)),
    liveOne: (kind, one) =>
      derived(
        shelf.of(kind),
        (list) => list.find((record) => (record as unknown as { id: string }).id === one) ?? null,
      ),
    get: async (kind, one) =>
      shelf
        .of(kind)
        .get()
        .find((record) => (record as unknown as { id: string }).id === one) ?? null,
    record: async (action, args) => {
      act(shelf, action, args as unknown as Record<string, unknown>);
      return saved();
    },
    recordAll: async (items) => {
      for (const item of items) act(shelf, item.action, item.args as unknown as Record<string, unknown>);
      return items.map(saved);
    },
    newId: () => id(7000 + ++seq),
    now: () => new Date().toISOString(),
    canStartNew: () => true,
    wizard: async () => null,
    saveWizard: refused,
    endWizard: refused,
    wizards: writable([]),
    retryNow: () => undefined,
    exportFile: refused,
    outbox: writable([]),
    blobUrl: (sha256) => pictureUrl(sha256),
    prefetch: async () => undefined,
    capture: refused,
    stamped: async () => null,
    persist: async () => true,
    offerUpdate: () => undefined,
    applyUpdate: () => undefined,
  };
}

const STEPS = [
  'handover.start',
  'photo.add',
  'photo.add',
  'photo.add',
  'reading.record',
  'damage.record',
  'accessory.report',
  'signature.capture',
  'signature.capture',
  'return.complete',
];

/** Answers the proof of any handover: whole, or with `broken`, `awaiting` faults. */
export function fakeFetch(state: string): Fetch {
  return async (url) => {
    await new Promise((done) => setTimeout(done, 300));
    if (state === 'offline') throw new TypeError('no network');
    const broken = state === 'broken';
    const proof: HandoverProof = {
      handover: url.split('/')[4] ?? '',
      device: id(50),
      device_name: 'SM-02',
      epoch: 0,
      n: 214,
      total: 214,
      chain: broken ? 'broken' : 'verified',
      broken_at: broken ? 209 : null,
      checked_entries: broken ? 208 : 214,
      first_seq: 205,
      last_seq: 214,
      entries: STEPS.map((action, n) => ({
        seq: 205 + n,
        epoch: 0,
        id: id(400 + n),
        action,
        at: ago(60 - n),
        received_at: ago(20),
        hash: `${n}a7c41f0e9d2b8c6`.repeat(4),
        state: 'applied',
        clock_suspect: broken && n === 4,
      })),
      blobs: [
        { sha256: 'a', size: 412_000, type: 'image/jpeg', role: 'photo', state: 'received', code: null },
        {
          sha256: 'b',
          size: 398_000,
          type: 'image/jpeg',
          role: 'photo',
          state: broken ? 'awaited' : 'received',
          code: null,
        },
      ],
      receipt: 'eyJ',
      receipt_covers: !broken,
      gaps: broken ? [[215, 217]] : [],
      released: [],
      pending: broken ? { entries: 3, blobs: 4, bytes: 1_400_000 } : { entries: 0, blobs: 0, bytes: 0 },
    };
    return new Response(JSON.stringify(proof), { headers: { 'content-type': 'application/json' } });
  };
}
