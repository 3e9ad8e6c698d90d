/**
 * Who sits at an office browser: signed in by password, with a journal per browser and person.
 *
 * Neighbours: `core.ts` calls it for the office flavour; `enrol.ts` makes the browser a device once somebody is signed in.
 * Invariants: a session that has run out shows nothing; signing in as somebody else never touches the first one's journal.
 */
import { SESSION_HOURS } from '../generated/limits';
import type { LoginAnswer, RosterPerson } from '../generated/types';
import type { Db } from './db';
import { Db as Database } from './db';
import type { Deps } from './deps';
import { enrol, renew } from './enrol';
import type { Http } from './http';
import type { DeviceKeys } from './keys';
import { problemOf } from './problems';
import { destroy } from './wipe';

export interface Session {
  person: RosterPerson;
  /** ms since 1970. */
  until: number;
}

const personKey = (person: string): string => `office:${person}`;

export function personOf(answer: LoginAnswer): RosterPerson {
  return {
    id: answer.person,
    name: answer.name,
    name_en: answer.name_en,
    roles: answer.roles,
    has_pin: true,
  };
}

/** The session still in force, if any. */
export async function sessionOf(deps: Deps, root: Db): Promise<Session | null> {
  const session = await root.meta<Session>('session');
  return session && session.until > deps.now() ? session : null;
}

/** Makes the signed-in person's journal the current one, enrolling this browser for them the first time. */
export async function settle(deps: Deps, http: Http, root: Db, answer: LoginAnswer): Promise<string> {
  const known = await root.meta<string>(personKey(answer.person));
  let name: string;
  if (known && (await takeCookie(deps, http, known))) {
    name = known;
  } else {
    name = (await enrol(deps, http, root, 'office', '')).name;
  }
  const session: Session = { person: personOf(answer), until: deps.now() + SESSION_HOURS * 3_600_000 };
  await root.write(['meta'], async (tx) => {
    tx.objectStore('meta').put(name, personKey(answer.person));
    tx.objectStore('meta').put(name, 'current');
    tx.objectStore('meta').put(session, 'session');
    tx.objectStore('meta').delete('wiped');
  });
  return name;
}

/** The browser has one device cookie: it must speak for the journal that is now open. False when there is none any more (the office had
 * it emptied): asking for it has made an empty one, which goes again. */
async function takeCookie(deps: Deps, http: Http, name: string): Promise<boolean> {
  const db = await Database.open(deps.indexedDB, name);
  let there = false;
  try {
    const device = await db.meta<{ device: string }>('device');
    const keys = await db.meta<DeviceKeys>('keys');
    there = device !== undefined && keys !== undefined;
    if (device && keys) await renew(deps, http, device.device, keys);
  } finally {
    db.close();
  }
  if (!there) await destroy(deps.indexedDB, name);
  return there;
}

/** Whether the server still knows the session: false only when it says no. */
export async function stillSignedIn(http: Http): Promise<LoginAnswer | 'no' | 'away'> {
  try {
    const answer = await http.plainJson<LoginAnswer>('GET', '/api/v1/me');
    return typeof answer?.person === 'string' ? answer : 'away';
  } catch (fault) {
    return problemOf(fault, 'network').code === 'not_signed_in' ? 'no' : 'away';
  }
}
