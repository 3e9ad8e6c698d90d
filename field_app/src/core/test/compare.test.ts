/** The replica against the server's digests: what differs is found in idle time, put right in parts, and told. */
import { afterEach, describe, expect, it } from 'vitest';
import { Db, type RecordRow } from '../db';
import { dbName } from '../enrol';
import { ASSET, BUCKET } from './server';
import { begin, turns, until, World } from './world';

let world: World;
afterEach(() => world.end());

const IDS = ['00', '7f', '80', 'ff'].map((end) => `0197f3a0-0000-7000-8000-0000000000${end}`);
const asked = (path: string): number => world.server.requests.filter((one) => one.path === path).length;

async function filled(): Promise<Awaited<ReturnType<World['ready']>>> {
  world = await World.make();
  for (const [index, id] of IDS.entries()) world.server.put('depot', id, { name: `depot ${index}` });
  return world.ready();
}

/** Changes the store behind the core's back, and reads it. */
async function behind<T>(work: (tx: IDBTransaction) => Promise<T>): Promise<T> {
  const db = await Db.open(world.indexedDB, dbName('field', world.server.device));
  const result = await db.write(['records', 'meta'], work);
  db.close();
  return result;
}

const rows = (): Promise<RecordRow[]> =>
  behind(
    (tx) =>
      new Promise((resolve) => {
        const all = tx.objectStore('records').getAll();
        all.onsuccess = () => resolve(all.result);
      }),
  );

/** Idle time passes after an exchange. */
async function quiet(core: Awaited<ReturnType<World['ready']>>): Promise<void> {
  await until(() => core.status.get().network === 'idle');
  await world.pass(5_000);
}

