/**
 * Dev-only: the core's promises kept in memory, so that screens can be seen without a server. Only wizards survive a reload.
 *
 * Neighbours: `sample.ts` (records), `memory-status.ts` (what the address asks for), `$core/view` (the real effects of actions).
 * The PIN 135790 is right for everybody; a code beginning with 0 was used before.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { CoreError } from '$core';
import { uuid7 } from '$core/ids';
import { type Writable, writable } from '$core/store';
import type {
  ActionName,
  ArgsOf,
  Captured,
  Core,
  DeviceInfo,
  Kind,
  NewBlob,
  NewEntry,
  OutboxItem,
  Readable,
  RecordExtra,
  RecordOf,
  Saved,
  Status,
  UnlockResult,
  WizardState,
} from '$core/types';
import { overlay } from '$core/view';
import type { EntryBody } from '../generated/types';
import { deviceInfo, firstStatus, sampleOutbox } from './memory-status';
import { samplePicture } from './pictures';
import { ROSTER, type Sample, sample } from './sample';

const PIN = '135790';
const KEPT = 'dev.wizards';

type Data = Record<string, unknown>;
type Held = { one: NewBlob; sha: string };

/** A core over sample records; `query` chooses its state (see `main.ts`). */
export class MemoryCore implements Core {
  readonly status: Writable<Status>;
  readonly wizards = writable<WizardState[]>(keptWizards());
  readonly outbox: Writable<OutboxItem[]>;
  readonly #query: URLSearchParams;
  readonly #records: Writable<Map<string, Data>>;
  readonly #blobs = new Map<string, Blob>();
  #seq = 40;
  #wrong = 0;

  constructor(query: URLSearchParams) {
    this.#query = query;
    this.status = writable(firstStatus(query));
    this.outbox = writable(sampleOutbox(query));
    this.#records = writable(spread(sample(query.get('empty') === '1')));
  }

  async start(): Promise<void> {}
  async stop(): Promise<void> {}
  async login(): Promise<void> {}
  async prefetch(): Promise<void> {}

  async enrol(code: string): Promise<DeviceInfo> {
    await pause(300);
    if (code.startsWith('0')) throw new CoreError('code_used');
    this.status.update((now) => ({ ...now, phase: 'locked', device: deviceInfo() }));
    return deviceInfo();
  }

  async logout(): Promise<void> {
    if (this.status.get().unsent.entries > 0) throw new CoreError('unsent_work');
    this.status.update((now) => ({ ...now, phase: 'not_enrolled', device: null, person: null }));
  }

