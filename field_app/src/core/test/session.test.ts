/** Signing in at an office browser: a journal per person, kept while it is there; a browser that was emptied becomes a device anew. */
import { afterEach, describe, expect, it } from 'vitest';
import type { LoginAnswer } from '../../generated/types';
import { Db } from '../db';
import { Http } from '../http';
import { settle } from '../session';
import { PERSON } from './server';
import { World } from './world';

let world: World;
afterEach(() => world.end());

const ANSWER = {
  person: PERSON,
  name: '李伟',
  name_en: 'Li Wei',
  roles: ['manager'],
} as unknown as LoginAnswer;

function emptied(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = world.indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}

describe('signing in at an office browser', () => {
  it('goes on with the journal that is here', async () => {
    world = await World.make();
    const root = await Db.open(world.indexedDB, 'handover-office');
    const http = new Http(world.deps());
    const first = await settle(world.deps(), http, root, ANSWER);
    expect(await settle(world.deps(), http, root, ANSWER)).toBe(first);
    root.close();
  });

  it('makes it a device anew when the office has had it emptied', async () => {
    world = await World.make();
    const root = await Db.open(world.indexedDB, 'handover-office');
    const http = new Http(world.deps());
    const first = await settle(world.deps(), http, root, ANSWER);
    await emptied(first);
    world.server.codeUsedBy = null;
    world.server.device = '0197f3a0-0000-7000-8000-0000000000aa';
    const next = await settle(world.deps(), http, root, ANSWER);
    expect(next).not.toBe(first);
    const db = await Db.open(world.indexedDB, next);
    expect(await db.meta('device')).toMatchObject({ device: world.server.device });
    db.close();
    const names = (await world.indexedDB.databases()).map((one) => one.name);
    expect(names).not.toContain(first);
    root.close();
  });
});
