/** The three policies of the gate: strict, files behind a counter, and grace after a failed attempt. */
import { afterEach, describe, expect, it } from 'vitest';
import type { EntryBody, Policy } from '../../generated/types';
import { Db, type OutboxRow } from '../db';
import { dbName } from '../enrol';
import { graceOf, holdsGate } from '../gate';
import { begin, shoot, until, World } from './world';

let world: World;
afterEach(() => world?.end());

const HOUR = 3_600_000;
const policy = (gate: Policy['gate']): Policy => ({
  gate,
  opening_hidden_ms: 300_000,
  grace_hours: 2,
  grace_entries: 3,
  files_hours: 24,
});
const facts = (more: object = {}) => ({
  unsent: { entries: 0, blobs: 1, bytes: 9 },
  oldestFileAt: 1_000 * HOUR,
  fullUploadAt: 1_000 * HOUR,
  entriesSince: 0,
  now: 1_001 * HOUR,
  ...more,
});

/** The bodies that wait, as they were written. */
async function waiting(): Promise<EntryBody[]> {
  const db = await Db.open(world.indexedDB, dbName('field', world.server.device));
  const rows = await db.all<OutboxRow>('outbox');
  db.close();
  return rows.map((row) => JSON.parse(row.body) as EntryBody);
}

/** A core opened with something unsent, the server away. */
async function opened(gate: Policy['gate']): Promise<Awaited<ReturnType<World['ready']>>> {
  world = await World.make();
  world.server.gatePolicy = gate;
  world.server.figures = { grace_hours: 2, grace_entries: 3, files_hours: 24 };
  const core = await world.ready();
  await until(() => core.status.get().lastFullUploadAt !== null);
  world.server.down = true;
  await begin(core);
  return world.restart(core);
}

describe('strict', () => {
  it('waits for everything', () => {
    expect(holdsGate(policy('strict'), facts())).toBe(true);
    expect(holdsGate(policy('strict'), facts({ unsent: { entries: 0, blobs: 0, bytes: 0 } }))).toBe(false);
    expect(graceOf(policy('strict'), facts(), true)).toBeNull();
  });

  it('stays shut however often it fails', async () => {
    const core = await opened('strict');
    await until(() => core.status.get().network === 'failing');
    expect(core.status.get()).toMatchObject({ gate: 'shut', grace: null });
  });
});

describe('records', () => {
  it('lets files follow for so many hours, and then waits for them, too', () => {
    const at = (now: number): boolean => holdsGate(policy('records'), facts({ now }));
    expect(at(1_000 * HOUR)).toBe(false);
    expect(at(1_024 * HOUR)).toBe(false);
    expect(at(1_024 * HOUR + 1)).toBe(true);
    expect(at(999 * HOUR)).toBe(true); // the clock was set back: nobody knows how old it is
    expect(holdsGate(policy('records'), facts({ unsent: { entries: 1, blobs: 0, bytes: 9 } }))).toBe(true);
  });

  it('is as strict as any at an opening after the deadline', async () => {
    world = await World.make();
    world.server.gatePolicy = 'records';
    const core = await world.ready();
    world.server.down = true;
    await shoot(core, await begin(core), 1);
    const sha = core.outbox.get().find((item) => item.type === 'blob')?.sha256 ?? '';
    world.server.rejected.set(sha, 'uploads_too_many'); // the file does not get through
    world.server.down = false;
    core.retryNow();
    await until(() => core.status.get().unsent.entries === 0);
    const soon = await world.restart(core);
    expect(soon.status.get().gate).toBe('open');
    world.time.now += 25 * HOUR;
    const late = await world.restart(soon);
    expect(late.status.get().gate).toBe('shut');
  });
});

describe('grace', () => {
  it('is for so many hours and entries since the last full upload, after a failed attempt', () => {
    const of = (more: object, failed = true) => graceOf(policy('grace'), facts(more), failed);
    expect(of({})).toEqual({ until: 1_002 * HOUR, left: 3 });
    expect(of({}, false)).toBeNull();
    expect(of({ entriesSince: 3 })).toBeNull();
    expect(of({ now: 1_002 * HOUR })).toBeNull();
    expect(of({ now: 999 * HOUR })).toBeNull(); // the clock was set back
    expect(of({ fullUploadAt: null })).toBeNull();
  });

  it('opens the gate when an attempt has failed; what is written then says so; it ends with its entries', async () => {
    const core = await opened('grace');
    await until(() => core.status.get().grace !== null);
    expect(core.status.get()).toMatchObject({ gate: 'open', grace: { left: 2 } });
    expect(core.canStartNew()).toBe(true);
    await begin(core);
    expect(core.status.get().grace?.left).toBe(1);
    const last = await begin(core);
    expect(core.status.get()).toMatchObject({ gate: 'shut', grace: null });
    await expect(begin(core)).rejects.toMatchObject({ problem: { code: 'gate_closed' } });
    await core.record('reading.record', { handover_id: last, meter: 'm', value: 1 }); // begun: may be finished
    expect((await waiting()).map((body) => body.gate)).toEqual(['clear', 'grace', 'grace', 'clear']);
    world.server.down = false;
    core.retryNow();
    await until(() => core.status.get().unsent.entries === 0);
    expect(core.status.get()).toMatchObject({ gate: 'open', grace: null });
  });

  it('ends with its time, found out at the next save', async () => {
    const core = await opened('grace');
    await until(() => core.status.get().grace !== null);
    world.time.now += 2 * HOUR;
    await expect(begin(core)).rejects.toMatchObject({ problem: { code: 'gate_closed' } });
    expect(core.status.get()).toMatchObject({ gate: 'shut', grace: null });
  });

  it('is not there before the first attempt of an opening has failed', async () => {
    const core = await opened('grace');
    expect(core.status.get()).toMatchObject({ gate: 'shut', grace: null });
    await until(() => core.status.get().grace !== null);
    const next = await world.restart(core);
    expect(next.status.get().grace).toBeNull();
  });
});
