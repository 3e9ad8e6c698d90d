/** Saving: durable before it resolves, all or nothing, the exact text once, an unbroken chain. */
import { afterEach, describe, expect, it } from 'vitest';
import type { EntryBody } from '../../generated/types';
import { fromBase64, utf8 } from '../bytes';
import { extend, genesis, sha256Hex } from '../chain';
import { type BlobRow, Db, type JournalState, type OutboxRow, type PreviewRow } from '../db';
import { dbName } from '../enrol';
import { CoreError } from '../problems';
import { roomOf } from '../storage';
import type { OutboxItem } from '../types';
import { ASSET, ORGANISATION, PERSON } from './server';
import { begin, picture, shoot, until, World } from './world';

let world: World;
afterEach(() => world?.end());

async function store(): Promise<Db> {
  return Db.open(world.indexedDB, dbName('field', world.server.device));
}

describe('the room for photos', () => {
  const GIB = 1024 ** 3;
  const waiting = (n: number): OutboxItem[] =>
    Array.from({ length: n }, () => ({ type: 'blob', role: 'photo', size: 1_000_000 }) as OutboxItem);

  it('is counted in photos of the size that wait here, and said to be low well before there is none', () => {
    expect(roomOf({ used: 0, quota: 500_000_000 }, waiting(2))).toMatchObject({ photos: 463, low: false });
    expect(roomOf({ used: 450_000_000, quota: 500_000_000 }, waiting(2))).toMatchObject({
      photos: 39,
      low: true,
    });
    expect(roomOf({ used: 495_000_000, quota: 500_000_000 }, [])).toMatchObject({ photos: 0, low: true });
  });

  it('is not promised from a round figure; then what waits is what counts', () => {
    const told = { used: 7_423_844, quota: 7_423_844 + 10 * GIB };
    expect(roomOf(told, waiting(149))).toEqual({ photos: null, waiting: 149, low: false });
    expect(roomOf(told, waiting(150))).toEqual({ photos: null, waiting: 150, low: true });
    expect(roomOf(null, [])).toBeNull();
  });
});

