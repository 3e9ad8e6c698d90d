/** Opening, people, PINs, leaving: what may begin, and who may. */
import { afterEach, describe, expect, it } from 'vitest';
import { fromBase64url, fromUtf8, utf8 } from '../bytes';
import { Db } from '../db';
import { RECORD } from '../exportfile';
import { isOpening } from '../gate';
import { measure } from '../media';
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

describe('the export file', () => {
  it('opens with the organisation key alone, whole', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    await shoot(core, await begin(core), 1, 1_500_000);
    const records = await unseal(await core.exportFile());
    expect(records.map((record) => record.type)).toEqual([
      RECORD.entry,
      RECORD.entry,
      RECORD.file,
      RECORD.bytes,
      RECORD.bytes,
      RECORD.end,
    ]);
    const second = JSON.parse(fromUtf8(records[1]?.content ?? new Uint8Array()));
    expect(JSON.parse(second.body)).toMatchObject({ action: 'photo.add', seq: 2 });
    const size = records
      .filter((record) => record.type === RECORD.bytes)
      .reduce((sum, one) => sum + one.content.length, 0);
    expect(size).toBe(1_500_000);
    expect(JSON.parse(fromUtf8(records.at(-1)?.content ?? new Uint8Array()))).toEqual({
      entries: 2,
      blobs: 1,
    });
    await turns(1);
  });
});

async function unseal(file: Blob): Promise<{ type: number; content: Uint8Array }[]> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const view = new DataView(bytes.buffer);
  expect(fromUtf8(bytes.slice(0, 4))).toBe('HVX1');
  let at = 8 + view.getUint32(4);
  const head = bytes.slice(0, at);
  const header = JSON.parse(fromUtf8(head.slice(8)));
  const curve = { name: 'ECDH', namedCurve: 'P-256' } as const;
  const jwk = { kty: 'EC', crv: 'P-256', ...header.epk };
  const epk = await crypto.subtle.importKey('jwk', jwk, curve, false, []);
  const { privateKey } = world.server.exportKey;
  const secret = await crypto.subtle.deriveBits({ name: 'ECDH', public: epk }, privateKey, 256);
  const raw = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey']);
  const info = utf8(`handover-export-v1\n${header.organisation}\n${header.device}`);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: fromBase64url(header.salt), info };
  const key = await crypto.subtle.deriveKey(hkdf, raw, { name: 'AES-GCM', length: 256 }, false, ['decrypt']);
  const found: { type: number; content: Uint8Array }[] = [];
  while (at < bytes.length) {
    const size = view.getUint32(at);
    const sealed = bytes.slice(at + 4, at + 4 + size);
    const iv = new Uint8Array(12);
    new DataView(iv.buffer).setBigUint64(4, BigInt(found.length));
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: head }, key, sealed);
    const content = new Uint8Array(plain);
    found.push({ type: content[0] ?? 0, content: content.slice(1) });
    at += 4 + size;
  }
  return found;
}

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
