/**
 * Becoming a device, staying one, and finding out that one was.
 *
 * Neighbours: `core.ts` calls it; `server/http/enrolment.py` answers. Invariants: the key is stored before the request goes
 * out, so that a repeat after a lost answer speaks with the same key; each enrolment gets a database of its own, so that the
 * unsent work of an earlier one is never overwritten.
 */
import type { EnrolAnswer, EnrolRequest } from '../generated/types';
import { PROTOCOL_VERSION } from '../generated/types';
import { genesis } from './chain';
import { Db, got, type JournalState } from './db';
import type { Deps } from './deps';
import { HLC_ZERO } from './hlc';
import type { Http } from './http';
import { type DeviceKeys, enrolText, makeKeys, renewText, sign } from './keys';
import { CoreError, isAway, problemOf } from './problems';
import type { DeviceInfo, Eviction } from './types';

interface Enrolling {
  code: string;
  keys: DeviceKeys;
}

export const dbName = (flavour: string, device: string): string => `handover-${flavour}-${device}`;

export function infoOf(answer: EnrolAnswer): DeviceInfo {
  const { device, name, type, depot, person, organisation, roster, policy } = answer;
  return { device, name, type, depot, person, organisation, roster, policy };
}

/** Enrols this browser with what was typed or scanned; `root` keeps the key until the device has its own database. Gives that database's name. */
export async function enrol(
  deps: Deps,
  http: Http,
  root: Db,
  flavour: string,
  code: string,
): Promise<{ name: string; device: DeviceInfo }> {
  const known = await root.meta<Enrolling>('enrolling');
  const keys = known?.code === code ? known.keys : await makeKeys(deps.crypto);
  await root.setMeta('enrolling', { code, keys } satisfies Enrolling);
  const request: EnrolRequest = {
    protocol: PROTOCOL_VERSION,
    code,
    key: keys.public,
    signature: await sign(deps.crypto, keys.private, enrolText(code, keys.public)),
    platform: deps.platform,
    app: deps.app,
    type: 'field',
  };
  const answer = await http.plainJson<EnrolAnswer>('POST', '/api/v1/enrol', request);
  if (typeof answer?.device !== 'string' || typeof answer.organisation?.id !== 'string')
    throw new CoreError('answer_unreadable');
  const device = infoOf(answer);
  const name = dbName(flavour, device.device);
  const db = await Db.open(deps.indexedDB, name);
  await install(db, device, keys);
  db.close();
  await root.write(['meta'], async (tx) => {
    tx.objectStore('meta').put(name, 'current');
    tx.objectStore('meta').delete('enrolling');
    tx.objectStore('meta').delete('wiped');
  });
  return { name, device };
}

/** The first content of a device's database. One that already holds this device's journal is left as it is. */
async function install(db: Db, device: DeviceInfo, keys: DeviceKeys): Promise<void> {
  await db.write(['meta', 'hashes'], async (tx) => {
    const meta = tx.objectStore('meta');
    meta.put(device, 'device');
    if (await got<JournalState | undefined>(meta.get('journal'))) return;
    const start = genesis(device.organisation.id, device.device, 0);
    meta.put(keys, 'keys');
    meta.put({ epoch: 0, seq: 0, hash: start, hlc: HLC_ZERO } satisfies JournalState, 'journal');
    tx.objectStore('hashes').put(start, [0, 0]);
  });
}

/** Who the cookie says we were, when the store is empty. null: nobody, or nobody to ask. */
export async function whoWasI(http: Http): Promise<Eviction | null> {
  try {
    const answer = await http.plainJson<EnrolAnswer>('GET', '/api/v1/device');
    if (typeof answer?.device !== 'string') return null;
    return {
      device: answer.device,
      name: answer.name,
      epoch: answer.epoch,
      provenSeq: answer.proven_seq,
    };
  } catch {
    return null;
  }
}

/** A fresh session by signing the server's challenge. False when the server will not have it; CoreError when unreachable. */
export async function renew(deps: Deps, http: Http, device: string, keys: DeviceKeys): Promise<boolean> {
  try {
    const said = await http.plainJson<{ challenge: string }>('POST', '/api/v1/challenge', { device });
    const signature = await sign(deps.crypto, keys.private, renewText(device, said.challenge));
    await http.plainJson('POST', '/api/v1/renew', { device, challenge: said.challenge, signature });
    return true;
  } catch (fault) {
    const why = problemOf(fault, 'network');
    if (isAway(why.code) || why.code === 'device_revoked') throw fault;
    return false;
  }
}
