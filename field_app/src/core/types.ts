/**
 * What the core promises the screens. Framework-neutral: a `Readable` is the store contract Svelte's `$` understands.
 *
 * Neighbours: `core.ts` keeps these promises; `$generated/types` has the wire's and records' shapes. Invariants: a promise of
 * `record` resolves only when the work is durable on this device; every rejection is a `CoreError` whose problem says what
 * happened, what is safe and what to do in both languages.
 */
import type {
  AcceptanceState,
  ActionName,
  Actions,
  BlobRole,
  BlobType,
  ErrorCode,
  HandoverType,
  Kind,
  OrganisationInfo,
  Outcome,
  Policy,
  Records,
  RosterPerson,
} from '../generated/types';
import type { LocalCode, Problem } from './problems';

export type { ActionName, Kind, Policy, RosterPerson } from '../generated/types';
export type { Problem } from './problems';

export interface Readable<T> {
  subscribe(run: (value: T) => void): () => void;
  get(): T;
}

export interface DeviceInfo {
  device: string;
  name: string;
  /** field | office | client */
  type: string;
  depot: string;
  /** The only person who may use it; null: everybody of the roster. */
  person: string | null;
  organisation: OrganisationInfo;
  roster: RosterPerson[];
  policy: Policy;
}

/** An installation whose journal is gone while the server still knows it (`GET /api/v1/device`). */
export interface Eviction {
  device: string;
  name: string;
  epoch: number;
  /** The last entry the server had proved to have. */
  provenSeq: number;
}

/** An installation the office has had emptied: everything it wrote was proven before. */
export interface Wiped {
  name: string;
  /** How many entries it had written, all of them uploaded. */
  seq: number;
  at: string;
  /** Whether the office has been told that it is empty. */
  told: boolean;
}

export interface Status {
  /** wiping: the office wants the device emptied; it still sends what it has. */
  phase: 'starting' | 'not_enrolled' | 'evicted' | 'locked' | 'ready' | 'revoked' | 'wiping';
  /** shut: what is unsent goes up before new work. */
  gate: 'open' | 'shut';
  /** The gate would be shut, but the policy lets new work go on, until then (ms since 1970) and for so many entries. */
  grace: { until: number; left: number } | null;
  device: DeviceInfo | null;
  /** Who is unlocked now. */
  person: RosterPerson | null;
  eviction: Eviction | null;
  /** What was here before this browser was emptied, until it becomes a device anew. */
  wiped: Wiped | null;
  /** Everything not proven by a receipt. `blobs` counts all files, `photos` those of role photo or damage. */
  unsent: { entries: number; photos: number; blobs: number; bytes: number };
  /** The totals when the gate shut, for "n of m". */
  opening: { entries: number; photos: number; blobs: number; bytes: number } | null;
  sending: { what: 'entries' | 'blob' | null; label: string; sent: number; size: number };
  network: 'idle' | 'sending' | 'failing';
  /** Milliseconds since 1970; null: nothing is planned. */
  nextRetryAt: number | null;
  problem: Problem | null;
  proven: { epoch: number; seq: number; at: string } | null;
  lastFullUploadAt: string | null;
  /** The records kept here are still being read: lists are not whole yet. */
  reading: boolean;
  storage: { used: number; quota: number; persisted: boolean } | null;
  /** Whether the live socket (of the leading tab) is open and was heard within the last minute: what is shown is as it is now. */
  live: boolean;
  /** When the server last answered or was heard, by the device's clock; null: never. */
  heardAt: string | null;
  /** How far this device's clock was ahead of the server's when it last answered, ms; null: it never said. */
  skewMs: number | null;
  /** Whether this tab leads the synchronisation. */
  leader: boolean;
  updateWaiting: boolean;
}

export type UnlockResult =
  | { ok: true }
  | { ok: false; left: number; waitUntil: number | null }
  | { ok: false; needsNetwork: true }
  | { ok: false; problem: Problem };

/** cancelled: the person said no or the phone had no time; refused: what the phone said does not hold; ended: as a PIN is ended. */
export type PhoneLockResult = 'ok' | 'cancelled' | 'refused' | 'ended';

