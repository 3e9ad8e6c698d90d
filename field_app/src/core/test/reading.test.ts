/** The store read piece by piece behind the screen: the first rows at once, nothing missing at the end, nothing older than what came meanwhile. */
import { IDBFactory } from 'fake-indexeddb';
import { describe, expect, it } from 'vitest';
import { Db, type RecordRow } from '../db';
import { Replica } from '../replica';
import { PERSON } from './server';
import { until, World } from './world';

const MANY = 2_500;
const idOf = (at: number): string => `a${String(at).padStart(5, '0')}`;
const rowOf = (at: number, label = 'old', v = 1): RecordRow => ({
  kind: 'asset',
  id: idOf(at),
  v,
  h: '',
  data: { label },
  buckets: ['org/office'],
});

async function filled(): Promise<Db> {
  const db = await Db.open(new IDBFactory(), 'reading');
  await db.write(['records'], async (tx) => {
    for (let at = 0; at < MANY; at += 1) tx.objectStore('records').put(rowOf(at));
    tx.objectStore('records').put({ ...rowOf(0), kind: 'depot', id: 'd1' });
  });
  return db;
}

describe('reading the store', () => {
  it('shows the first rows of every kind at once, and in the end holds all of them in order', async () => {
    const db = await filled();
    const replica = new Replica();
    const told: number[] = [];
    replica.live('asset').subscribe((rows) => told.push(rows.length));
    await replica.load(db, 100);
    expect(replica.list('asset')).toHaveLength(100);
    expect(replica.list('depot')).toHaveLength(1);
    expect(replica.reading.get()).toBe(true);
    await replica.whole;
    await until(() => told.at(-1) === MANY);
    expect(replica.reading.get()).toBe(false);
    expect(replica.list('asset').map((one) => one.id)).toEqual(
      Array.from({ length: MANY }, (_, at) => idOf(at)),
    );
    expect(told.length).toBeLessThan(8); // each telling goes through all rows: their number must not grow with them
    db.close();
  });

  it('keeps what was changed or removed while it was being read', async () => {
    const db = await filled();
    const replica = new Replica();
    await replica.load(db, 100);
    replica.put([
      { kind: 'asset', id: idOf(2_000), row: rowOf(2_000, 'new', 2) },
      { kind: 'asset', id: idOf(2_001), row: null },
    ]);
    await replica.whole;
    expect(replica.one('asset', idOf(2_000))).toMatchObject({ label: 'new', _v: 2 });
    expect(replica.one('asset', idOf(2_001))).toBeNull();
    expect(replica.list('asset')).toHaveLength(MANY - 1);
    db.close();
  });

  it('stops when the replica is emptied', async () => {
    const db = await filled();
    const replica = new Replica();
    await replica.load(db, 100);
    const before = replica.whole;
    replica.clear();
    await before;
    expect(replica.list('asset')).toEqual([]);
    expect(replica.reading.get()).toBe(false);
    db.close();
  });
});

describe('a phone opened again', () => {
  it('stands at its lock before everything is read, and behind the lock nothing is missing', async () => {
    const world = await World.make();
    for (let at = 0; at < 1_200; at += 1) world.server.put('depot', `d${at}`, { name: `${at}` });
    const first = await world.ready();
    await until(() => first.live('depot').get().length >= 1_200, 20_000);
    const core = await world.restart(first, false);
    expect(core.status.get()).toMatchObject({ phase: 'locked', reading: true });
    expect(core.live('depot').get().length).toBeLessThan(1_200);
    expect(await core.unlock(PERSON, world.server.pin)).toEqual({ ok: true });
    expect(core.live('depot').get().length).toBeGreaterThanOrEqual(1_200);
    expect(core.status.get()).toMatchObject({ phase: 'ready', reading: false });
    await world.end();
  });
});
