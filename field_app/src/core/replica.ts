/**
 * The records this device holds, in memory, with its pending work laid over them; live queries for the screens.
 *
 * Neighbours: `apply.ts` writes the database and then calls `put`/`drop` here; `view.ts` computes the overlay; `core.ts` hands
 * out `live` and `liveOne`. Invariants: memory follows the database (it is loaded from it and changed only after a commit) · what is
 * still being read never takes the place of what was changed meanwhile · subscribers are told once per turn, however much changed.
 */
import { RECORDS } from '../generated/policies';
import type { EntryBody, Kind } from '../generated/types';
import { type Db, got, type RecordRow } from './db';
import type { Values } from './effects';
import { writable } from './store';
import type { Readable, RecordOf } from './types';
import { keyOf, type Lookup, type Overlaid, type Overlay, overlay } from './view';

type Shown = Values & { _v: number; _pending: boolean };

/** So many rows are read at once behind the screen: few enough that a key pressed meanwhile is answered at once. */
const PIECE = 500;

export class Replica {
  private rows = new Map<string, Map<string, RecordRow>>();
  private over: Overlay = new Map();
  private entries: readonly EntryBody[] = [];
  private device = '';
  private readonly shown = new WeakMap<RecordRow | Overlaid, Shown>();
  private readonly watchers = new Map<string, Set<() => void>>();
  private readonly changed = new Set<string>();
  private planned = false;
  private readonly partly = writable(false);
  /** Changed while the store is being read; null: it is not. */
  private newer: Set<string> | null = null;
  /** Counts the readings, so that one that is overtaken stops. */
  private turn = 0;
  /** What is still to be read, begun by `whole`. */
  private left: (() => Promise<void>) | null = null;
  private reads: Promise<void> = Promise.resolve();

  /**
   * Reads the first so many of every kind from the store; the rest is read piece by piece behind the screen, from the moment
   * somebody asks for the `whole`: 50,000 records are not to be waited for before one is seen.
   */
  async load(db: Db, first: number): Promise<void> {
    this.clear();
    const { turn } = this;
    const kinds = Object.keys(RECORDS);
    this.newer = new Set();
    const found = await db.read(['records'], (tx) =>
      Promise.all(kinds.map((kind) => rowsOf(tx, kind, null, first))),
    );
    if (turn !== this.turn) return;
    this.take(found.flat(), kinds);
    const more = found.filter((rows) => rows.length === first).map((rows) => rows.at(-1) as RecordRow);
    this.partly.set(more.length > 0);
    this.left = () => this.rest(db, more, turn);
  }

  /** Resolves when every record of the store is here; rejects when the store would not give them. */
  get whole(): Promise<void> {
    if (this.left) this.reads = this.left();
    this.left = null;
    this.reads.catch(() => undefined); // whoever waits for it is told
    return this.reads;
  }

  /** The store is about to be closed, or what is still being read is of no use any more. */
  halt(): void {
    this.turn += 1;
    this.newer = null;
    this.left = null;
    this.reads = Promise.resolve();
    this.partly.set(false);
  }

  /** Whether the store is still being read. */
  get reading(): Readable<boolean> {
    return this.partly;
  }

  /** Goes on behind the last row of each kind. Who watches is told whenever a kind has doubled: each telling goes through all of it. */
  private async rest(db: Db, lasts: readonly RecordRow[], turn: number): Promise<void> {
    for (const last of lasts) {
      const { kind } = last;
      let after = last.id;
      let waiting: RecordRow[] = [];
      for (;;) {
        const rows = await db.read(['records'], (tx) => rowsOf(tx, kind, after, PIECE));
        if (turn !== this.turn) return;
        waiting = waiting.concat(rows);
        after = rows.at(-1)?.id ?? after;
        const over = rows.length < PIECE;
        if (!over && waiting.length < this.table(kind).size) continue;
        this.take(waiting, [kind]);
        waiting = [];
        if (over) break;
      }
    }
    this.newer = null;
    this.partly.set(false);
  }

  /** Rows as they were read, but for those that have changed since. */
  private take(rows: readonly RecordRow[], kinds: readonly string[]): void {
    for (const row of rows) {
      if (!this.newer?.has(keyOf(row.kind, row.id))) this.table(row.kind).set(row.id, row);
    }
    this.relay(kinds);
  }

  clear(): void {
    const kinds = [...this.rows.keys()];
    this.rows = new Map();
    this.halt();
    this.relay(kinds);
  }

