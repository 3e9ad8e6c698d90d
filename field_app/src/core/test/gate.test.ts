/** Opening, people, PINs, leaving: what may begin, and who may. */
import { afterEach, describe, expect, it } from 'vitest';
import { Db } from '../db';
import { isOpening } from '../gate';
import { measure } from '../imaging';
import { PERSON } from './server';
import { begin, shoot, turns, until, World } from './world';

let world: World;
afterEach(() => world?.end());

describe('the upload gate', () => {
  it('is shut at an opening with anything unsent, and opens when all is proven', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    const handover = await begin(core);
    await shoot(core, handover, 1);
    expect(core.canStartNew()).toBe(true); // it was not unsent at the opening
    const next = await world.restart(core);
    expect(next.status.get()).toMatchObject({ gate: 'shut', opening: { entries: 2, photos: 1, blobs: 1 } });
    expect(next.canStartNew()).toBe(false);
    await expect(begin(next)).rejects.toMatchObject({ problem: { code: 'gate_closed' } });
    await next.record('reading.record', { handover_id: handover, meter: 'm', value: 1 }); // begun before: may go on
    world.server.down = false;
    next.retryNow();
    await until(() => next.status.get().gate === 'open');
    expect(next.status.get().unsent).toEqual({ entries: 0, photos: 0, blobs: 0, bytes: 0 });
    await begin(next);
  });

  it('does not take the word "clear" for a receipt', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    await begin(core);
    const next = await world.restart(core);
    world.server.down = false;
    world.server.forgeReceipts = true; // the answer says clear all the same
    next.retryNow();
    await until(() => next.status.get().problem?.code === 'receipt_invalid');
    expect(next.status.get().gate).toBe('shut');
    await until(() => next.status.get().network === 'failing'); // a person sees why, and it is tried again without them
    world.server.forgeReceipts = false;
    await world.pass(5000);
    await until(() => next.status.get().gate === 'open');
  });

  it('waits for photos under strict, not under records', async () => {
    for (const policy of ['strict', 'records'] as const) {
      world = await World.make();
      world.server.gatePolicy = policy;
      const core = await world.ready();
      world.server.down = true;
      await shoot(core, await begin(core), 1);
      const sha = core.outbox.get().find((item) => item.type === 'blob')?.sha256 ?? '';
      world.server.rejected.set(sha, 'uploads_too_many');
      const next = await world.restart(core);
      world.server.down = false;
      next.retryNow();
      await until(() => next.status.get().unsent.entries === 0 && next.status.get().nextRetryAt !== null);
      expect(next.status.get().gate).toBe(policy === 'strict' ? 'shut' : 'open');
      await world.end();
    }
  });

  it('shuts on a return after a long absence only', async () => {
    expect(isOpening(null, 10, 5)).toBe(false);
    expect(isOpening(0, 5, 5)).toBe(false);
    expect(isOpening(0, 6, 5)).toBe(true);
    expect(isOpening(10, 6, 5)).toBe(true);
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    await begin(core);
    world.hide(true);
    await world.pass(60_000);
    world.hide(false);
    expect(core.status.get().gate).toBe('open');
    world.hide(true);
    await world.pass(400_000);
    world.hide(false);
    expect(core.status.get().gate).toBe('shut');
  });
});

describe('people', () => {
  it('are told apart by a PIN, offline too, with a wait that grows and stays', async () => {
    world = await World.make();
    const core = await world.ready();
    core.lock();
    world.server.down = true;
    expect(await core.unlock(PERSON, world.server.pin)).toEqual({ ok: true });
    core.lock();
    for (const left of [4, 3, 2, 1])
      expect(await core.unlock(PERSON, '0000')).toEqual({ ok: false, left, waitUntil: null });
    const fifth = await core.unlock(PERSON, '0000');
    expect(fifth).toEqual({ ok: false, left: 0, waitUntil: world.time.now + 30_000 });
    const next = await world.restart(core, false);
    expect(await next.unlock(PERSON, world.server.pin)).toEqual(fifth); // a restart forgets nothing
    world.time.now += 30_001;
    for (let tries = 0; tries < 4; tries++) await next.unlock(PERSON, '0000');
    expect(await next.unlock(PERSON, '0000')).toMatchObject({ waitUntil: world.time.now + 60_000 });
    world.time.now += 60_001;
    expect(await next.unlock(PERSON, world.server.pin)).toEqual({ ok: true });
  });

  it('need the network for a PIN this device does not know yet', async () => {
    world = await World.make();
    const core = world.core();
    await core.start();
    await core.enrol('GOOD');
    world.server.down = true;
    expect(await core.unlock(PERSON, '1234')).toEqual({ ok: false, needsNetwork: true });
    world.server.down = false;
    expect(await core.setPin(PERSON, world.server.pin)).toEqual({ ok: true });
    expect(core.status.get()).toMatchObject({ phase: 'ready', person: { id: PERSON } });
  });

  it('cannot leave with anything unsent', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    await begin(core);
    await expect(core.logout()).rejects.toMatchObject({ problem: { code: 'unsent_work' } });
    world.server.down = false;
    core.retryNow();
    await until(() => core.status.get().unsent.entries === 0);
    await core.logout();
    expect(core.status.get().phase).toBe('locked');
  });
});