/** The phone's own lock (fingerprint, face, its code) as a way in beside the PIN. */
export interface PhoneLock {
  /** Whether this person may choose it: the device is theirs alone and can verify its user. */
  offered(person: string): Promise<boolean>;
  /** Whether they have, and nothing has ended it since. */
  chosen(person: string): Promise<boolean>;
  choose(person: string): Promise<PhoneLockResult>;
  drop(person: string): Promise<void>;
  unlock(person: string): Promise<PhoneLockResult>;
}

/** One file that belongs to an entry. Without `sha256` the core hashes the bytes; one that differs is refused. */
export interface NewBlob {
  bytes: Blob;
  type: BlobType;
  role: BlobRole;
  sha256?: string;
  preview?: Blob;
}

/** Where a person stands in a handover: survives a crash, a phone call and an update. */
export interface WizardState {
  handover: string;
  flow: HandoverType;
  step: string;
  /** Whatever the screens need to go on; plain JSON. */
  data: Record<string, unknown>;
  startedAt: string;
}

export interface RecordExtra {
  blobs?: NewBlob[];
  /** Bytes that can identify a person; the body holds only their salted hashes. */
  private?: Uint8Array[];
  /** Ids of entries it builds on, beside those the core finds itself. */
  needs?: string[];
  /** Records its author had before him besides those it writes: it says which version of each he saw. */
  seen?: readonly { kind: Kind; id: string }[];
  /** The wizard step to store in the same transaction; null: the wizard of `args.handover_id` is over. */
  wizard?: WizardState | null;
  /** How this entry is called in the sync centre; plain text in the person's language. */
  label?: string;
}

/** One entry to record. */
export type NewEntry = {
  [A in ActionName]: { action: A; args: Actions[A]; extra?: RecordExtra };
}[ActionName];

/** What became durable: the entry's id, number and chain hash. */
export interface Saved {
  id: string;
  epoch: number;
  seq: number;
  hash: string;
  at: string;
}

export interface OutboxEntry {
  type: 'entry';
  id: string;
  epoch: number;
  seq: number;
  action: string;
  label: string;
  at: string;
  actor: string;
  handover: string | null;
  /** waiting: not proven yet; proven: the server has it, its effect is on the way back. */
  state: 'waiting' | 'sending' | 'proven';
  outcome: Outcome | null;
  bytes: number;
}

export interface OutboxBlob {
  type: 'blob';
  sha256: string;
  role: BlobRole;
  label: string;
  at: string;
  handover: string | null;
  /** done: the server has every byte and has examined it, a receipt is awaited; rejected: examined and kept aside there. */
  state: 'pending' | 'uploading' | 'done' | 'rejected';
  sent: number;
  size: number;
  problem: Problem | null;
}

export type OutboxItem = OutboxEntry | OutboxBlob;

/** What was captured and measured. Sizes in pixels; sharpness is the variance of the Laplacian, brightness 0–255. */
export interface Captured {
  sha256: string;
  width: number;
  height: number;
  preview: Blob;
  sharpness: number;
  brightness: number;
}

// --- records as the screens see them: the maps inside have shapes of their own -----------------------------------------
export interface HandoverPhoto {
  slot: string;
  sha256: string;
  size: number;
  type: BlobType;
  how: 'still' | 'frame' | 'file';
  source: 'camera' | 'gallery';
  width: number;
  height: number;
  at: string;
  entry: string;
  damage_id?: string;
  /** Where the device was: degrees, metres of accuracy. */
  position?: { lat: number; lon: number; accuracy_m: number };
  /** What a chosen file says of when it was taken; proves nothing. */
  file_time?: string;
}

export interface HandoverReading {
  value: number;
  at: string;
  entry: string;
  photo_id?: string;
}

export interface HandoverSignature {
  party: 'customer' | 'staff' | 'receiver';
  decision: 'agree' | 'reservation' | 'refused' | 'absent' | 'keys_dropped';
  reservations: string[];
  note?: string;
  role: 'owner' | 'driver' | 'site_manager' | 'other' | 'staff';
  authority: 'self' | 'entrusted' | 'unknown';
  language: 'zh' | 'en';
  document_sha256: string;
  image_sha256?: string;
  at: string;
  entry: string;
  actor_id: string;
  /** Set by the server: the record of kind `signer`, in the office only. */
  signer_id?: string;
}

export interface HandoverProofRange {
  device_id?: string;
  epoch?: number;
  first_seq?: number;
  last_seq?: number;
  entries?: number;
}

