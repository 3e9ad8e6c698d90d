/**
 * The local database: its stores, its migrations, and two ways to use it — `read` and `write`.
 *
 * Neighbours: `outbox.ts` and `apply.ts` write, everything reads. Invariants: a `write` is ONE transaction with strict
 * durability and resolves only on `complete`; inside one, nothing but requests of that transaction may be awaited. Bytes lie
 * apart from what describes them, so that a list never loads a photo.
 */
import type { BlobRole, BlobType, EntryBody, Outcome } from '../generated/types';
import { CoreError, problem } from './problems';
import type { Problem, WizardState } from './types';

export type StoreName =
  | 'meta'
  | 'outbox'
  | 'hashes'
  | 'blobs'
  | 'bytes'
  | 'previews'
  | 'records'
  | 'wizards'
  | 'receipts';

/** An entry that has not left. `body` is the exact text, written once. */
export interface OutboxRow {
  epoch: number;
  seq: number;
  id: string;
  hash: string;
  body: string;
  /** base64 of 16 bytes of salt ‖ bytes. */
  private: string[];
  label: string;
  handover: string | null;
  outcome: Outcome | null;
  /** A verified receipt covers it. */
  proven: boolean;
  /** A verified receipt names it as held: the server has it, but lacks an earlier one and judges it only then. */
  held?: boolean;
}

/** A file that has not left; its bytes lie in `bytes`. */
export interface BlobRow {
  sha256: string;
  size: number;
  type: BlobType;
  role: BlobRole;
  /** 0 goes first. */
  priority: number;
  state: 'pending' | 'uploading' | 'done' | 'rejected';
  epoch: number;
  seq: number;
  at: string;
  handover: string | null;
  label: string;
  sent: number;
  upload: string | null;
  problem: Problem | null;
}

export interface RecordRow {
  kind: string;
  id: string;
  v: number;
  /** The hash of its content, as its change brought it: counts in the digest. */
  h: string;
  data: Record<string, unknown>;
  buckets: string[];
}

/** The journal's end: everything needed to write the next entry. */
export interface JournalState {
  epoch: number;
  seq: number;
  hash: string;
  hlc: string;
}

export interface PreviewRow {
  sha256: string;
  bytes: ArrayBuffer;
  type: string;
  at: number;
}

export interface ReceiptRow {
  epoch: number;
  n: number;
  at: string;
  jws: string;
}

export type { EntryBody, WizardState };

/** Version by version; a step is never changed once shipped. */
const MIGRATIONS: ((db: IDBDatabase, tx: IDBTransaction) => void)[] = [
  (db) => {
    db.createObjectStore('meta');
    db.createObjectStore('outbox', { keyPath: ['epoch', 'seq'] });
    db.createObjectStore('hashes'); // [epoch, seq] → hash: a body lost to a damaged store can still be declared
    db.createObjectStore('blobs', { keyPath: 'sha256' });
    db.createObjectStore('bytes'); // sha256 → ArrayBuffer
    db.createObjectStore('previews', { keyPath: 'sha256' });
    db.createObjectStore('records', { keyPath: ['kind', 'id'] }).createIndex('bucket', 'buckets', {
      multiEntry: true,
    });
    db.createObjectStore('wizards', { keyPath: 'handover' });
    db.createObjectStore('receipts', { keyPath: ['epoch', 'n'] });
  },
  (_db, tx) => {
    tx.objectStore('meta').delete('cursors'); // records came without `h`: they come once more, with it
  },
];

/** The result of a request of a running transaction. */
export function got<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** A fault of the store as a person's problem. */
export function storeFault(fault: unknown): CoreError {
  if (fault instanceof CoreError) return fault;
  const name = fault instanceof Error || fault instanceof DOMException ? fault.name : '';
  const code = name === 'QuotaExceededError' ? 'device_full' : 'storage_failed';
  return new CoreError(problem(code, { fault: String(fault) }));
}

export class Db {
  private db: IDBDatabase;
  private readonly factory: IDBFactory;
  private readonly name: string;
  private done = false;

  private constructor(factory: IDBFactory, name: string, db: IDBDatabase) {
    this.factory = factory;
    this.name = name;
    this.db = db;
    this.watch();
  }

  static async open(factory: IDBFactory, name: string): Promise<Db> {
    return new Db(factory, name, await connect(factory, name));
  }

  /** Another tab that brings a newer schema must not be held up. */
  private watch(): void {
    const { db } = this;
    db.onversionchange = () => db.close();
  }

  /** A transaction; a connection the platform has closed behind our back is opened again, once. */
  private async begin(stores: StoreName[], mode: IDBTransactionMode): Promise<IDBTransaction> {
    const options: IDBTransactionOptions = mode === 'readwrite' ? { durability: 'strict' } : {};
    try {
      return this.db.transaction(stores, mode, options);
    } catch (fault) {
      if (this.done || !(fault instanceof DOMException) || fault.name !== 'InvalidStateError') throw fault;
      this.db = await connect(this.factory, this.name);
      this.watch();
      return this.db.transaction(stores, mode, options);
    }
  }

  /** Runs `work` in one read transaction. */
  async read<T>(stores: StoreName[], work: (tx: IDBTransaction) => Promise<T>): Promise<T> {
    try {
      return await work(await this.begin(stores, 'readonly'));
    } catch (fault) {
      throw storeFault(fault);
    }
  }

  /** Runs `work` in one strictly durable transaction; a throw undoes it; resolves on `complete` only. */
  async write<T>(stores: StoreName[], work: (tx: IDBTransaction) => Promise<T>): Promise<T> {
    try {
      const tx = await this.begin(stores, 'readwrite');
      const finished = new Promise<void>((resolve, reject) => {
        tx.oncomplete = () => resolve();
        tx.onabort = () => reject(tx.error ?? new DOMException('aborted', 'AbortError'));
      });
      finished.catch(() => undefined); // a throw of `work` is reported instead
      let result: T;
      try {
        result = await work(tx);
      } catch (fault) {
        abort(tx);
        throw fault;
      }
      await finished;
      return result;
    } catch (fault) {
      throw storeFault(fault);
    }
  }

  meta<T>(key: string): Promise<T | undefined> {
    return this.read(['meta'], (tx) => got<T | undefined>(tx.objectStore('meta').get(key)));
  }

  async setMeta(key: string, value: unknown): Promise<void> {
    await this.write(['meta'], async (tx) => {
      tx.objectStore('meta').put(value, key);
    });
  }

  all<T>(store: StoreName): Promise<T[]> {
    return this.read([store], (tx) => got<T[]>(tx.objectStore(store).getAll()));
  }

  get<T>(store: StoreName, key: IDBValidKey): Promise<T | undefined> {
    return this.read([store], (tx) => got<T | undefined>(tx.objectStore(store).get(key)));
  }

  close(): void {
    this.done = true;
    this.db.close();
  }
}

function abort(tx: IDBTransaction): void {
  try {
    tx.abort();
  } catch {
    // it had ended already: nothing was left to undo
  }
}

function connect(factory: IDBFactory, name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, MIGRATIONS.length);
    request.onupgradeneeded = (event) => {
      const tx = request.transaction;
      if (tx) for (const step of MIGRATIONS.slice(event.oldVersion)) step(request.result, tx);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(storeFault(request.error));
  });
}