  /** Rows as they now stand in the database; null: the record is gone. */
  put(rows: readonly { kind: string; id: string; row: RecordRow | null }[]): void {
    for (const { kind, id, row } of rows) {
      this.newer?.add(keyOf(kind, id));
      if (row) this.table(kind).set(id, row);
      else this.table(kind).delete(id);
    }
    this.relay(rows.map((change) => change.kind));
  }

  /** The entries whose effects are shown before the server's word, in order. */
  setPending(entries: readonly EntryBody[], device: string): void {
    this.entries = entries;
    this.device = device;
    this.relay([]);
  }

  /** Content of a record as it is seen now. */
  readonly lookup: Lookup = (kind, id) => this.over.get(keyOf(kind, id))?.data ?? this.base(kind, id);

  /** The pending entry that makes this record, if the server has not got it yet. */
  madeBy(kind: string, id: string): string | null {
    return this.over.get(keyOf(kind, id))?.madeBy ?? null;
  }

  /** The version of the record this device has seen. */
  version(kind: string, id: string): number | undefined {
    return this.rows.get(kind)?.get(id)?.v;
  }

  one<K extends Kind>(kind: K, id: string): RecordOf<K> | null {
    const over = this.over.get(keyOf(kind, id));
    const row = this.rows.get(kind)?.get(id);
    const source = over ?? row;
    return source ? (this.show(source, row?.v ?? 0) as unknown as RecordOf<K>) : null;
  }

  list<K extends Kind>(kind: K): RecordOf<K>[] {
    const found: RecordOf<K>[] = [];
    const rows = this.rows.get(kind) ?? new Map<string, RecordRow>();
    for (const [id, row] of rows) {
      const over = this.over.get(keyOf(kind, id));
      found.push(this.show(over ?? row, row.v) as unknown as RecordOf<K>);
    }
    for (const over of this.over.values()) {
      if (over.kind === kind && !rows.has(over.id)) found.push(this.show(over, 0) as unknown as RecordOf<K>);
    }
    return found;
  }

  live<K extends Kind>(kind: K, where?: (record: RecordOf<K>) => boolean): Readable<RecordOf<K>[]> {
    const read = (): RecordOf<K>[] => (where ? this.list(kind).filter(where) : this.list(kind));
    return this.query(kind, read, sameItems);
  }

  liveOne<K extends Kind>(kind: K, id: string): Readable<RecordOf<K> | null> {
    return this.query(kind, () => this.one(kind, id), Object.is);
  }

  private query<T>(kind: string, read: () => T, same: (a: T, b: T) => boolean): Readable<T> {
    return {
      get: read,
      subscribe: (run) => {
        let last = read();
        const again = (): void => {
          const next = read();
          if (same(last, next)) return;
          last = next;
          run(next);
        };
        const watchers = this.watchers.get(kind) ?? new Set();
        this.watchers.set(kind, watchers.add(again));
        run(last);
        return () => watchers.delete(again);
      },
    };
  }

  private base(kind: string, id: string): Values | undefined {
    return this.rows.get(kind)?.get(id)?.data;
  }

  private table(kind: string): Map<string, RecordRow> {
    const found = this.rows.get(kind) ?? new Map<string, RecordRow>();
    this.rows.set(kind, found);
    return found;
  }

  /** Lays the pending entries over the records anew and tells who watches what may have changed. */
  private relay(kinds: readonly string[]): void {
    const before = this.over;
    this.over = overlay((kind, id) => this.base(kind, id), this.entries, this.device);
    for (const touched of [...before.values(), ...this.over.values()]) this.changed.add(touched.kind);
    for (const kind of kinds) this.changed.add(kind);
    if (this.planned) return;
    this.planned = true;
    queueMicrotask(() => {
      this.planned = false;
      const told = [...this.changed];
      this.changed.clear();
      for (const kind of told) for (const run of [...(this.watchers.get(kind) ?? [])]) run();
    });
  }

  /** One object per state of a record, so that equal means identical. */
  private show(source: RecordRow | Overlaid, v: number): Shown {
    const known = this.shown.get(source);
    if (known && known._v === v) return known;
    const defaults = Object.hasOwn(RECORDS, source.kind) ? RECORDS[source.kind as Kind].defaults : {};
    const made = { ...defaults, ...source.data, id: source.id, _v: v, _pending: 'madeBy' in source };
    this.shown.set(source, made);
    return made;
  }
}

/** Rows of a kind in the order of their ids, behind `after`. */
function rowsOf(tx: IDBTransaction, kind: string, after: string | null, most: number): Promise<RecordRow[]> {
  const range = IDBKeyRange.bound([kind, after ?? ''], [kind, []], after !== null);
  return got<RecordRow[]>(tx.objectStore('records').getAll(range, most));
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
