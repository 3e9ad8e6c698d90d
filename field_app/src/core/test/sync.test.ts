/** Exchanges: nothing leaves without a verified receipt, repeats change nothing, forks are chained anew. */
import { afterEach, describe, expect, it } from 'vitest';
import { extend, genesis } from '../chain';
import { Db, type OutboxRow } from '../db';
import { dbName } from '../enrol';
import type { OutboxEntry } from '../types';
import { ASSET, BUCKET, ORGANISATION } from './server';
import { begin, shoot, turns, until, World } from './world';

let world: World;
afterEach(() => world.end());

const entries = (core: Awaited<ReturnType<World['ready']>>): OutboxEntry[] =>
  core.outbox.get().filter((item) => item.type === 'entry');

describe('an exchange', () => {
  it('brings entries up, and they leave when the receipt covers them', async () => {
    world = await World.make();
    const core = await world.ready();
    const handover = await begin(core);
    await core.record('reading.record', { handover_id: handover, meter: 'odometer', value: 1 });
    await until(() => core.outbox.get().length === 0);
    expect(world.server.seq).toBe(2);
    expect(core.status.get()).toMatchObject({
      unsent: { entries: 0, blobs: 0 },
      proven: { epoch: 0, seq: 2 },
    });
    expect(core.status.get().lastFullUploadAt).not.toBeNull();
  });

  it('repeats after a lost answer, with the same bytes and no second effect', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.loseAnswers = 1;
    await begin(core);
    await until(() => core.status.get().network === 'failing');
    expect(world.server.seq).toBe(1);
    expect(core.status.get().unsent.entries).toBe(1);
    expect(core.status.get().nextRetryAt).not.toBeNull();
    await world.pass(60_000);
    await until(() => core.status.get().unsent.entries === 0);
    const sent = world.server.syncs.filter((sync) => sync.entries.length > 0);
    expect(sent).toHaveLength(2);
    expect(sent[0]?.entries).toEqual(sent[1]?.entries);
  });

  it('retries by itself with growing patience, and at once when asked', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    await begin(core);
    await until(() => core.status.get().network === 'failing');
    expect(core.status.get().problem?.code).toBe('network');
    const first = (core.status.get().nextRetryAt ?? 0) - world.time.now;
    await world.pass(first);
    await until(() => core.status.get().network === 'failing' && core.status.get().nextRetryAt !== null);
    expect((core.status.get().nextRetryAt ?? 0) - world.time.now).toBe(2 * first);
    world.server.down = false;
    core.retryNow();
    await until(() => core.status.get().unsent.entries === 0 && core.status.get().network === 'idle');
    expect(core.status.get()).toMatchObject({ problem: null, nextRetryAt: null });
  });

  it('does not wait out its patience when the live socket says that the server is there', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    await begin(core);
    await until(() => core.status.get().network === 'failing');
    world.server.down = false;
    world.sockets.at(-1)?.drop();
    await world.pass(1500);
    expect(world.sockets).toHaveLength(2);
    world.sockets.at(-1)?.say({ hello: 1 });
    await until(() => core.status.get().unsent.entries === 0);
  });

  it('does not believe a forged receipt, but takes the pages all the same', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.forgeReceipts = true;
    world.server.put('task', core.newId(), { type: 'collect', asset_id: ASSET, state: 'open' });
    await begin(core);
    await until(() => core.live('task').get().length === 1);
    await until(() => core.status.get().problem?.code === 'receipt_invalid');
    expect(core.status.get().unsent.entries).toBe(1);
    world.server.forgeReceipts = false;
    core.retryNow();
    await until(() => core.status.get().unsent.entries === 0);
  });

  it('does not believe a receipt over another chain', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    await begin(core);
    world.server.down = false;
    world.server.hash = '11'.repeat(32);
    world.server.seq = 1;
    core.retryNow();
    await until(() => core.status.get().problem?.code === 'receipt_invalid');
    expect(core.status.get().unsent.entries).toBe(1);
  });

  it('shows what the server refused no longer as if it held', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.judge = () => ({ state: 'refused', code: 'state_illegal' });
    world.server.forgeReceipts = true;
    await begin(core);
    expect(core.live('handover').get()).toHaveLength(1);
    await until(() => core.status.get().problem?.code === 'receipt_invalid');
    expect(entries(core)).toMatchObject([{ outcome: { state: 'refused' } }]);
    expect(core.live('handover').get()).toEqual([]);
  });

  it('keeps no outcome of another entry under the same number', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.pageSize = 1;
    world.server.judge = () => ({ id: core.newId(), state: 'refused', code: 'state_illegal' });
    world.server.forgeReceipts = true;
    await begin(core);
    await until(() => core.status.get().problem?.code === 'receipt_invalid');
    expect(entries(core)).toMatchObject([{ outcome: null }]);
  });

  it('keeps an entry on screen until every page that follows it is here', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.pageSize = 1;
    const handover = core.newId();
    world.server.judge = (body) => {
      for (let extra = 0; extra < 3; extra++) world.server.put('depot', `d${extra}`, { name: `d${extra}` });
      world.server.put('handover', handover, {
        type: 'check_in',
        asset_id: ASSET,
        state: 'started',
        note: body.id,
      });
      return { state: 'applied', version: world.server.version };
    };
    const seen: (string | undefined)[] = [];
    core.liveOne('handover', handover).subscribe((record) => seen.push(record?.state));
    await core.record('handover.start', { handover_id: handover, type: 'check_in', asset_id: ASSET });
    await until(() => entries(core).length === 0 && core.live('depot').get().length === 3);
    expect(seen[0]).toBeUndefined();
    expect(seen.slice(1).every((state) => state === 'started')).toBe(true); // never vanished in between
    expect(core.liveOne('handover', handover).get()).toMatchObject({
      _pending: false,
      _v: world.server.version,
    });
  });

  it('lays pending work over pages that arrive meanwhile', async () => {
    world = await World.make();
    const core = await world.ready();
    const handover = core.newId();
    world.server.put('handover', handover, {
      type: 'check_in',
      asset_id: ASSET,
      state: 'started',
      photos: { a: {} },
    });
    core.retryNow();
    await until(() => core.liveOne('handover', handover).get() !== null);
    world.server.down = true;
    const photo = await shoot(core, handover, 1);
    world.server.put('handover', handover, {
      type: 'check_in',
      asset_id: ASSET,
      state: 'started',
      photos: { a: {}, b: {} },
      note: 'office',
    });
    const last = world.server.changes.at(-1)?.change;
    const { version } = world.server;
    world.sockets.at(-1)?.say({ bucket: BUCKET, prev: version - 1, to: version, changes: [last] });
    await until(() => core.liveOne('handover', handover).get()?.note === 'office');
    const shown = core.liveOne('handover', handover).get();
    expect(Object.keys(shown?.photos ?? {}).sort()).toEqual(['a', 'b', photo].sort());
    expect(shown?._pending).toBe(true);
  });

  it('does not show a refused entry as if it held', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.judge = () => ({ state: 'refused', code: 'action_forbidden', version: null });
    const handover = await begin(core);
    await until(() => core.status.get().unsent.entries === 0);
    expect(core.liveOne('handover', handover).get()).toBeNull();
  });

  it('renews its session silently when the server has forgotten it', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.signedIn = false;
    await begin(core);
    await until(() => core.status.get().unsent.entries === 0);
    expect(world.server.requests.some((request) => request.path === '/api/v1/renew')).toBe(true);
  });

  it('sends a long journal in several pushes', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    const handover = await begin(core);
    await core.recordAll(
      Array.from({ length: 700 }, (_, value) => ({
        action: 'reading.record' as const,
        args: { handover_id: handover, meter: 'odometer', value },
      })),
    );
    world.server.down = false;
    core.retryNow();
    await until(() => core.status.get().unsent.entries === 0, 20_000);
    expect(world.server.seq).toBe(701);
    expect(Math.max(...world.server.syncs.map((sync) => sync.entries.length))).toBe(500);
  });

  it('declares an entry whose body the store has lost', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    const handover = await begin(core);
    for (const value of [1, 2])
      await core.record('reading.record', { handover_id: handover, meter: 'm', value });
    const db = await Db.open(world.indexedDB, dbName('field', world.server.device));
    const lost = await db.get<OutboxRow>('outbox', [0, 2]);
    await db.write(['outbox'], async (tx) => {
      tx.objectStore('outbox').delete([0, 2]);
    });
    db.close();
    world.server.down = false;
    core.retryNow();
    await until(() => world.server.seq === 3);
    expect(world.server.lost.get(2)).toBe(lost?.hash);
    await until(() => core.outbox.get().length === 0);
  });
});

