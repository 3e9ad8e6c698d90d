/**
 * A device's disk: databases that outlive the app, and everything that can befall them.
 *
 * Neighbours: `phone.ts` gives each life of an app a factory over its disk; `scheduler.ts` runs the databases' steps. Under it lies
 * fake-indexeddb, whose raw stores are read and bent here. Invariants: a crash undoes what had not been committed, exactly; a
 * life that has ended reaches no database any more; faults strike inside transactions, where the platform's would.
 */
import { IDBFactory, IDBTransaction } from 'fake-indexeddb';
import type { Life } from './scheduler.ts';

interface RawRecord {
  key: IDBValidKey;
  value: unknown;
}

interface RawStore {
  name: string;
  keyPath: string | string[] | null;
  records: { values(): Iterable<RawRecord> };
  rawIndexes: Map<string, { keyPath: string | string[]; multiEntry: boolean; unique: boolean }>;
  deleteRecord(key: unknown): void;
  storeRecord(record: RawRecord, noOverwrite: boolean): void;
}

interface RawTransaction {
  _state: string;
  _requests: unknown[];
  _rollbackLog: (() => void)[];
  _abort(name: string | null): void;
  _execRequestAsync(request: { source: unknown; operation: () => unknown }): unknown;
  mode: IDBTransactionMode;
  db: { _rawDatabase: RawDatabase };
}

interface RawDatabase {
  name: string;
  version: number;
  transactions: RawTransaction[];
  connections: { _closed: boolean }[];
  rawObjectStores: Map<string, RawStore>;
}

interface RawFactory {
  _databases: Map<string, RawDatabase>;
}

/** What the databases held at one moment. */
export interface Copy {
  name: string;
  version: number;
  stores: {
    name: string;
    keyPath: string | string[] | null;
    indexes: { name: string; keyPath: string | string[]; multiEntry: boolean }[];
    records: RawRecord[];
  }[];
}

/** A fault of the store, asked for at each request of a transaction. */
export type Strike = (mode: IDBTransactionMode) => 'abort' | 'full' | null;

const disks = new WeakMap<RawDatabase, Disk>();

/** From now on every request of every database asks its disk whether something befalls it. */
export function armDatabases(): void {
  const transaction = IDBTransaction.prototype as unknown as RawTransaction & { armed?: boolean };
  if (transaction.armed) return;
  transaction.armed = true;
  const plain = transaction._execRequestAsync;
  transaction._execRequestAsync = function (this: RawTransaction, request) {
    const { operation } = request;
    if (!request.source) return plain.call(this, request);
    const struck = (): unknown => {
      disks.get(this.db._rawDatabase)?.beforeRequest(this);
      return operation();
    };
    return plain.call(this, { ...request, operation: struck });
  };
}

export class Disk {
  private factory = new IDBFactory();
  /** What may befall each request; null: nothing. */
  strike: Strike | null = null;

  private get raw(): Map<string, RawDatabase> {
    return (this.factory as unknown as RawFactory)._databases;
  }

  /** The factory of one life: dead with it. */
  factoryFor(life: Life): IDBFactory {
    const open = (name: string, version?: number): IDBOpenDBRequest => {
      if (life.dead) return {} as IDBOpenDBRequest; // nobody listens any more
      const request = this.factory.open(name, version);
      request.addEventListener('success', () => this.adopt());
      request.addEventListener('upgradeneeded', () => this.adopt());
      return request;
    };
    const deleteDatabase = (name: string): IDBOpenDBRequest =>
      life.dead ? ({} as IDBOpenDBRequest) : this.factory.deleteDatabase(name);
    return { open, deleteDatabase } as IDBFactory;
  }

  private adopt(): void {
    for (const raw of this.raw.values()) disks.set(raw, this);
  }

  beforeRequest(transaction: RawTransaction): void {
    const what = this.strike?.(transaction.mode) ?? null;
    if (what === 'full') throw new DOMException('simulated', 'QuotaExceededError');
    if (what === 'abort') throw new DOMException('simulated', 'UnknownError');
  }

