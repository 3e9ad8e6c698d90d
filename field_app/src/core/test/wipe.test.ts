/** Being emptied by the office: locked at once, everything up first, then nothing is left and the office hears it. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LoginAnswer } from '../../generated/types';
import { Db, got } from '../db';
import { dbName } from '../enrol';
import { Http } from '../http';
import { LANG_KEY } from '../kept';
import { CoreError } from '../problems';
import { settle } from '../session';
import { forsake } from '../wipe';
import { PERSON } from './server';
import { begin, picture, shoot, turns, until, World } from './world';

let world: World;
afterEach(async () => {
  vi.restoreAllMocks();
  await world.end();
});

const stores = async (): Promise<(string | undefined)[]> =>
  (await world.indexedDB.databases()).map((one) => one.name);
const journal = (): string => dbName('field', world.server.device);

function ask(): void {
  world.server.commands = [{ type: 'wipe', code: 'device_wiping' }];
}

describe('a device being emptied', () => {
  it('locks and drops its replica at once, sends what it has, and is gone only then', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    await shoot(core, await begin(core), 1);
    const sha = core.outbox.get().find((item) => item.type === 'blob')?.sha256 ?? '';
    world.server.down = false;
    world.server.loseBlobs = 1; // said to be done, and missed again: not proven
    ask();
    core.retryNow();
    await until(() => core.status.get().phase === 'wiping');
    expect(core.live('asset').get()).toEqual([]);
    expect(core.status.get().person).toBeNull();
    await expect(core.unlock(PERSON, world.server.pin)).rejects.toMatchObject({
      problem: { code: 'not_ready' },
    });
    await expect(begin(core)).rejects.toMatchObject({ problem: { code: 'not_ready' } });
    await until(() => core.status.get().unsent.entries === 0 && core.status.get().nextRetryAt !== null);
    expect(await stores()).toContain(journal());
    expect(world.server.farewells).toEqual([]);
    await world.pass(60_000);
    await until(() => core.status.get().phase === 'not_enrolled');
    await until(() => world.server.farewells.length === 1);
    expect(world.server.blobs.has(sha)).toBe(true);
    expect(world.server.farewells[0]).toMatchObject({ epoch: 0, seq: 2, device: world.server.device });
    await until(() => core.status.get().wiped?.told === true);
    expect(core.status.get().wiped).toMatchObject({ name: '平板 1', seq: 2 });
    expect(await stores()).not.toContain(journal());
  });

  it('stays so over a restart, and is never emptied while the server cannot prove its work', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    await begin(core);
    world.server.down = false;
    world.server.forgeReceipts = true;
    ask();
    core.retryNow();
    await until(() => core.status.get().phase === 'wiping');
    const next = await world.restart(core, false);
    expect(next.status.get().phase).toBe('wiping');
    expect(next.status.get().unsent.entries).toBe(1);
    await until(() => next.status.get().problem?.code === 'receipt_invalid');
    expect(await stores()).toContain(journal());
    expect(world.server.farewells).toEqual([]);
    world.server.forgeReceipts = false;
    next.retryNow();
    await until(() => world.server.farewells.length === 1);
    expect(next.status.get().phase).toBe('not_enrolled');
  });

  it('destroys nothing that was said to be saved: what is still being prepared as the order comes is refused', async () => {
    world = await World.make();
    const core = await world.ready();
    const handover = await begin(core);
    await until(() => core.outbox.get().length === 0 && core.status.get().network === 'idle');
    let prepared = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      prepared = resolve;
    });
    const bytes = picture(1);
    const slow = Object.assign(picture(1), {
      arrayBuffer: async () => {
        await gate; // a big photo on a slow phone
        return bytes.arrayBuffer();
      },
    });
    const args = {
      handover_id: handover,
      photo_id: core.newId(),
      slot: 'front',
      how: 'still',
      source: 'camera',
    } as const;
    const blobs = [{ bytes: slow, type: 'image/jpeg', role: 'photo' }] as const;
    const saving = core.record(
      'photo.add',
      { ...args, width: 40, height: 30 },
      { blobs: [...blobs], label: 'photo' },
    );
    const said = saving.then(
      () => 'saved',
      (fault: CoreError) => fault.problem.code,
    );
    const sign = crypto.subtle.sign.bind(crypto.subtle);
    vi.spyOn(crypto.subtle, 'sign').mockImplementation(async (...given) => {
      if (new TextDecoder().decode(given[2] as ArrayBuffer).startsWith('handover-wiped')) {
        prepared(); // everything is found proven, and not destroyed yet
        await said;
      }
      return sign(...given);
    });
    ask();
    core.retryNow();
    expect(await said).toBe('not_ready');
    await until(() => world.server.farewells.length === 1);
    expect(world.server.seq).toBe(1);
  });

  it('is not destroyed before its store refuses new work', async () => {
    world = await World.make();
    const core = await world.ready();
    await begin(core);
    await until(() => core.outbox.get().length === 0 && core.status.get().network === 'idle');
    const write = Db.prototype.write;
    let full = true;
    vi.spyOn(Db.prototype, 'write').mockImplementation(async function (this: Db, names, work) {
      if (full && names.includes('records') && names.includes('wizards')) throw new CoreError('device_full');
      return write.call(this, names, work) as never;
    });
    ask();
    core.retryNow();
    await until(() => core.status.get().phase === 'wiping' && core.status.get().network === 'idle');
    await turns(20);
    expect(await stores()).toContain(journal());
    full = false;
    await world.pass(5_000);
    await until(() => world.server.farewells.length === 1);
  });

  it('says farewell until it is heard, after a restart, too', async () => {
    world = await World.make();
    const core = await world.ready();
    const { fetch } = world.server;
    let away = true;
    Object.assign(world.server, {
      fetch: async (url: string, init: RequestInit) => {
        if (away && url.endsWith('/wiped')) throw new TypeError('fetch failed');
        return fetch(url, init);
      },
    });
    ask();
    core.retryNow();
    await until(() => core.status.get().phase === 'not_enrolled');
    await turns(5);
    expect(await stores()).not.toContain(journal());
    await world.pass(60_000);
    expect(world.server.farewells).toEqual([]);
    const next = await world.restart(core, false);
    expect(next.status.get().phase).not.toBe('ready');
    away = false;
    await world.pass(60_000);
    await until(() => world.server.farewells.length === 1);
  });

  it('is emptied all the same when the store refuses at first', async () => {
    world = await World.make();
    const core = await world.ready();
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (value, key) {
      if (String(key).startsWith('farewell')) throw new DOMException('no room', 'QuotaExceededError');
      return key === undefined ? put.call(this, value) : put.call(this, value, key);
    };
    ask();
    core.retryNow();
    await until(() => core.status.get().phase === 'wiping');
    await turns(20);
    expect(await stores()).toContain(journal());
    IDBObjectStore.prototype.put = put;
    await world.pass(60_000);
    await until(() => world.server.farewells.length === 1);
    expect(await stores()).not.toContain(journal());
  });

  it('says farewell for each of two, when the first was not heard before the second', async () => {
    world = await World.make();
    const core = world.core();
    const root = await Db.open(world.indexedDB, 'handover-field');
    for (const device of ['a', 'b']) {
      const said = { device, epoch: 0, seq: 0, hash: '', signature: '' };
      await forsake(root, { name: `handover-field-${device}`, said }, { name: device, seq: 0, at: '' });
    }
    root.close();
    const heard: string[] = [];
    Object.assign(world.server, {
      fetch: async (_url: string, init: RequestInit) => {
        heard.push((JSON.parse(String(init.body)) as { device: string }).device);
        return new Response(null, { status: 204 });
      },
    });
    await core.start();
    expect(heard).toEqual(['a', 'b']);
    expect(core.status.get().wiped).toMatchObject({ name: 'b', told: true });
  });

  it('says why it is empty until it is a device anew, over a restart, too', async () => {
    world = await World.make();
    const core = await world.ready();
    await begin(core);
    const { fetch } = world.server;
    let away = true;
    Object.assign(world.server, {
      fetch: async (url: string, init: RequestInit) => {
        if (away && url.endsWith('/wiped')) throw new TypeError('fetch failed');
        return fetch(url, init);
      },
    });
    ask();
    core.retryNow();
    await until(() => core.status.get().phase === 'not_enrolled');
    expect(core.status.get().wiped).toMatchObject({ seq: 1, told: false });
    const next = await world.restart(core, false);
    expect(next.status.get()).toMatchObject({ phase: 'not_enrolled', wiped: { seq: 1, told: false } });
    away = false;
    await world.pass(60_000);
    await until(() => next.status.get().wiped?.told === true);
    world.server.commands = [];
    world.server.codeUsedBy = null;
    await next.enrol('GOOD');
    expect(next.status.get().wiped).toBeNull();
    const again = await world.restart(next, false);
    expect(again.status.get().wiped).toBeNull();
  });

  it('is emptied after all when the app ended between the decision and the deed', async () => {
    world = await World.make();
    const core = await world.ready();
    const remove = world.indexedDB.deleteDatabase;
    world.indexedDB.deleteDatabase = () => {
      throw new DOMException('the app has ended', 'AbortError');
    };
    ask();
    core.retryNow();
    await until(() => core.status.get().phase === 'not_enrolled');
    await turns(5);
    expect(await stores()).toContain(journal());
    expect(world.server.farewells).toEqual([]);
    world.indexedDB.deleteDatabase = remove;
    world.kept.local.setItem('handover.lastPerson', PERSON); // another tab, in between
    await world.restart(core, false);
    await until(() => world.server.farewells.length === 1);
    expect([...world.kept.local]).toEqual([]);
    expect(await stores()).not.toContain(journal());
  });

  it('leaves nothing of anybody beside the store: who was here last, which depot', async () => {
    world = await World.make();
    const core = await world.ready();
    const { local, session } = world.kept;
    local.setItem('handover.lastPerson', PERSON);
    local.setItem('handover.whose', 'depot');
    local.setItem(LANG_KEY, 'en');
    session.setItem('anything', 'else');
    ask();
    core.retryNow();
    await until(() => world.server.farewells.length === 1);
    expect([...local]).toEqual([[LANG_KEY, 'en']]);
    expect([...session]).toEqual([]);
    await until(() => core.status.get().wiped?.told === true);
    const root = await Db.open(world.indexedDB, 'handover-field');
    const keys = await root.read(['meta'], (tx) => got(tx.objectStore('meta').getAllKeys()));
    root.close();
    expect(keys).toEqual(['wiped']);
    expect(await stores()).toEqual(['handover-field']);
  });

  it('forgets at an office browser who was signed in, and nothing of the others who sign in there', async () => {
    world = await World.make();
    const root = await Db.open(world.indexedDB, 'handover-office');
    for (const [key, value] of Object.entries({
      current: 'handover-office-a',
      'office:a': 'handover-office-a',
      'office:b': 'handover-office-b',
      session: { person: { id: 'a', name: '李伟' }, until: 1 },
    }))
      await root.setMeta(key, value);
    const said = { device: 'a', epoch: 0, seq: 0, hash: '', signature: '' };
    await forsake(root, { name: 'handover-office-a', said }, { name: '浏览器', seq: 0, at: '' });
    const keys = await root.read(['meta'], (tx) => got(tx.objectStore('meta').getAllKeys()));
    expect(keys).toEqual(['farewell:a', 'office:b', 'wiped']);
    root.close();
  });

  it('is said at an office browser, too, until somebody signs in there', async () => {
    world = await World.make();
    const root = await Db.open(world.indexedDB, 'handover-office');
    await root.setMeta('wiped', { name: '办公室电脑', seq: 3, at: '' });
    root.close();
    const core = world.core('office');
    await core.start();
    expect(core.status.get()).toMatchObject({
      phase: 'not_enrolled',
      wiped: { name: '办公室电脑', seq: 3, told: true },
    });
    await core.stop();
    const again = await Db.open(world.indexedDB, 'handover-office');
    const answer = {
      person: PERSON,
      name: '李伟',
      name_en: '',
      roles: ['manager'],
    } as unknown as LoginAnswer;
    await settle(world.deps(), new Http(world.deps()), again, answer);
    expect(await again.meta('wiped')).toBeUndefined();
    again.close();
  });

  it('is gone in every tab', async () => {
    world = await World.make();
    const core = await world.ready();
    const other = world.core();
    await other.start();
    await other.unlock(PERSON, world.server.pin);
    ask();
    core.retryNow();
    await until(() => world.server.farewells.length === 1);
    await until(() => other.status.get().phase === 'not_enrolled');
    expect(other.status.get().wiped).toMatchObject({ seq: 0 });
    expect(other.live('asset').get()).toEqual([]);
    await turns(5);
    expect(await stores()).not.toContain(journal());
  });
});

describe('an app that is too old', () => {
  it('is told once everything is up, and looks for the newer one', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.commands = [{ type: 'reload', code: 'app_outdated' }];
    core.retryNow();
    await until(() => core.status.get().problem?.code === 'app_outdated');
    expect(world.lookedForUpdate).toBeGreaterThan(0);
    expect(core.status.get().phase).toBe('ready');
  });
});