describe('a save', () => {
  it('is in the store, whole, when it resolves', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    const handover = core.newId();
    const wizard = {
      handover,
      flow: 'check_in' as const,
      step: 'photos',
      data: { shot: 1 },
      startedAt: core.now(),
    };
    await core.record('handover.start', { handover_id: handover, type: 'check_in', asset_id: ASSET });
    const saved = await core.record(
      'signature.capture',
      {
        handover_id: handover,
        signature_id: core.newId(),
        party: 'customer',
        decision: 'agree',
        role: 'driver',
        language: 'zh',
        document_sha256: 'ab'.repeat(32),
        signer: 0,
      },
      {
        private: [utf8('{"name":"王小明"}')],
        blobs: [{ bytes: picture(1), type: 'image/png', role: 'signature', preview: picture(2, 10) }],
        wizard,
        label: '签名',
      },
    );
    const db = await store(); // a second connection sees only what was committed
    const row = await db.get<OutboxRow>('outbox', [0, 2]);
    const body = JSON.parse(row?.body ?? '') as EntryBody;
    expect(row?.id).toBe(saved.id);
    expect(body).toMatchObject({
      seq: 2,
      epoch: 0,
      actor: PERSON,
      auth: 'pin',
      zone: 'Asia/Shanghai',
      gate: 'clear',
    });
    expect(row?.body).not.toContain('王小明');
    const salted = fromBase64(row?.private[0] ?? '');
    expect(sha256Hex(salted)).toBe(body.private[0]);
    expect(new TextDecoder().decode(salted.slice(16))).toBe('{"name":"王小明"}');
    const blob = body.blobs[0]?.sha256 ?? '';
    expect(await db.get<BlobRow>('blobs', blob)).toMatchObject({
      state: 'pending',
      role: 'signature',
      seq: 2,
    });
    expect((await db.get<ArrayBuffer>('bytes', blob))?.byteLength).toBe(3000);
    expect(await db.get('previews', blob)).toBeDefined();
    expect(await db.get('wizards', handover)).toEqual(wizard);
    expect(await core.wizard(handover)).toEqual(wizard);
    db.close();
  });

  it('says which version its author saw of what it writes, and of what else he had before him', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    const seen = [
      { kind: 'asset' as const, id: ASSET },
      { kind: 'asset' as const, id: core.newId() },
    ];
    const handover_id = core.newId();
    const { seq } = await core.record(
      'handover.start',
      { handover_id, type: 'check_in', asset_id: ASSET },
      { seen },
    );
    const db = await store();
    const body = JSON.parse((await db.get<OutboxRow>('outbox', [0, seq]))?.body ?? '') as EntryBody;
    expect(Object.keys(body.seen)).toEqual([ASSET]);
    expect(body.seen[ASSET]).toBeGreaterThan(0);
    db.close();
  });

  it('numbers and chains what is recorded at the same moment', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    const handover = await begin(core);
    await Promise.all(
      Array.from({ length: 20 }, (_, value) =>
        core.record('reading.record', { handover_id: handover, meter: `m${value}`, value }),
      ),
    );
    const db = await store();
    const rows = await db.all<OutboxRow>('outbox');
    let hash = genesis(ORGANISATION, world.server.device, 0);
    let last = '';
    for (const [index, row] of rows.entries()) {
      const body = JSON.parse(row.body) as EntryBody;
      expect(row.seq).toBe(index + 1);
      hash = extend(hash, row.seq, utf8(row.body));
      expect(row.hash).toBe(hash);
      expect(body.hlc > last).toBe(true);
      last = body.hlc;
    }
    expect(rows).toHaveLength(21);
    expect(await db.meta<JournalState>('journal')).toMatchObject({ seq: 21, hash });
    db.close();
  });

  it('leaves nothing behind when it fails, and the next one goes on without a gap', async () => {
    world = await World.make();
    const core = await world.ready();
    const handover = await begin(core);
    const bad = {
      bytes: picture(3),
      type: 'image/jpeg' as const,
      role: 'photo' as const,
      sha256: '00'.repeat(32),
    };
    const args = { handover_id: handover, meter: 'odometer', value: 5 };
    await expect(
      core.recordAll([
        { action: 'reading.record', args },
        { action: 'reading.record', args, extra: { blobs: [bad] } },
      ]),
    ).rejects.toMatchObject({ problem: { code: 'blob_changed' } });
    await expect(
      core.recordAll([
        { action: 'reading.record', args },
        { action: 'reading.record', args: { ...args, meter: 'x'.repeat(300_000) } },
      ]),
    ).rejects.toMatchObject({ problem: { code: 'too_much' } });
    expect(core.liveOne('handover', handover).get()?.readings).toEqual({});
    const saved = await core.record('reading.record', args);
    expect(saved.seq).toBe(2);
  });

  it('refuses a photo that does not fit, in words, and keeps everything before', async () => {
    world = await World.make();
    const core = await world.ready();
    const handover = await begin(core);
    world.quota = { usage: 995_000_000, quota: 1_000_000_000 };
    const refused = shoot(core, handover, 1);
    await expect(refused).rejects.toBeInstanceOf(CoreError);
    await expect(refused).rejects.toMatchObject({ problem: { code: 'device_full' } });
    world.quota = { usage: 0, quota: 1_000_000_000 };
    await shoot(core, handover, 1);
    expect(Object.keys(core.liveOne('handover', handover).get()?.photos ?? {})).toHaveLength(1);
  });

  it('lets pictures go that the server has, the oldest first, before it refuses a new one', async () => {
    world = await World.make();
    const core = await world.ready();
    const handover = await begin(core);
    world.server.down = true;
    await shoot(core, handover, 1);
    const db = await store();
    const mine = (await db.all<BlobRow>('blobs'))[0]?.sha256 ?? '';
    const MB = 1024 * 1024;
    await db.write(['previews'], async (tx) => {
      for (const [at, sha256] of [mine, '1', '2', '3'].entries())
        tx.objectStore('previews').put({ sha256, bytes: new ArrayBuffer(MB), type: 'image/jpeg', at });
    });
    const kept = async (): Promise<unknown[]> =>
      (await db.all<PreviewRow>('previews')).map((row) => row.sha256).sort();
    world.quota = { usage: 1_000 * MB - 7 * MB, quota: 1_000 * MB };
    await shoot(core, handover, 2);
    expect(await kept()).toEqual(expect.arrayContaining(['3', mine]));
    expect(await kept()).not.toContain('1');
    world.quota = { usage: 999 * MB, quota: 1_000 * MB };
    await expect(shoot(core, handover, 3)).rejects.toMatchObject({ problem: { code: 'device_full' } });
    expect(await kept()).toContain(mine);
    expect(await db.all('bytes')).toHaveLength(2);
    db.close();
  });

  it('finds no room though the platform promised some: what can be fetched again goes, and it is tried once more', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    world.quota = { usage: 50_000_000, quota: 50_000_000 + 10 * 1024 ** 3 };
    const handover = await begin(core);
    const db = await store();
    await db.write(['previews'], async (tx) => {
      tx.objectStore('previews').put({ sha256: 'x', bytes: new ArrayBuffer(9), type: 'image/jpeg', at: 1 });
    });
    const put = IDBObjectStore.prototype.put;
    let refusals = 1;
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...args) {
      if (this.name === 'bytes' && refusals-- > 0) throw new DOMException('full', 'QuotaExceededError');
      return put.apply(this, args);
    };
    try {
      await shoot(core, handover, 1);
      expect(await db.all('bytes')).toHaveLength(1);
      expect(await db.get('previews', 'x')).toBeUndefined();
      refusals = 99;
      await expect(shoot(core, handover, 2)).rejects.toMatchObject({ problem: { code: 'device_full' } });
    } finally {
      IDBObjectStore.prototype.put = put;
    }
    // It is said from now on, and tried again nevertheless: room may have been made by other apps.
    await until(() => core.status.get().storage?.quota === 50_000_000);
    await shoot(core, handover, 3);
    await until(() => core.status.get().storage?.quota !== 50_000_000);
    expect(await db.all('bytes')).toHaveLength(2);
    db.close();
  });

  it('fails whole when the disk is full in the middle of it', async () => {
    world = await World.make();
    const core = await world.ready();
    const handover = await begin(core);
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...args) {
      if (this.name === 'bytes') throw new DOMException('full', 'QuotaExceededError');
      return put.apply(this, args);
    };
    try {
      await expect(shoot(core, handover, 1)).rejects.toMatchObject({ problem: { code: 'device_full' } });
    } finally {
      IDBObjectStore.prototype.put = put;
    }
    expect(core.liveOne('handover', handover).get()?.photos).toEqual({});
    const db = await store();
    expect(await db.meta<JournalState>('journal')).toMatchObject({ seq: 1 });
    expect(await db.get('hashes', [0, 2])).toBeUndefined();
    expect(await db.all('blobs')).toEqual([]);
    db.close();
    await shoot(core, handover, 1);
    await until(() => world.server.seq === 2);
  });

  it('opens the store again when the platform has closed it', async () => {
    world = await World.make();
    const core = await world.ready();
    const { transaction } = IDBDatabase.prototype;
    let closed = 1;
    IDBDatabase.prototype.transaction = function (this: IDBDatabase, ...args) {
      if (closed-- > 0) this.close();
      return transaction.apply(this, args);
    };
    try {
      await begin(core);
    } finally {
      IDBDatabase.prototype.transaction = transaction;
    }
    await until(() => world.server.seq === 1);
  });

  it('shows its effect at once, and names what it builds on', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    const handover = await begin(core);
    await shoot(core, handover, 1);
    const shown = core.liveOne('handover', handover).get();
    expect(shown).toMatchObject({ state: 'started', asset_id: ASSET, _pending: true, _v: 0 });
    const db = await store();
    const first = JSON.parse((await db.get<OutboxRow>('outbox', [0, 1]))?.body ?? '') as EntryBody;
    const second = JSON.parse((await db.get<OutboxRow>('outbox', [0, 2]))?.body ?? '') as EntryBody;
    expect(second.needs).toEqual([first.id]);
    db.close();
  });

  it('survives the end of the app: entries, photos, step and screen', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    const handover = await begin(core);
    await shoot(core, handover, 1);
    await core.saveWizard({ handover, flow: 'check_in', step: 'damages', data: {}, startedAt: core.now() });
    const before = core.liveOne('handover', handover).get();
    const next = await world.restart(core);
    expect(next.liveOne('handover', handover).get()).toEqual(before);
    expect((await next.wizard(handover))?.step).toBe('damages');
    expect(next.status.get().unsent).toMatchObject({ entries: 2, blobs: 1, photos: 1 });
  });

  it('is refused while nobody is unlocked', async () => {
    world = await World.make();
    const core = await world.ready();
    core.lock();
    await expect(begin(core)).rejects.toMatchObject({ problem: { code: 'not_ready' } });
    await until(() => core.status.get().phase === 'locked');
  });
});