  async unlock(person: string, pin: string): Promise<UnlockResult> {
    await pause(150);
    if (this.#query.get('first') === '1') return { ok: false, needsNetwork: true };
    if (pin === PIN) return this.#open(person);
    this.#wrong += 1;
    const left = Math.max(0, 5 - this.#wrong);
    return { ok: false, left, waitUntil: left === 0 ? Date.now() + 30_000 : null };
  }

  async setPin(person: string, pin: string): Promise<UnlockResult> {
    if (/^(.)\1*$/.test(pin)) return { ok: false, problem: new CoreError('pin_weak').problem };
    return this.#open(person);
  }

  async phoneLock(): Promise<null> {
    return null;
  }

  #open(person: string): UnlockResult {
    const found = ROSTER.find((one) => one.id === person) ?? null;
    this.status.update((now) => ({ ...now, phase: 'ready', person: found }));
    return { ok: true };
  }

  lock(): void {
    this.status.update((now) => ({ ...now, phase: 'locked', person: null }));
  }

  live<K extends Kind>(kind: K, where?: (record: RecordOf<K>) => boolean): Readable<RecordOf<K>[]> {
    return derived(this.#records, (all) => ofKind(all, kind).filter((one) => where?.(one) ?? true));
  }

  liveOne<K extends Kind>(kind: K, of: string): Readable<RecordOf<K> | null> {
    return derived(this.#records, (all) => one(all, kind, of));
  }

  async get<K extends Kind>(kind: K, of: string): Promise<RecordOf<K> | null> {
    return one(this.#records.get(), kind, of);
  }

  record<A extends ActionName>(action: A, args: ArgsOf<A>, extra?: RecordExtra): Promise<Saved> {
    return this.#write({ action, args, extra } as NewEntry);
  }

  async recordAll(items: NewEntry[]): Promise<Saved[]> {
    const saved: Saved[] = [];
    for (const item of items) saved.push(await this.#write(item));
    return saved;
  }

  async #write({ action, args, extra = {} }: NewEntry): Promise<Saved> {
    const held: Held[] = [];
    for (const blob of extra.blobs ?? []) held.push({ one: blob, sha: await hash(blob.bytes) });
    for (const { one: blob, sha } of held) this.#blobs.set(sha, blob.preview ?? blob.bytes);
    this.#seq += 1;
    const saved = { id: this.newId(), epoch: 0, seq: this.#seq, hash: '00', at: this.now() };
    const body = {
      ...saved,
      action,
      args,
      zone: 'Asia/Shanghai',
      actor: this.status.get().person?.id ?? '',
      blobs: held.map(({ one: b, sha }) => ({ sha256: sha, size: b.bytes.size, type: b.type, role: b.role })),
    } as unknown as EntryBody;
    const base = this.#records.get();
    const changed = overlay((kind, of) => base.get(`${kind}/${of}`), [body], 'dev');
    const next = new Map(base);
    for (const [key, row] of changed) next.set(key, { ...row.data, _pending: true });
    this.#records.set(next);
    const handover = 'handover_id' in args && typeof args.handover_id === 'string' ? args.handover_id : null;
    if (extra.wizard) await this.saveWizard(extra.wizard);
    if (extra.wizard === null && handover) await this.endWizard(handover);
    this.#count(saved, action, extra.label ?? action, handover, held);
    return saved;
  }

  #count(saved: Saved, action: string, label: string, handover: string | null, held: Held[]): void {
    const shared = { at: saved.at, handover, label };
    const entry: OutboxItem = {
      ...shared,
      ...{ type: 'entry', id: saved.id, epoch: 0, seq: saved.seq, action, actor: '', state: 'waiting' },
      outcome: null,
      bytes: 900,
    };
    const files = held.map(({ one: b, sha }): OutboxItem => {
      const facts = { type: 'blob', sha256: sha, role: b.role, state: 'pending', problem: null } as const;
      return { ...shared, ...facts, sent: 0, size: b.bytes.size };
    });
    this.outbox.update((items) => [...items, entry, ...files]);
    const photos = held.filter(({ one: b }) => b.role === 'photo' || b.role === 'damage').length;
    this.status.update((now) => ({
      ...now,
      unsent: {
        entries: now.unsent.entries + 1,
        photos: now.unsent.photos + photos,
        blobs: now.unsent.blobs + held.length,
        bytes: now.unsent.bytes + held.reduce((sum, { one: b }) => sum + b.bytes.size, 900),
      },
    }));
  }

  newId(): string {
    return uuid7(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
  }

  now(): string {
    return new Date().toISOString();
  }

  canStartNew(): boolean {
    return this.status.get().gate === 'open';
  }

  async wizard(handover: string): Promise<WizardState | null> {
    return this.wizards.get().find((state) => state.handover === handover) ?? null;
  }

  async saveWizard(state: WizardState): Promise<void> {
    this.#keep([...this.wizards.get().filter((other) => other.handover !== state.handover), state]);
  }

  async endWizard(handover: string): Promise<void> {
    this.#keep(this.wizards.get().filter((other) => other.handover !== handover));
  }

  #keep(next: WizardState[]): void {
    this.wizards.set(next);
    sessionStorage.setItem(KEPT, JSON.stringify(next));
  }

  retryNow(): void {
    this.status.update((now) => ({ ...now, network: 'sending', problem: null, nextRetryAt: null }));
  }

  async exportFile(): Promise<Blob> {
    return new Blob(['sample']);
  }

  async blobUrl(sha: string): Promise<string | null> {
    if (sha.startsWith('sample-')) return samplePicture(sha);
    const found = this.#blobs.get(sha);
    return found ? URL.createObjectURL(found) : null;
  }

  async capture(bytes: Blob): Promise<Captured> {
    const { width, height } = await createImageBitmap(bytes);
    const sharpness = this.#query.get('blur') === '1' ? 3 : 400;
    const brightness = this.#query.get('dark') === '1' ? 12 : 128;
    return { sha256: await hash(bytes), width, height, preview: bytes, sharpness, brightness };
  }

  async stamped(sha: string): Promise<Blob | null> {
    return this.#blobs.get(sha) ?? null;
  }

  async persist(): Promise<boolean> {
    return true;
  }

  offerUpdate(): void {
    this.status.update((now) => ({ ...now, updateWaiting: true }));
  }

  applyUpdate(): void {
    location.reload();
  }
}

function spread(from: Sample): Map<string, Data> {
  const all = new Map<string, Data>();
  for (const [kind, rows] of Object.entries(from)) {
    for (const row of rows) all.set(`${kind}/${row.id}`, row as unknown as Data);
  }
  return all;
}

function one<K extends Kind>(all: Map<string, Data>, kind: K, of: string): RecordOf<K> | null {
  return (all.get(`${kind}/${of}`) as RecordOf<K> | undefined) ?? null;
}

function ofKind<K extends Kind>(all: Map<string, Data>, kind: K): RecordOf<K>[] {
  return [...all]
    .filter(([key]) => key.startsWith(`${kind}/`))
    .map(([, data]) => data as unknown as RecordOf<K>);
}

function derived<A, B>(source: Readable<A>, from: (value: A) => B): Readable<B> {
  return {
    get: () => from(source.get()),
    subscribe: (run) => source.subscribe((value) => run(from(value))),
  };
}

async function hash(bytes: Blob): Promise<string> {
  return bytesToHex(sha256(new Uint8Array(await bytes.arrayBuffer())));
}

function keptWizards(): WizardState[] {
  return JSON.parse(sessionStorage.getItem(KEPT) ?? '[]') as WizardState[];
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