  /** Power is gone: whatever was not committed never was. The databases go on in a factory of their own. */
  crash(): void {
    const before = this.factory as unknown as RawFactory;
    const kept = new Map<string, RawDatabase>();
    for (const [name, raw] of before._databases) {
      for (const transaction of raw.transactions) undo(transaction);
      raw.transactions = [];
      for (const connection of raw.connections) connection._closed = true;
      raw.connections = [];
      if (raw.version > 0) kept.set(name, raw);
    }
    before._databases = new Map();
    this.factory = new IDBFactory();
    (this.factory as unknown as RawFactory)._databases = kept;
  }

  /** The platform clears everything. Only while no app runs. */
  evict(): void {
    this.crash();
    (this.factory as unknown as RawFactory)._databases = new Map();
  }

  /** The platform closes the connections behind the app's back (Safari does). Transactions under way are let finish. */
  closeConnections(): void {
    for (const raw of this.raw.values())
      if (raw.transactions.every((one) => one._state === 'finished'))
        for (const connection of raw.connections) connection._closed = true;
  }

  /** The database of the journal in use: the one the root names. */
  get journal(): string | null {
    const rows = this.records('handover-field', 'meta');
    const name = rows.find((row) => row.key === 'current')?.value;
    return typeof name === 'string' ? name : null;
  }

  /** The devices of which a journal lies here, in whichever database. */
  devices(): string[] {
    return [...this.raw.keys()].flatMap((name) => {
      const row = this.records(name, 'meta').find((record) => record.key === 'device');
      return row ? [(row.value as { device: string }).device] : [];
    });
  }

  /** Records of a store as they lie there, those of unfinished transactions included. */
  records(database: string, store: string): RawRecord[] {
    const raw = this.raw.get(database)?.rawObjectStores.get(store);
    return raw ? [...raw.records.values()] : [];
  }

  values<T>(store: string): T[] {
    const name = this.journal;
    return name ? this.records(name, store).map((record) => record.value as T) : [];
  }

  meta<T>(key: string): T | undefined {
    const name = this.journal;
    const found = name ? this.records(name, 'meta').find((record) => record.key === key) : undefined;
    return found?.value as T | undefined;
  }

  /** A row of the journal is unreadable from now on. Only while no app runs. */
  lose(store: string, key: IDBValidKey): void {
    const name = this.journal;
    if (name) this.raw.get(name)?.rawObjectStores.get(store)?.deleteRecord(key);
  }

  /** A row is changed where it lies. Only while no app runs. */
  spoil(store: string, key: IDBValidKey, value: unknown): void {
    const name = this.journal;
    if (name) this.raw.get(name)?.rawObjectStores.get(store)?.storeRecord({ key, value }, false);
  }

  /** A copy of everything, as a backup tool makes one. Only while no app runs. */
  copy(): Copy[] {
    return [...this.raw.values()].map(({ name, version, rawObjectStores }) => ({
      name,
      version,
      stores: [...rawObjectStores.values()].map((store) => ({
        name: store.name,
        keyPath: store.keyPath,
        indexes: [...store.rawIndexes].map(([index, { keyPath, multiEntry }]) => ({
          name: index,
          keyPath,
          multiEntry,
        })),
        records: structuredClone([...store.records.values()].map(({ key, value }) => ({ key, value }))),
      })),
    }));
  }

  /** Everything is as it was in the copy. Only while no app runs. */
  async restore(copies: readonly Copy[]): Promise<void> {
    this.evict();
    for (const copy of copies) {
      const db = await filled(this.factory, copy);
      db.close();
    }
    this.adopt();
  }
}

function undo(transaction: RawTransaction): void {
  if (transaction._state === 'finished') return;
  for (const step of [...transaction._rollbackLog].reverse()) step();
  transaction._rollbackLog = [];
  transaction._requests = [];
  transaction._state = 'finished';
}

function filled(factory: IDBFactory, copy: Copy): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(copy.name, copy.version);
    request.onupgradeneeded = () => {
      for (const { name, keyPath, indexes, records } of copy.stores) {
        const store = request.result.createObjectStore(name, keyPath === null ? {} : { keyPath });
        for (const index of indexes)
          store.createIndex(index.name, index.keyPath, { multiEntry: index.multiEntry });
        for (const { key, value } of structuredClone(records)) {
          if (keyPath === null) store.put(value, key);
          else store.put(value);
        }
      }
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