describe('a body that is no longer what was written', () => {
  it('is declared lost, what is left of it goes along, and what follows is taken', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    const handover = await begin(core);
    for (const value of [1, 2])
      await core.record('reading.record', { handover_id: handover, meter: 'm', value });
    const db = await Db.open(world.indexedDB, dbName('field', world.server.device));
    const row = (await db.get<OutboxRow>('outbox', [0, 2])) as OutboxRow;
    await db.write(['outbox'], async (tx) => {
      tx.objectStore('outbox').put({ ...row, body: row.body.replace('"value":1', '"value":7') });
    });
    db.close();
    world.server.down = false;
    core.retryNow();
    await until(() => world.server.seq === 3);
    expect(world.server.lost.get(2)).toBe(row.hash);
    await until(() => core.outbox.get().length === 0);
  });
});

describe('a body the store gives back otherwise than it was written', () => {
  it.each(['{"id"', 'not JSON at all'])('is declared lost with what is left of it (%s)', async (left) => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    const handover = await begin(core);
    for (const value of [1, 2])
      await core.record('reading.record', { handover_id: handover, meter: 'm', value });
    const db = await Db.open(world.indexedDB, dbName('field', world.server.device));
    const row = await db.get<OutboxRow>('outbox', [0, 2]);
    const body = left === '{"id"' ? row?.body.replace('"meter":"m"', '"meter":"x"') : left;
    await db.write(['outbox'], async (tx) => {
      tx.objectStore('outbox').put({ ...row, body });
    });
    db.close();
    const next = await world.restart(core);
    expect(next.outbox.get()).toHaveLength(3);
    world.server.down = false;
    next.retryNow();
    await until(() => world.server.seq === 3);
    expect(world.server.entries.has(2)).toBe(false);
    expect(world.server.syncs.flatMap((sync) => sync.lost)).toContainEqual({ seq: 2, hash: row?.hash, body });
    await until(() => next.outbox.get().length === 0);
  });

  it('is found out though its row says that it is right', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    await begin(core);
    await begin(core);
    const db = await Db.open(world.indexedDB, dbName('field', world.server.device));
    const row = (await db.get<OutboxRow>('outbox', [0, 1])) as OutboxRow;
    const body = row.body.replace('check_in', 'check_im');
    const hash = extend(genesis(ORGANISATION, world.server.device, 0), 1, new TextEncoder().encode(body));
    await db.write(['outbox'], async (tx) => {
      tx.objectStore('outbox').put({ ...row, body, hash });
    });
    db.close();
    const next = await world.restart(core);
    world.server.down = false;
    next.retryNow();
    await until(() => world.server.seq === 2);
    expect(world.server.lost.get(1)).toBe(row.hash);
  });

  it('is neither shown nor built upon', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    const handovers = [await begin(core), await begin(core)];
    const db = await Db.open(world.indexedDB, dbName('field', world.server.device));
    const row = await db.get<OutboxRow>('outbox', [0, 1]);
    const id = row?.id ?? '';
    const body = row?.body.replace(id, id.replace(/.$/, 'x'));
    await db.write(['outbox'], async (tx) => {
      tx.objectStore('outbox').put({ ...row, body });
    });
    db.close();
    const next = await world.restart(core);
    expect(next.live('handover').get()).toMatchObject([{ id: handovers[1] }]);
    for (const handover_id of handovers)
      await next.record('reading.record', { handover_id, meter: 'm', value: 1 });
    world.server.down = false;
    next.retryNow();
    await until(() => world.server.seq === 4);
    const needs = [3, 4].map((seq) => JSON.parse(world.server.entries.get(seq)?.body ?? '').needs);
    expect(needs).toEqual([[], [JSON.parse(world.server.entries.get(2)?.body ?? '').id]]);
  });

  it('is not chained anew as if it were the true one', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    const handover = await begin(core);
    for (const value of [1, 2])
      await core.record('reading.record', { handover_id: handover, meter: 'm', value });
    const db = await Db.open(world.indexedDB, dbName('field', world.server.device));
    const row = await db.get<OutboxRow>('outbox', [0, 2]);
    const body = row?.body.replace('"meter":"m"', '"meter":"x"');
    await db.write(['outbox'], async (tx) => {
      tx.objectStore('outbox').put({ ...row, body });
    });
    db.close();
    const next = await world.restart(core);
    const base = genesis(ORGANISATION, world.server.device, 0);
    world.server.epoch = 1;
    world.server.hash = genesis(ORGANISATION, world.server.device, 1, base);
    world.server.newEpoch = { epoch: 1, base_seq: 0, base_hash: base };
    world.server.down = false;
    next.retryNow();
    await until(() => world.server.seq === 3);
    expect([...world.server.entries.keys()]).toEqual([1, 3]);
    expect(world.server.lost.get(2)).toBe(row?.hash);
  });
});

