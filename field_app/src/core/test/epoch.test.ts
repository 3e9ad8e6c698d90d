/** A new epoch is taken from a signed receipt over a hash of our own: nobody else's base lets go of what was saved here. */
import { afterEach, describe, expect, it } from 'vitest';
import type { NewEpoch } from '../../generated/types';
import { genesis } from '../chain';
import { Db, type JournalState } from '../db';
import { dbName } from '../enrol';
import { HLC_ZERO } from '../hlc';
import { ORGANISATION } from './server';
import { begin, until, World } from './world';

let world: World;
afterEach(() => world.end());

const FOREIGN: NewEpoch = { epoch: 1, base_seq: 4, base_hash: 'f'.repeat(64) };

describe('a base that is not ours', () => {
  it('proves nothing, whether it is said in the clear or signed', async () => {
    for (const signed of [false, true]) {
      world = await World.make();
      const core = await world.ready();
      world.server.down = true;
      const handover = await begin(core);
      await core.record('reading.record', { handover_id: handover, meter: 'm', value: 1 });
      world.server.forgeReceipts = !signed;
      world.server.epoch = FOREIGN.epoch;
      world.server.seq = FOREIGN.base_seq;
      world.server.hash = genesis(ORGANISATION, world.server.device, FOREIGN.epoch, FOREIGN.base_hash);
      world.server.newEpoch = FOREIGN;
      world.server.down = false;
      core.retryNow();
      const code = signed ? 'epoch_unknown' : 'receipt_invalid';
      await until(() => core.status.get().problem?.code === code);
      await core.stop();
      const next = await world.restart(core, false);
      expect(next.status.get().unsent.entries).toBe(2);
      await next.stop();
      if (!signed) await world.end();
    }
  });
});

describe('the start of an epoch', () => {
  it('is never forgotten: a fork may go back to it', async () => {
    world = await World.make();
    const core = await world.ready();
    await core.stop();
    const db = await Db.open(world.indexedDB, dbName('field', world.server.device));
    const end = { epoch: 1, seq: 1011, hash: 'f'.repeat(64), hlc: HLC_ZERO } satisfies JournalState;
    await db.write(['meta', 'hashes'], async (tx) => {
      tx.objectStore('meta').put(end, 'journal');
      for (let seq = 1; seq <= end.seq; seq++) tx.objectStore('hashes').put(end.hash, [1, seq]);
    });
    world.server.epoch = end.epoch;
    world.server.seq = end.seq;
    world.server.hash = end.hash;
    const next = await world.restart(core, false);
    await until(() => next.status.get().proven?.seq === end.seq, 30_000);
    const kept = await Promise.all([1, 2, 11, 12].map((seq) => db.get<string>('hashes', [1, seq])));
    db.close();
    expect(kept.map((hash) => hash !== undefined)).toEqual([true, false, false, true]);
  });
});
