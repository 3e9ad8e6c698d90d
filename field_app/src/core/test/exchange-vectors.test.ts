/** Golden vectors of an exchange (tests/vectors): pages, frames, receipts and new epochs do here what they do in Python. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { describe, expect, it } from 'vitest';
import believed from '../../../../tests/vectors/believed.json';
import epochs from '../../../../tests/vectors/epoch.json';
import pages from '../../../../tests/vectors/pages.json';
import receipts from '../../../../tests/vectors/receipts.json';
import type { LiveFrame, PublicKey, Receipt, SyncAnswer } from '../../generated/types';
import { applyAnswer, applyFrame } from '../apply';
import { type Context, emptyLists, type Proven } from '../context';
import { Db, type JournalState, type OutboxRow, type RecordRow } from '../db';
import type { Deps } from '../deps';
import { adopt } from '../epoch';
import { HLC_ZERO } from '../hlc';
import { verifyReceipt } from '../keys';
import { Replica } from '../replica';

const ORGANISATION = '0197f3a0-0000-7000-8000-000000000001';
const DEVICE = '0197f3a0-0000-7000-8000-000000000002';

async function context(): Promise<Context> {
  return {
    deps: { now: () => 0 } as unknown as Deps,
    db: await Db.open(new IDBFactory(), 'vectors'),
    device: { device: DEVICE, organisation: { id: ORGANISATION, keys: [] }, policy: {} },
    replica: new Replica(),
    tell: () => undefined,
    ...emptyLists(),
  } as unknown as Context;
}

const answerOf = (fields: object): SyncAnswer =>
  ({
    outcomes: [],
    pages: [],
    digests: [],
    gone_buckets: [],
    commands: [],
    new_epoch: null,
    ...fields,
  }) as unknown as SyncAnswer;

async function stateOf(ctx: Context): Promise<object> {
  const rows = await ctx.db.all<RecordRow>('records');
  const records = Object.fromEntries(
    rows.map(({ kind, id, v, h, data, buckets }) => [
      `${kind}/${id}`,
      { v, h, data, buckets: [...buckets].sort() },
    ]),
  );
  const cursors = (await ctx.db.meta<object>('cursors')) ?? {};
  return { cursors, floors: (await ctx.db.meta<object>('floors')) ?? {}, records };
}

describe('golden vectors of an exchange', () => {
  it('applies pages and frames alike', async () => {
    const ctx = await context();
    for (const step of pages) {
      let result: string;
      if (step.frame) result = await applyFrame(ctx, step.frame as unknown as LiveFrame);
      else {
        const answer = answerOf({ pages: step.pages, gone_buckets: step.gone_buckets ?? [] });
        const from = { epoch: 0, n: 0 };
        const incoming = { answer, receipt: null, finished: new Set<string>(), skew: 0, from, repairs: [] };
        result = (await applyAnswer(ctx, incoming)).pagesMoved ? 'moved' : 'still';
      }
      expect([step.name, result]).toEqual([step.name, step.result]);
      expect([step.name, await stateOf(ctx)]).toEqual([step.name, step.after]);
    }
  });

  it('verifies receipts alike', async () => {
    for (const { name, jws, receipt } of receipts.cases) {
      const found = await verifyReceipt(crypto, receipts.keys as PublicKey[], jws).catch(() => null);
      expect([name, found]).toEqual([name, receipt]);
    }
  });

  it('believes the same receipts', async () => {
    for (const one of believed) {
      const ctx = await context();
      await ctx.db.write(['meta', 'hashes'], async (tx) => {
        const meta = tx.objectStore('meta');
        meta.put({ epoch: 0, seq: one.seq, hash: one.hash, hlc: HLC_ZERO } satisfies JournalState, 'journal');
        if (one.proven > 0) meta.put({ epoch: 0, n: one.proven, h: '', at: '' } satisfies Proven, 'proven');
        for (const [seq, hash] of Object.entries(one.hashes))
          tx.objectStore('hashes').put(hash, [0, Number(seq)]);
      });
      const applied = await applyAnswer(ctx, {
        answer: answerOf({ receipt: '' }),
        receipt: one.receipt as unknown as Receipt,
        finished: new Set(),
        skew: 0,
        from: { epoch: 0, n: one.asked },
        repairs: [],
      });
      const proven = (await ctx.db.meta<Proven>('proven'))?.n ?? 0;
      expect([one.name, applied.receipt, proven]).toEqual([one.name, one.believed, one.proven_after]);
    }
  });

  it('chains anew alike', async () => {
    for (const one of epochs) {
      const ctx = await context();
      const hashes = one.hashes as Record<string, string>;
      const journal = { epoch: 0, seq: 5, hash: hashes['5'] ?? '', hlc: HLC_ZERO };
      await ctx.db.write(['meta', 'outbox', 'hashes', 'blobs'], async (tx) => {
        for (const [seq, hash] of Object.entries(hashes))
          tx.objectStore('hashes').put(hash, [0, Number(seq)]);
        for (const [index, body] of one.bodies.entries()) {
          const seq = index + 1;
          if ((one.lost as number[]).includes(seq)) continue;
          tx.objectStore('outbox').put(rowOf(seq, hashes[String(seq)] ?? '', body));
        }
        await adopt(tx, ctx, journal, one.new_epoch);
      });
      const rows = await ctx.db.all<OutboxRow>('outbox');
      const after = (await ctx.db.meta<JournalState>('journal')) ?? journal;
      const proven = await ctx.db.meta<Proven>('proven');
      const kept: Record<string, string> = {};
      for (let seq = one.new_epoch.base_seq; seq <= after.seq; seq++)
        kept[String(seq)] = (await ctx.db.get<string>('hashes', [after.epoch, seq])) ?? '';
      expect([
        one.name,
        {
          epoch: after.epoch,
          seq: after.seq,
          hash: after.hash,
          proven: proven?.n,
          hashes: kept,
          entries: rows.map(({ seq, hash, proven: covered }) => ({ seq, hash, proven: covered })),
        },
      ]).toEqual([one.name, one.after]);
    }
  });
});

function rowOf(seq: number, hash: string, body: string): OutboxRow {
  return {
    epoch: 0,
    seq,
    id: String(seq),
    hash,
    body,
    private: [],
    label: '',
    handover: null,
    outcome: null,
    proven: false,
  };
}