describe('the replica', () => {
  it('is compared in idle time, and nothing is asked when it is right', async () => {
    const core = await filled();
    await quiet(core);
    expect(asked('/api/v1/digest')).toBe(0);
    const meta = await behind(
      (tx) =>
        new Promise<Record<string, number>>((resolve) => {
          const found = tx.objectStore('meta').get('compared');
          found.onsuccess = () => resolve(found.result);
        }),
    );
    expect(meta[BUCKET]).toBe(world.time.now);
  });

  it('gets back what it lost, loses what is not there, and is given the right content; unsent work stays', async () => {
    const core = await filled();
    const truth = await rows();
    const [lost = '', wrong = '', old = ''] = IDS;
    const ghost = '0197f3a0-0000-7000-8000-00000000007e';
    await behind(async (tx) => {
      const records = tx.objectStore('records');
      const row = truth.find((one) => one.id === wrong);
      records.delete(['depot', lost]);
      records.put({ ...row, data: { id: wrong, name: 'other' }, h: '0000000000000000' });
      records.put({
        ...truth.find((one) => one.id === old),
        v: 99,
        data: { id: old, name: 'of a lost future' },
      });
      records.put({ kind: 'task', id: ghost, v: 1, h: 'aa', data: { id: ghost }, buckets: [BUCKET] });
      const forgotten = `${ghost.slice(0, -3)}17e`; // newer than any cursor: of a time that a restored server does not know
      records.put({
        kind: 'task',
        id: forgotten,
        v: 1e6,
        h: 'aa',
        data: { id: forgotten },
        buckets: [BUCKET],
      });
    });
    world.server.partsAtOnce = 1;
    const handover = await begin(core);
    await until(() => core.status.get().network === 'idle');
    world.server.version = 100;
    world.server.put('asset', ASSET, { label: '沪A·12345', tag: 'T1' });
    core.retryNow();
    await until(() => core.status.get().network === 'idle');
    world.server.down = true;
    await core.record('reading.record', { handover_id: handover, meter: 'odometer', value: 7 });
    await until(() => core.status.get().network === 'failing');
    world.server.down = false;
    core.retryNow();
    await quiet(core);
    await until(() => world.server.syncs.some((sync) => sync.repairs.length > 0));
    expect(
      (await rows()).filter((row) => row.kind !== 'asset').sort((a, b) => (a.id < b.id ? -1 : 1)),
    ).toEqual(truth.filter((row) => row.kind !== 'asset').sort((a, b) => (a.id < b.id ? -1 : 1)));
    expect(
      core
        .live('depot')
        .get()
        .find((one) => one.id === wrong)?.name,
    ).toBe('depot 1');
    expect(asked('/api/v1/repair')).toBe(4);
  });

  it('tells what had to be put right, once', async () => {
    const core = await filled();
    await behind(async (tx) => {
      tx.objectStore('records').delete(['depot', IDS[0] ?? '']);
    });
    await quiet(core);
    await until(() => world.server.syncs.some((sync) => sync.repairs.length > 0));
    await until(() => core.status.get().network === 'idle');
    core.retryNow();
    await until(() => core.status.get().network === 'idle');
    const told = world.server.syncs.filter((sync) => sync.repairs.length > 0);
    expect(told.map((sync) => sync.repairs)).toEqual([
      [{ bucket: BUCKET, version: world.server.version, parts: [0] }],
    ]);
  });

  it('is left as it is by an answer older than it has become meanwhile, and nothing is told', async () => {
    const core = await filled();
    await behind(async (tx) => {
      tx.objectStore('records').delete(['depot', IDS[0] ?? '']);
    });
    const answer = world.server.fetch;
    world.server.fetch = async (url, init) => {
      const response = await answer(url, init);
      return url.endsWith('/repair') ? Response.json({ ...(await response.json()), version: 0 }) : response;
    };
    const noted = (name: string): Promise<unknown> =>
      behind(
        (tx) =>
          new Promise((resolve) => {
            const found = tx.objectStore('meta').get(name);
            found.onsuccess = () => resolve(found.result);
          }),
      );
    await quiet(core);
    await until(() => asked('/api/v1/repair') === 1);
    let compared: unknown;
    while (compared === undefined) {
      await turns(1);
      compared = await noted('compared');
    }
    expect(await noted('repairs')).toBeUndefined();
    expect((await rows()).map(({ id }) => id)).not.toContain(IDS[0]);
  });

  it('tells it again when the answer was lost', async () => {
    const core = await filled();
    await behind(async (tx) => {
      tx.objectStore('records').delete(['depot', IDS[0] ?? '']);
    });
    let lost = false;
    world.beforeAnswer = async () => {
      if (lost || world.server.syncs.at(-1)?.repairs.length === 0) return;
      lost = true;
      throw new TypeError('connection reset');
    };
    await quiet(core);
    await until(() => lost && core.status.get().network === 'failing');
    core.retryNow();
    await until(() => core.status.get().network === 'idle');
    core.retryNow();
    await until(() => core.status.get().network === 'idle');
    expect(world.server.syncs.filter((sync) => sync.repairs.length > 0)).toHaveLength(2);
  });

  it('is not compared again for ten minutes', async () => {
    const core = await filled();
    await quiet(core);
    await behind(async (tx) => {
      tx.objectStore('records').delete(['depot', IDS[0] ?? '']);
    });
    core.retryNow();
    await quiet(core);
    expect(asked('/api/v1/digest')).toBe(0);
    await world.pass(600_000);
    core.retryNow();
    await quiet(core);
    await until(() => asked('/api/v1/digest') === 1);
  });

  it('is left alone while its cursor is not where the digest was taken', async () => {
    const core = await filled();
    await behind(async (tx) => {
      tx.objectStore('records').delete(['depot', IDS[0] ?? '']);
    });
    const { version } = world.server;
    world.server.put('depot', IDS[1] ?? '', { name: 'live' });
    const change = world.server.changes.at(-1)?.change;
    world.sockets.at(-1)?.say({ bucket: BUCKET, prev: version, to: version + 1, changes: [change] });
    await until(() =>
      core
        .live('depot')
        .get()
        .some((one) => one.name === 'live'),
    );
    await quiet(core);
    expect(asked('/api/v1/digest')).toBe(0);
  });
});

describe('a bucket that has forgotten what left it', () => {
  it('comes anew to a device that stayed away too long, and its unsent work stays', async () => {
    const core = await filled();
    await until(() => core.status.get().network === 'idle');
    world.server.down = true;
    await begin(core);
    await until(() => core.status.get().network === 'failing');
    world.server.gone('depot', IDS[0] ?? '');
    world.server.purge();
    world.server.put('depot', IDS[1] ?? '', { name: 'later' });
    world.server.down = false;
    core.retryNow();
    await until(() => core.live('depot').get().length === IDS.length - 1);
    await until(() => core.status.get().unsent.entries === 0);
    expect(world.server.seq).toBe(1);
  });

  it('is had page by page by a device that begins after that, without beginning anew at each', async () => {
    world = await World.make();
    for (const [index, id] of IDS.entries()) world.server.put('depot', id, { name: `depot ${index}` });
    world.server.gone('depot', IDS[0] ?? '');
    world.server.purge();
    world.server.pageSize = 1;
    const core = await world.ready();
    await until(() => core.live('depot').get().length === IDS.length - 1);
    await until(() => core.status.get().network === 'idle');
    expect(world.server.syncs.length).toBeLessThan(12);
    expect(world.server.syncs.at(-1)?.floors).toEqual({ [BUCKET]: world.server.horizon });
  });
});
