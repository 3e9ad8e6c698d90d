/**
 * What of the journal is to be sent: bodies the server is not known to have, and losses that have to be declared.
 *
 * Neighbours: `sync.ts` sends it. Invariants: a body travels only as it was written — one that no longer gives its hash is declared
 * lost with what is left of it, so that it can neither pass for the truth nor block what stands behind it; everything is read
 * at one moment.
 */
import { LOSSES_MAX, PUSH_ENTRIES_MAX } from '../generated/limits';
import type { DeclaredLoss, Head, PushedEntry } from '../generated/types';
import type { Context, Proven } from './context';
import { got, type JournalState, type OutboxRow } from './db';
import { isIntact } from './owncopy';
import { CoreError } from './problems';

export interface Push {
  head: Omit<Head, 'signature'>;
  entries: PushedEntry[];
  lost: DeclaredLoss[];
  /** Up to where the journal was proven as this was read. */
  from: number;
  /** Whether entries remain beyond this push. */
  more: boolean;
  /** A number is missing of which not even the hash is here: nothing can be declared, the server stays before it. */
  gap: boolean;
}

/** What is to be sent, in order and within the bounds of one push: every body the server is not known to have. */
export async function readPush(ctx: Context, bytesMax: number): Promise<Push> {
  return ctx.db.read(['meta', 'outbox', 'hashes'], async (tx) => {
    const journal = await got<JournalState | undefined>(tx.objectStore('meta').get('journal'));
    if (!journal) throw new CoreError('not_ready');
    const proven = await got<Proven | undefined>(tx.objectStore('meta').get('proven'));
    const from = proven?.epoch === journal.epoch ? proven.n : 0;
    const rows = await readUnsent(tx, journal);
    const entries: PushedEntry[] = [];
    const damaged = new Map<number, string>();
    let size = 0;
    let read = 0;
    for (const row of rows) {
      size += row.body.length * 3 + row.private.reduce((sum, part) => sum + part.length, 0); // UTF-8 at worst
      if (read > 0 && size > bytesMax) break;
      read += 1;
      if (!(await isIntact(tx, row))) damaged.set(row.seq, row.body);
      else entries.push({ seq: row.seq, hash: row.hash, body: row.body, private: row.private });
    }
    const whole = read === rows.length && rows.length < PUSH_ENTRIES_MAX;
    const last = whole ? journal.seq : (rows[read - 1]?.seq ?? journal.seq);
    const { lost, until, gap } = await readLost(tx, journal.epoch, from + 1, last, damaged);
    return {
      head: { epoch: journal.epoch, seq: journal.seq, hash: journal.hash },
      entries: entries.filter((entry) => entry.seq <= until),
      lost,
      from,
      more: until < journal.seq,
      gap,
    };
  });
}

/** The first entries, at most a push full, that are neither proven nor held by the server. */
async function readUnsent(tx: IDBTransaction, { epoch, seq }: JournalState): Promise<OutboxRow[]> {
  const outbox = tx.objectStore('outbox');
  const rows: OutboxRow[] = [];
  for (let first = 0; rows.length < PUSH_ENTRIES_MAX && first <= seq; ) {
    const range = IDBKeyRange.bound([epoch, first], [epoch, seq]);
    const page = await got<OutboxRow[]>(outbox.getAll(range, PUSH_ENTRIES_MAX));
    rows.push(...page.filter((row) => !row.proven && !row.held));
    first = page.length < PUSH_ENTRIES_MAX ? seq + 1 : (page.at(-1)?.seq ?? seq) + 1;
  }
  return rows.slice(0, PUSH_ENTRIES_MAX);
}

interface Losses {
  lost: DeclaredLoss[];
  /** Up to where this push may reach: further losses go with the next. */
  until: number;
  gap: boolean;
}

/**
 * Numbers whose body this store can no longer read, or (`damaged`) gives back otherwise than it was written: their hashes
 * survive apart, so they can be declared.
 */
async function readLost(
  tx: IDBTransaction,
  epoch: number,
  first: number,
  last: number,
  damaged: ReadonlyMap<number, string>,
): Promise<Losses> {
  const losses: Losses = { lost: [], until: last, gap: false };
  if (first > last) return losses;
  const range = IDBKeyRange.bound([epoch, first], [epoch, last]);
  const keys = await got<IDBValidKey[]>(tx.objectStore('outbox').getAllKeys(range));
  const present = new Set((keys as [number, number][]).map(([, seq]) => seq));
  for (const seq of damaged.keys()) present.delete(seq);
  if (present.size === last - first + 1) return losses;
  for (let seq = first; seq <= last; seq++) {
    if (present.has(seq)) continue;
    if (losses.lost.length === LOSSES_MAX) return { ...losses, until: seq - 1 };
    const hash = await got<string | undefined>(tx.objectStore('hashes').get([epoch, seq]));
    if (!hash) return { ...losses, gap: true };
    losses.lost.push({ seq, hash, body: damaged.get(seq) ?? null });
  }
  return losses;
}
