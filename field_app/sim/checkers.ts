/**
 * Whether every law held, judged from the server's tables, the bytes on the disks and the log of what screens were told.
 *
 * Neighbours: `seed.ts` calls it after healing; `oracle.ts` holds the log. Invariant: nothing here asks the core what it believes.
 */
import { extend } from '../src/core/chain.ts';
import type { OutboxRow, RecordRow } from '../src/core/db.ts';
import type { EntryBody } from '../src/generated/types.ts';
import { sha256 } from './crypto.ts';
import type { Dump, Host, JournalRow } from './host.ts';
import type { Attempt, Oracle } from './oracle.ts';
import type { Phone, World } from './phone.ts';
import type { Inhabitant } from './seed.ts';

interface Stored {
  body: string;
  private: (string | null)[];
}

const textOf = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');

export async function checkEverything(world: World, host: Host, inhabitants: Inhabitant[]): Promise<void> {
  const dump = await host.call<Dump>('dump');
  const { oracle } = world;
  checkEntries(oracle, dump, inhabitants);
  checkFiles(oracle, dump, inhabitants);
  checkOnce(oracle, dump);
  checkChains(oracle, dump);
  checkNumbers(oracle);
  for (const { phone } of inhabitants) checkReplica(oracle, dump, phone);
  checkWipes(oracle, dump, inhabitants);
}

/** Every entry the server has, by its id: journal first, then what it put aside. */
function storedEntries(dump: Dump): Map<string, Stored[]> {
  const found = new Map<string, Stored[]>();
  const add = (id: unknown, stored: Stored): void => {
    if (typeof id !== 'string') return;
    found.set(id, [...(found.get(id) ?? []), stored]);
  };
  for (const row of dump.journal) add(row.entry_id, { body: textOf(row.body), private: row.private });
  for (const row of dump.quarantine) {
    if (row.reason === 'damaged') continue; // bytes that are known not to be what was written
    try {
      const pushed = JSON.parse(textOf(row.body)) as { body: string; private: string[] };
      const id = (JSON.parse(pushed.body) as { id?: unknown }).id;
      add(id, { body: pushed.body, private: pushed.private });
    } catch {
      // bytes that are no entry are nobody's save
    }
  }
  return found;
}

/** What still lies on the disk of a device that may not send it. */
function onDisk(inhabitants: Inhabitant[]): Set<string> {
  return new Set(
    inhabitants.flatMap(({ phone }) => phone.disk.values<OutboxRow>('outbox').map((row) => row.id)),
  );
}

/** What was declared lost, as `device number`. */
function lossesOf(dump: Dump): Set<string> {
  return new Set(dump.losses.map((loss) => `${loss.device} ${loss.seq}`));
}

// --- law 1: nothing is lost -------------------------------------------------------------------------------------------
function checkEntries(oracle: Oracle, dump: Dump, inhabitants: Inhabitant[]): void {
  const stored = storedEntries(dump);
  const here = onDisk(inhabitants);
  const revoked = new Set(dump.devices.filter((one) => one.state !== 'active').map((one) => one.id));
  const losses = lossesOf(dump);
  for (const attempt of oracle.attempts) {
    const { saved, device } = attempt;
    if (!saved) continue;
    const name = `${attempt.phone} ${saved.epoch}/${saved.seq} ${attempt.action} ${saved.id}`;
    const copies = stored.get(saved.id) ?? [];
    const declared = losses.has(`${device} ${saved.seq}`);
    if (copies.length > 0) {
      if (!copies.some((copy) => isSame(attempt, copy)))
        oracle.violated('byte for byte', `${name} is there, but not as it was saved`);
      continue;
    }
    if (revoked.has(device) && (here.has(saved.id) || attempt.destroyed)) continue;
    if (revoked.has(device) && attempt.fellBack && showsGap(dump, device, saved.epoch, saved.seq)) continue;
    if (declared && attempt.receiptMayBeOut) continue;
    if (attempt.mustBeDeclared || attempt.fellBack) {
      if (!declared && !superseded(attempt, oracle))
        oracle.violated('declared', `${name} is neither there nor declared lost`);
    } else if (!attempt.destroyed) oracle.violated('nothing is lost', `${name} is not on the server`);
  }
}

/**
 * Whether what the office put aside of a device begins behind this number. A device shut out before it came back to a server that
 * had been restored from a backup is heard no more: it cannot declare what it no longer has, but the gap before what it sent shows.
 */
