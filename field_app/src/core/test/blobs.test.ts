/** Files: resumed after any cut, dropped only on a receipt, one bad one never in the way of the others. */
import { afterEach, describe, expect, it } from 'vitest';
import type { CoreImpl } from '../core';
import type { OutboxBlob } from '../types';
import { begin, shoot, until, World } from './world';

let world: World;
afterEach(() => world.end());

const blobs = (core: CoreImpl): OutboxBlob[] => core.outbox.get().filter((item) => item.type === 'blob');

const BIG = 2_500_000;

describe('a file', () => {
  it('goes up after its entry and leaves on the receipt that no longer misses it', async () => {
    world = await World.make();
    const core = await world.ready();
    await shoot(core, await begin(core), 1);
    await until(() => core.outbox.get().length === 0);
    const paths = world.server.requests.map((request) => `${request.method} ${request.path}`);
    const created = paths.indexOf('POST /api/v1/blobs');
    expect(created).toBeGreaterThan(paths.indexOf('POST /api/v1/sync'));
    expect([...world.server.blobs.values()][0]?.length).toBe(3000);
    expect(core.status.get()).toMatchObject({ unsent: { blobs: 0, bytes: 0 } });
    // No exchange follows: what the office is told last must not still wait for it.
    expect(world.server.syncs.at(-1)?.pending).toMatchObject({ blobs: 0 });
  });

  it('stays while the receipt does not name all that is missing', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.missingUnnamed = 1;
    await shoot(core, await begin(core), 1);
    await until(() => blobs(core)[0]?.state === 'done');
    core.retryNow();
    await until(() => core.status.get().network === 'idle');
    expect(blobs(core)).toHaveLength(1);
    world.server.missingUnnamed = 0;
    core.retryNow();
    await until(() => core.outbox.get().length === 0);
  });

  it('resumes where the connection was cut', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.cutChunkAt = 700_000;
    await shoot(core, await begin(core), 1, BIG);
    await until(() => core.status.get().network === 'failing');
    expect(blobs(core)[0]).toMatchObject({ state: 'pending', problem: { code: 'network' } });
    await world.pass(60_000);
    await until(() => core.outbox.get().length === 0);
    expect(world.server.uploads.size).toBe(1);
    expect([...world.server.blobs.values()][0]?.length).toBe(BIG);
  });

  it('goes on from the offset a 409 names, and starts anew when its upload is unknown', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.cutChunkAt = 10;
    await shoot(core, await begin(core), 1, BIG);
    await until(() => core.status.get().network === 'failing');
    world.server.uploads.clear();
    await world.pass(60_000);
    await until(() => core.outbox.get().length === 0);
    expect([...world.server.blobs.values()][0]?.length).toBe(BIG);
  });

  it('is not done by a 409 at its very end: the server has not looked at it', async () => {
    world = await World.make();
    const core = await world.ready();
    const answer = world.server.fetch;
    world.server.fetch = async (url, init) => {
      if (init.method === 'PATCH' && world.server.blobs.size === 0 && world.server.uploads.size === 1) {
        if ([...world.server.uploads.values()][0]?.bytes.length === 0) {
          world.server.cutChunkAt = 3000; // all of it comes, and nobody hears so; the same once more is answered 409
          await answer(url, init).catch(() => undefined);
        }
      }
      return answer(url, init);
    };
    await shoot(core, await begin(core), 1);
    await until(() => core.outbox.get().length === 0);
    const sent = world.server.requests.map(({ method, path }) => `${method} ${path.split('/uploads/')[0]}`);
    expect(sent.filter((one) => one === 'PATCH /api/v1/blobs')).toHaveLength(3);
    expect(sent.filter((one) => one === 'POST /api/v1/blobs')).toHaveLength(1);
  });

  it('survives the end of the app half-way', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.cutChunkAt = 500_000;
    await shoot(core, await begin(core), 1, BIG);
    await until(() => core.status.get().network === 'failing');
    const next = await world.restart(core);
    await until(() => next.outbox.get().length === 0);
    const sent = world.server.requests.filter(
      (request) => request.method === 'POST' && request.path === '/api/v1/blobs',
    );
    expect(sent).toHaveLength(1);
  });

  it('is sent again when a later receipt still misses it', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.loseBlobs = 1;
    await shoot(core, await begin(core), 1);
    await until(() => core.status.get().problem?.code === 'blob_hash_mismatch');
    expect(core.status.get().unsent.blobs).toBe(1);
    expect(core.status.get().nextRetryAt).not.toBeNull(); // patience: no going round in circles
    await world.pass(10_000);
    await until(() => core.outbox.get().length === 0);
    expect(world.server.blobs.size).toBe(1);
  });

  it('that was examined and rejected is listed with its reason and holds nothing up', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    const handover = await begin(core);
    await shoot(core, handover, 1);
    await shoot(core, handover, 2);
    const bad = blobs(core)[0]?.sha256 ?? '';
    world.server.rejected.set(bad, 'blob_not_an_image');
    world.server.down = false;
    let reason = '';
    core.outbox.subscribe((items) => {
      for (const item of items) if (item.type === 'blob' && item.problem) reason = item.problem.code;
    });
    core.retryNow();
    await until(() => core.status.get().unsent.blobs === 0);
    expect(reason).toBe('blob_not_an_image');
    expect(world.server.blobs.size).toBe(1);
  });

  it('that keeps failing does not hold up the next one, nor entries', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    const handover = await begin(core);
    await shoot(core, handover, 1);
    await shoot(core, handover, 2);
    const bad = blobs(core)[0]?.sha256 ?? '';
    world.server.rejected.set(bad, 'uploads_too_many'); // not final: it will be tried again and again
    world.server.down = false;
    core.retryNow();
    await until(() => core.status.get().unsent.blobs === 1 && core.status.get().nextRetryAt !== null);
    await core.record('reading.record', { handover_id: handover, meter: 'm', value: 1 });
    await until(() => world.server.seq === 4 && core.status.get().network === 'failing');
    world.server.rejected.clear();
    await world.pass(120_000);
    await until(() => core.outbox.get().length === 0);
  });

  it('is seen at once, and from the server when it is not here', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.blobs.set('cc'.repeat(32), new Uint8Array(77));
    expect(await core.blobUrl('cc'.repeat(32), 'preview')).toBe('blob:77');
    world.server.down = true;
    expect(await core.blobUrl('dd'.repeat(32), 'preview')).toBeNull();
    const next = await world.restart(core);
    expect(await next.blobUrl('cc'.repeat(32), 'preview')).toBe('blob:77'); // kept for offline use
    await shoot(next, await begin(next).catch(() => next.newId()), 5);
    const own = blobs(next)[0]?.sha256 ?? '';
    expect(await next.blobUrl(own, 'original')).toBe('blob:3000');
  });
});