/** One time a thing was counted by a stock-take; its key is the entry. */
export interface StockSighting {
  by: string;
  at: string;
  bay: string;
  how: 'scan' | 'typed';
}

interface Shaped {
  handover: {
    photos: Record<string, HandoverPhoto>;
    waived: Record<string, { reason: string; at: string }>;
    readings: Record<string, HandoverReading>;
    damages: Record<string, object>;
    accessories: Record<string, { state: 'present' | 'missing' | 'damaged'; note?: string; at: string }>;
    signatures: Record<string, HandoverSignature>;
    evidence: { declared: number; received: number; rejected: number };
    proof: HandoverProofRange;
  };
  stock_count: { sightings: Record<string, StockSighting> };
  damage: { photos: Record<string, { slot: string; sha256: string }> };
  asset: { readings: Record<string, { value: number; at: string; handover_id: string }> };
  rental: { assets: Record<string, { state: string; handover_id?: string; at?: string }> };
  device: { pending: { entries: number; blobs: number; bytes: number } };
}

/** A record with this device's own pending work in it. `_v`: its version on the server, 0 when it is only here. */
export type RecordOf<K extends Kind> = Omit<Records[K], K extends keyof Shaped ? keyof Shaped[K] : never> &
  (K extends keyof Shaped ? Shaped[K] : unknown) & { readonly _v?: number; readonly _pending?: boolean };

export type ArgsOf<A extends ActionName> = Actions[A];
export type { AcceptanceState, ErrorCode, HandoverType, LocalCode, Outcome };

export interface Core {
  readonly status: Readable<Status>;
  /** Opens the store, decides the phase, keeps the opening rule, starts synchronising. */
  start(): Promise<void>;
  /** Ends timers, socket and locks of this instance; the store stays. */
  stop(): Promise<void>;

  enrol(code: string): Promise<DeviceInfo>;
  /** Office only. */
  login(username: string, password: string): Promise<void>;
  /** Refused with anything unsent. In the office also ends the session. */
  logout(): Promise<void>;
  unlock(person: string, pin: string): Promise<UnlockResult>;
  setPin(person: string, pin: string): Promise<UnlockResult>;
  /** Loaded when first asked for; null: not in the field, or no journal is open. */
  phoneLock(): Promise<PhoneLock | null>;
  lock(): void;

  live<K extends Kind>(kind: K, where?: (record: RecordOf<K>) => boolean): Readable<RecordOf<K>[]>;
  liveOne<K extends Kind>(kind: K, id: string): Readable<RecordOf<K> | null>;
  get<K extends Kind>(kind: K, id: string): Promise<RecordOf<K> | null>;

  record<A extends ActionName>(action: A, args: Actions[A], extra?: RecordExtra): Promise<Saved>;
  /** Several entries in one transaction: all or none. */
  recordAll(items: NewEntry[]): Promise<Saved[]>;
  /** A fresh id for a handover, a photo, a damage …: sorts by time. */
  newId(): string;
  /** The device's clock as entries write it. */
  now(): string;
  canStartNew(): boolean;

  wizard(handover: string): Promise<WizardState | null>;
  /** A step that is not an entry (a page turned); durable when it resolves. */
  saveWizard(state: WizardState): Promise<void>;
  endWizard(handover: string): Promise<void>;
  readonly wizards: Readable<WizardState[]>;

  retryNow(): void;
  exportFile(): Promise<Blob>;
  readonly outbox: Readable<OutboxItem[]>;

  /** An object URL: local bytes first, then the kept preview, then the server; null when nobody has it now. */
  blobUrl(sha256: string, size: 'preview' | 'original'): Promise<string | null>;
  /** Keeps previews of these for offline use. Resolves when tried; what failed is tried again next time. */
  prefetch(shas: string[]): Promise<void>;
  capture(bytes: Blob): Promise<Captured>;
  /** A JPEG copy with these lines under the picture, of the original or, without it, of the preview; null when nobody has either now. */
  stamped(sha256: string, lines: readonly string[]): Promise<Blob | null>;
  /** Asks the platform not to clear this app's data; whether it agreed. */
  persist(): Promise<boolean>;

  /** The page tells of a new version that waits; `apply` changes to it. */
  offerUpdate(apply: () => void): void;
  /** Changes to the waiting version, unless a wizard is in the way (`updateWaiting` then stays). */
  applyUpdate(): void;
}