describe('pages', () => {
  it('are applied once however often they come, and removals remove', async () => {
    world = await World.make();
    const core = await world.ready();
    const task = core.newId();
    world.server.put('task', task, { type: 'collect', asset_id: ASSET, state: 'open' });
    core.retryNow();
    await until(() => core.live('task').get().length === 1);
    const { version, changes } = world.server;
    const frame = { bucket: BUCKET, prev: version - 1, to: version, changes: [changes.at(-1)?.change] };
    const socket = world.sockets.at(-1);
    socket?.say(frame);
    socket?.say(frame);
    await turns(5);
    expect(core.live('task').get()).toHaveLength(1);
    world.server.gone('task', task);
    socket?.say({ sync: true });
    await until(() => core.live('task').get().length === 0);
  });

  it('go on page by page after an interruption', async () => {
    world = await World.make();
    for (let at = 0; at < 25; at++) world.server.put('depot', `d${at}`, { name: `d${at}` });
    world.server.pageSize = 10;
    const core = world.core();
    await core.start();
    world.server.loseAnswers = 0;
    await core.enrol('GOOD');
    await until(() => core.live('depot').get().length === 25);
    expect(world.server.syncs.map((sync) => sync.cursors[BUCKET] ?? 0).slice(0, 3)).toEqual([0, 10, 20]);
  });
});