function showsGap(dump: Dump, device: string, epoch: number, seq: number): boolean {
  return dump.quarantine.some((row) => row.device === device && row.epoch === epoch && row.seq > seq);
}

/** Whether the disk that could have declared it was itself destroyed later: nobody is left to say so. */
function superseded(attempt: Attempt, oracle: Oracle): boolean {
  return oracle.diskLost.has(attempt.device);
}

function isSame(attempt: Attempt, { body, private: parts }: Stored): boolean {
  if (attempt.body !== null && sha256(body) !== attempt.body) return false;
  let parsed: EntryBody;
  try {
    parsed = JSON.parse(body) as EntryBody;
  } catch {
    return false;
  }
  if (parsed.action !== attempt.action || JSON.stringify(parsed.args) !== attempt.args) return false;
  const files = parsed.blobs.map(({ sha256: sha, size }) => `${sha} ${size}`);
  if (files.join() !== attempt.files.map((file) => `${file.sha256} ${file.size}`).join()) return false;
  if (parts.length !== attempt.private.length) return false;
  return parts.every((part, at) => {
    const salted = Buffer.from(part ?? '', 'base64');
    return sha256(salted) === parsed.private[at] && sha256(salted.subarray(16)) === attempt.private[at];
  });
}

function checkFiles(oracle: Oracle, dump: Dump, inhabitants: Inhabitant[]): void {
  const blobs = new Map(dump.blobs.map((blob) => [blob.sha256, blob]));
  const revoked = new Set(dump.devices.filter((one) => one.state !== 'active').map((one) => one.id));
  const here = new Set(
    inhabitants.flatMap(({ phone }) =>
      phone.disk.records(phone.disk.journal ?? '', 'bytes').map((record) => String(record.key)),
    ),
  );
  const losses = lossesOf(dump);
  for (const attempt of oracle.attempts) {
    if (!attempt.saved || attempt.destroyed || attempt.fellBack || attempt.filesFellBack) continue;
    if (attempt.receiptMayBeOut && losses.has(`${attempt.device} ${attempt.saved.seq}`)) continue;
    for (const file of attempt.files) {
      const blob = blobs.get(file.sha256);
      if (blob?.state === 'received' && blob.found === file.sha256 && blob.size === file.size) continue;
      if (revoked.has(attempt.device) && here.has(file.sha256)) continue;
      const what = `${attempt.phone} ${attempt.saved.epoch}/${attempt.saved.seq} ${file.role}`;
      oracle.violated('files', `${what} ${file.sha256.slice(0, 12)} is ${blob?.state ?? 'unknown'}`);
    }
  }
}

// --- law 2: exactly once ----------------------------------------------------------------------------------------------
/** As many entries with these arguments as saves that resolved, plus at most those whose app died before it could say. */
function checkOnce(oracle: Oracle, dump: Dump): void {
  const wanted = new Map<string, { saved: number; doubtful: number }>();
  for (const { device, action, args, state } of oracle.attempts) {
    const key = `${device} ${action} ${args}`;
    const count = wanted.get(key) ?? { saved: 0, doubtful: 0 };
    if (state === 'saved') count.saved += 1;
    if (state === 'doubtful') count.doubtful += 1;
    wanted.set(key, count);
  }
  const found = new Map<string, Set<string>>();
  const effects = new Map<string, number>();
  for (const row of dump.journal) {
    const body = bodyOf(row);
    if (!body || !row.entry_id) continue;
    const key = `${row.device} ${body.action} ${JSON.stringify(body.args)}`;
    if (!wanted.has(key)) continue;
    found.set(key, (found.get(key) ?? new Set()).add(row.entry_id));
    if (!row.repeat_of) effects.set(row.entry_id, (effects.get(row.entry_id) ?? 0) + 1);
  }
  for (const [key, ids] of found) {
    const count = wanted.get(key) ?? { saved: 0, doubtful: 0 };
    if (ids.size > count.saved + count.doubtful)
      oracle.violated('exactly once', `${ids.size} entries, ${count.saved} saves: ${key.slice(0, 120)}`);
  }
  for (const [id, times] of effects)
    if (times > 1) oracle.violated('exactly once', `entry ${id} took effect ${times} times`);
}

function bodyOf(row: JournalRow): EntryBody | null {
  try {
    return JSON.parse(textOf(row.body)) as EntryBody;
  } catch {
    return null;
  }
}