describe('an installation', () => {
  it('repeats an enrolment whose answer was lost with the same key', async () => {
    world = await World.make();
    const core = world.core();
    await core.start();
    expect(core.status.get().phase).toBe('not_enrolled');
    world.server.loseAnswers = 1;
    await expect(core.enrol('GOOD')).rejects.toMatchObject({ problem: { code: 'network' } });
    await core.enrol(' GOOD ');
    expect(core.status.get().phase).toBe('locked');
    await expect(world.core().enrol('GOOD')).rejects.toMatchObject({ problem: { code: 'not_ready' } });
  });

  it('knows that its journal was taken away', async () => {
    world = await World.make();
    const core = await world.ready();
    await begin(core);
    await until(() => world.server.seq === 1);
    await core.stop();
    const { IDBFactory } = await import('fake-indexeddb');
    world.indexedDB = new IDBFactory();
    const next = world.core();
    await next.start();
    expect(next.status.get()).toMatchObject({
      phase: 'evicted',
      eviction: { device: world.server.device, provenSeq: 1 },
    });
  });

  it('that is revoked shows nothing more and loses nothing it recorded', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    await begin(core);
    world.server.down = false;
    world.server.judge = () => ({ state: 'quarantined' });
    world.server.epoch = 7; // takes nothing
    world.server.commands = [{ type: 'wipe', code: 'device_revoked' }];
    core.retryNow();
    await until(() => core.status.get().phase === 'revoked');
    expect(core.live('asset').get()).toHaveLength(0);
    expect(core.status.get().unsent.entries).toBe(1);
    expect((await core.exportFile()).size).toBeGreaterThan(100);
    const next = await world.restart(core, false);
    expect(next.status.get().phase).toBe('revoked');
  });

  it('that is revoked shows nothing more even while its store cannot be written, and drops it later', async () => {
    world = await World.make();
    const core = await world.ready();
    const { clear } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.clear = () => {
      throw new DOMException('no room', 'QuotaExceededError');
    };
    world.server.commands = [{ type: 'wipe', code: 'device_revoked' }];
    core.retryNow();
    await until(() => core.status.get().phase === 'revoked');
    expect(core.live('asset').get()).toEqual([]);
    IDBObjectStore.prototype.clear = clear;
    await world.pass(5_000);
    await turns(20);
    const next = await world.restart(core, false);
    expect(next.status.get().phase).toBe('revoked');
    expect(next.live('asset').get()).toEqual([]);
  });

  it('that was revoked enrols anew into a store of its own and leaves the old one as it was', async () => {
    world = await World.make();
    const core = await world.ready();
    const old = world.server.device;
    world.server.down = true;
    await begin(core);
    world.server.down = false;
    world.server.epoch = 7; // takes nothing
    world.server.commands = [{ type: 'wipe', code: 'device_revoked' }];
    core.retryNow();
    await until(() => core.status.get().phase === 'revoked');
    world.server.commands = [];
    world.server.epoch = 0;
    world.server.device = '0197f3a0-0000-7000-8000-000000000002';
    world.server.codeUsedBy = null; // another invitation
    await core.enrol('GOOD');
    const now = core.status.get();
    expect(now).toMatchObject({ phase: 'locked', gate: 'open', unsent: { entries: 0 } });
    expect(now.device?.device).toBe(world.server.device);
    await core.stop();
    const kept = await Db.open(world.indexedDB, `handover-field-${old}`);
    expect(await kept.all('outbox')).toHaveLength(1);
    kept.close();
  });

  it('shares its journal between tabs: one leads, all see', async () => {
    world = await World.make();
    const first = await world.ready();
    const second = world.core();
    await second.start();
    await second.unlock(PERSON, world.server.pin);
    expect([first.status.get().leader, second.status.get().leader]).toEqual([true, false]);
    const handover = await begin(second);
    await until(() => first.liveOne('handover', handover).get() !== null);
    await until(() => world.server.seq === 1); // the leader sent what the follower saved
    await until(() => second.outbox.get().length === 0);
    const third = await begin(first);
    await until(() => second.liveOne('handover', third).get() !== null || world.server.seq === 2);
    await first.stop();
    await until(() => second.status.get().leader);
    await begin(second);
    await until(() => world.server.seq === 3);
  });
});

describe('a photo', () => {
  it('is measured: flat is unsharp, a chequerboard is sharp, white is bright', () => {
    const size = 32;
    const flat = new Uint8ClampedArray(size * size * 4).fill(255);
    expect(measure({ data: flat, width: size, height: size })).toEqual({ sharpness: 0, brightness: 255 });
    const board = flat.map((_, at) =>
      ((Math.floor(at / 4) % size) + Math.floor(at / 4 / size)) % 2 === 0 ? 0 : 255,
    );
    expect(measure({ data: board, width: size, height: size }).sharpness).toBeGreaterThan(10_000);
  });
});