describe('a fork', () => {
  it('is chained anew from the common hash, bodies unchanged', async () => {
    world = await World.make();
    const core = await world.ready();
    const handover = await begin(core);
    await until(() => core.outbox.get().length === 0);
    world.server.down = true;
    for (const value of [1, 2])
      await core.record('reading.record', { handover_id: handover, meter: 'm', value });
    const before = entries(core).map((item) => item.id);
    world.server.down = false;
    world.server.newEpoch = world.server.fork(1);
    core.retryNow();
    await until(() => core.outbox.get().length === 0);
    expect(world.server).toMatchObject({ epoch: 1, seq: 3 });
    const bodies = [2, 3].map((seq) => JSON.parse(world.server.entries.get(seq)?.body ?? '{}'));
    expect(bodies.map((body) => body.id)).toEqual(before);
    expect(bodies.map((body) => body.epoch)).toEqual([0, 0]);
    const next = await core.record('reading.record', { handover_id: handover, meter: 'm', value: 3 });
    expect(next).toMatchObject({ epoch: 1, seq: 4 });
    await until(() => world.server.seq === 4);
  });

  it('is understood from the receipt when the answer that announced it was lost', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    await begin(core);
    world.server.down = false;
    world.server.fork(0);
    core.retryNow();
    await until(() => world.server.seq === 1);
    await until(() => core.outbox.get().length === 0);
    expect(core.status.get().proven).toMatchObject({ epoch: 1, seq: 1 });
  });
});