// --- law 3: the chain -------------------------------------------------------------------------------------------------
/** From each epoch's start over every stored body and declared loss to the end the server claims; no number is missing. */
function checkChains(oracle: Oracle, dump: Dump): void {
  for (const device of dump.devices) {
    for (const { epoch, base_seq, genesis } of dump.epochs.filter((one) => one.device === device.id)) {
      const rows = new Map(
        dump.journal
          .filter((row) => row.device === device.id && row.epoch === epoch)
          .map((row) => [row.seq, row]),
      );
      const lost = new Map(
        dump.losses
          .filter((one) => one.device === device.id && one.epoch === epoch)
          .map((one) => [one.seq, one.hash]),
      );
      let hash = genesis;
      let seq = base_seq;
      for (;;) {
        const row = rows.get(seq + 1);
        const loss = lost.get(seq + 1);
        if (!row && !loss) break;
        seq += 1;
        hash = row ? extend(hash, seq, Buffer.from(row.body, 'base64')) : (loss ?? '');
        if (row && row.hash !== hash)
          oracle.violated('chain', `${device.id} ${epoch}/${seq} does not follow (${row.state} ${row.code})`);
        if (row) hash = row.hash;
      }
      const current = epoch === device.epoch;
      if (current && (device.seq !== seq || device.hash !== hash))
        oracle.violated('chain', `${device.id} ends at ${device.seq}, its entries at ${seq}`);
      const beyond = [...rows.keys()].filter((one) => one > seq);
      if (current && beyond.length > 0 && device.state === 'active')
        oracle.violated('numbers', `${device.id} has ${beyond.length} entries beyond a gap after ${seq}`);
    }
  }
}

/** No device ever gave one number to two entries. */
function checkNumbers(oracle: Oracle): void {
  const seen = new Map<string, Attempt>();
  for (const attempt of oracle.attempts) {
    if (!attempt.saved) continue;
    const { epoch, seq, id } = attempt.saved;
    const key = `${attempt.device} ${epoch}/${seq}`;
    const before = seen.get(key);
    if (before && before.saved?.id !== id && !before.destroyed && !oracle.diskLost.has(attempt.device))
      oracle.violated('numbers', `${attempt.phone} ${epoch}/${seq} was given twice`);
    seen.set(key, attempt);
  }
}

// --- laws 4 and 7: the replica ----------------------------------------------------------------------------------------
/** Exactly the records of the device's buckets, with the server's content. */
function checkReplica(oracle: Oracle, dump: Dump, phone: Phone): void {
  const { device } = phone;
  const state = dump.devices.find((one) => one.id === device);
  if (!state) return;
  const rows = phone.disk.values<RecordRow>('records');
  if (state.state !== 'active') {
    if (rows.length > 0) oracle.violated('revoked', `${phone.name} still holds ${rows.length} records`);
    return;
  }
  const depot = phone.disk.meta<{ depot: string }>('device')?.depot;
  const buckets = new Set([`org/field`, `depot:${depot}/field`, `device:${device}`]);
  const wanted = new Map<string, string>();
  for (const member of dump.members)
    if (buckets.has(member.bucket))
      wanted.set(`${member.kind}/${member.id}`, `${member.version} ${stable(member.data)}`);
  for (const row of rows) {
    const key = `${row.kind}/${row.id}`;
    const there = wanted.get(key);
    if (there === undefined) oracle.violated('replica', `${phone.name} holds ${key}, which is not its own`);
    else if (there !== `${row.v} ${stable(row.data)}`)
      oracle.violated('replica', `${phone.name} has ${key} at ${row.v}, the server ${there.slice(0, 8)}`);
    wanted.delete(key);
  }
  for (const key of wanted.keys()) oracle.violated('replica', `${phone.name} lacks ${key}`);
}

function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${pairs.map(([key, each]) => `${JSON.stringify(key)}:${stable(each)}`).join()}}`;
}

// --- law 1: a wipe comes after the proof, and is told ---------------------------------------------------------------------
/** Nothing of a wiped device is left anywhere; one that emptied itself has said so. */
function checkWipes(oracle: Oracle, dump: Dump, inhabitants: Inhabitant[]): void {
  const left = new Map(
    inhabitants.flatMap(({ phone }) => phone.disk.devices().map((id) => [id, phone.name])),
  );
  for (const { id, state } of dump.devices) {
    if (state === 'wiped' && left.has(id)) oracle.violated('wipe', `${left.get(id)} still holds ${id}`);
    if (state === 'wiping' && !left.has(id) && !oracle.diskLost.has(id))
      oracle.violated('wipe', `nobody was told that ${id} is empty`);
  }
}
