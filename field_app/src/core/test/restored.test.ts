/** A server restored from a backup: it has lost entries that this device had a receipt for and has let go. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Core, CoreError } from '..';
import { Db, type OutboxRow } from '../db';
import { dbName } from '../enrol';
import { begin, shoot, until, World } from './world';

let world: World;
afterEach(() => world.end());

/** Writes behind the app's back into its store. */
async function meddle(change: (tx: IDBTransaction) => void): Promise<void> {
  const db = await Db.open(world.indexedDB, dbName('field', world.server.device));
  await db.write(['meta', 'outbox', 'hashes', 'blobs'], async (tx) => change(tx));
  db.close();
}

const readings = async (core: Core, handover: string, count: number): Promise<void> => {
  await core.recordAll(
    Array.from({ length: count }, (_, value) => ({
      action: 'reading.record' as const,
      args: { handover_id: handover, meter: 'odometer', value },
    })),
  );
};

const quiet = (core: Core): boolean => core.status.get().network === 'idle';

describe('a server restored from a backup', () => {
  it('is told of what was let go, gets what is still here, and the device goes on', async () => {
    world = await World.make();
    const core = await world.ready();
    const handover = await begin(core);
    await readings(core, handover, 5);
    await until(() => core.outbox.get().length === 0 && quiet(core));
    const known = new Map([...world.server.entries].map(([seq, entry]) => [seq, entry.hash]));
    world.server.restore(3);
    await readings(core, handover, 2);
    await until(() => world.server.seq === 8);
    expect([...world.server.lost]).toEqual([4, 5, 6].map((seq) => [seq, known.get(seq)]));
    await until(() => core.outbox.get().length === 0 && quiet(core));
    expect(core.status.get()).toMatchObject({ problem: null, proven: { epoch: 0, seq: 8 } });
    await readings(core, handover, 1);
    await until(() => world.server.seq === 9);
  });

  it('is met with nothing new as well, and from the very first entry', async () => {
    world = await World.make();
    const core = await world.ready();
    const handover = await begin(core);
    await readings(core, handover, 2);
    await until(() => core.outbox.get().length === 0 && quiet(core));
    world.server.restore(0);
    core.retryNow();
    await until(() => world.server.seq === 3);
    expect([...world.server.lost.keys()]).toEqual([1, 2, 3]);
    await until(() => core.status.get().proven?.seq === 3 && quiet(core));
    expect(core.status.get().problem).toBeNull();
  });

  it('gets the bodies that wait for their last page again, and more losses than one push declares', async () => {
    world = await World.make();
    const core = await world.ready();
    const handover = await begin(core);
    await readings(core, handover, 600);
    await until(() => core.outbox.get().length === 0 && quiet(core), 20_000);
    world.server.down = true;
    await readings(core, handover, 2);
    await until(() => core.status.get().network === 'failing');
    // As if the answer that proved them had more pages to come.
    const rows = core.outbox.get().length;
    await meddle((tx) => {
      tx.objectStore('outbox').getAll().onsuccess = (event) => {
        for (const row of (event.target as IDBRequest<OutboxRow[]>).result)
          tx.objectStore('outbox').put({ ...row, proven: true });
      };
      tx.objectStore('meta').put({ epoch: 0, n: 603, h: '', at: '2026-11-21T19:40:59.119Z' }, 'proven');
    });
    world.server.down = false;
    world.server.restore(20);
    core.retryNow();
    await until(() => world.server.seq === 603, 20_000);
    expect(rows).toBe(2);
    expect(world.server.lost.size).toBe(581);
    expect([...world.server.entries.keys()].slice(20)).toEqual([602, 603]);
    expect(Math.max(...world.server.syncs.map((sync) => sync.lost.length))).toBe(500);
    const full = world.server.syncs.filter((sync) => sync.lost.length === 500);
    expect(full.flatMap((sync) => sync.entries)).toEqual([]); // none reaches beyond what it can declare
    await until(() => core.outbox.get().length === 0);
  });

  it('is not taken for one when an answer only comes late', async () => {
    world = await World.make();
    const core = await world.ready();
    const handover = await begin(core);
    await readings(core, handover, 2);
    await until(() => core.outbox.get().length === 0 && quiet(core));
    // While this answer is under way, the proof goes further than the request knew.
    world.server.restore(2);
    world.beforeAnswer = async () => {
      world.beforeAnswer = null;
      await meddle((tx) => {
        const proven = { epoch: 0, n: 4, h: '', at: '2026-11-21T19:40:59.119Z' };
        tx.objectStore('meta').put(proven, 'proven');
      });
    };
    core.retryNow();
    await until(() => core.status.get().problem?.code === 'receipt_invalid');
    expect(core.status.get().proven?.seq).toBe(4);
    expect(world.server.lost.size).toBe(0);
  });

  it('before every hash kept: says so, sends on, holds nobody up, repeats nothing', async () => {
    world = await World.make();
    const core = await world.ready();
    const handover = await begin(core);
    await readings(core, handover, 5);
    await until(() => core.outbox.get().length === 0 && quiet(core));
    await meddle((tx) => tx.objectStore('hashes').delete(IDBKeyRange.bound([0, 0], [0, 5])));
    world.server.restore(3);
    await shoot(core, handover, 1);
    await until(() => core.status.get().problem?.code === 'journal_gap' && quiet(core));
    await until(() => core.outbox.get().some((item) => item.type === 'blob' && item.state === 'done'));
    expect(world.server.entries.has(7)).toBe(true);
    expect(core.status.get()).toMatchObject({ unsent: { entries: 1, blobs: 1 } }); // kept until a receipt covers them
    await expect(core.logout()).rejects.toBeInstanceOf(CoreError);
    await until(() => quiet(core));
    const again = await world.restart(core);
    expect(again.status.get().gate).toBe('open');
    const before = world.server.syncs.length;
    await readings(again, handover, 1);
    await until(() => world.server.entries.has(8));
    expect(world.server.syncs.slice(before).flatMap((sync) => sync.entries.map((one) => one.seq))).toEqual([
      8,
    ]);
    await until(() => quiet(again) && again.status.get().problem?.code === 'journal_gap');
    world.server.down = true;
    await readings(again, handover, 1);
    await until(() => again.status.get().network === 'failing');
    const third = await world.restart(again);
    expect(third.status.get().gate).toBe('shut'); // what nobody else has keeps it shut
    world.server.down = false;
    third.retryNow();
    await until(() => third.status.get().gate === 'open');
  });

  it('is sent again what it holds under a number, when no outcome says that it is this', async () => {
    world = await World.make();
    const core = await world.ready();
    const handover = await begin(core);
    await readings(core, handover, 5);
    await until(() => core.outbox.get().length === 0 && quiet(core));
    await meddle((tx) => tx.objectStore('hashes').delete(IDBKeyRange.bound([0, 0], [0, 5])));
    world.server.restore(3);
    world.server.heldUnsaid = true;
    await readings(core, handover, 1);
    await until(() => core.status.get().problem?.code === 'journal_gap' && quiet(core));
    const before = world.server.syncs.length;
    core.retryNow();
    await until(() => world.server.syncs.length > before && quiet(core));
    expect(world.server.syncs.at(-1)?.entries.map((one) => one.seq)).toEqual([7]);
    expect((await world.restart(core)).status.get().gate).toBe('shut');
  });

  it('is understood when hashes in between are damaged, too', async () => {
    world = await World.make();
    const core = await world.ready();
    const handover = await begin(core);
    await readings(core, handover, 5);
    await until(() => core.outbox.get().length === 0 && quiet(core));
    await meddle((tx) => tx.objectStore('hashes').delete([0, 5]));
    world.server.restore(3);
    await readings(core, handover, 1);
    await until(() => core.status.get().problem?.code === 'journal_gap' && quiet(core));
    expect(world.server).toMatchObject({ seq: 4 });
    expect(world.server.entries.has(7)).toBe(true);
    expect((await world.restart(core)).status.get().gate).toBe('open');
  });
});
