/**
 * One seed from beginning to end: a company, one to three phones and their people under faults, healing, and the checkers.
 *
 * Neighbours: `main.ts` runs many; `checkers.ts` judges. Invariants: everything that differs between runs follows from the seed; the
 * log's hash tells whether two runs took the same course.
 */
import { createHash } from 'node:crypto';
import { DIGEST_CHECK_SECONDS } from '../src/generated/limits.ts';
import { checkEverything } from './checkers.ts';
import { armDatabases } from './disk.ts';
import { type Counts, type Fault, Weather } from './faults.ts';
import type { Ground, Host } from './host.ts';
import { Mischief } from './mischief.ts';
import { Net } from './net.ts';
import { Oracle, type Violation } from './oracle.ts';
import { Person, type Place } from './person.ts';
import { Phone, type World } from './phone.ts';
import { Random } from './random.ts';
import { Scheduler, settled } from './scheduler.ts';
import { SimBlob } from './work.ts';

const START_MS = 1_795_254_720_000;
const MINUTE = 60_000;
/** So long may healing take, at most. */
const HEAL_MS = 90 * MINUTE;

export interface Result {
  seed: number;
  /** Entries whose saving was confirmed. */
  entries: number;
  faults: Counts;
  violations: Violation[];
  /** SHA-256 over everything that happened. */
  hash: string;
  steps: number;
}

export interface Inhabitant {
  phone: Phone;
  person: Person;
}

export interface Wanted {
  seed: number;
  /** Classes of faults that are left out, to find out what a failing seed fails by. */
  without: readonly Fault[];
  show(line: string): void;
}

export async function runSeed(host: Host, { seed, without, show }: Wanted): Promise<Result> {
  armDatabases();
  globalThis.Blob = SimBlob;
  const random = new Random(seed);
  const quiet = async (): Promise<void> => {
    do await settled();
    while (await host.quiet());
  };
  const scheduler = new Scheduler(START_MS, quiet);
  const weather = new Weather(new Random(seed, 1), without);
  const oracle = new Oracle();
  const course = createHash('sha256');
  const log = (line: string): void => {
    const whole = `${(scheduler.now - START_MS).toFixed(2)} ${line}`;
    course.update(whole);
    show(whole);
  };
  const net = new Net(host, scheduler, new Random(seed, 2), weather, log);
  const world: World = { scheduler, net, weather, oracle, log };
  const gate = random.chance(0.85) ? 'strict' : 'records';
  const ground = await host.call<Ground>('reset', { seed, now: START_MS, gate });
  net.reset();
  const place: Place = { host, people: ground.people, pin: ground.pin, assets: ground.assets, gate };
  const inhabitants = Array.from({ length: random.int(1, 3) }, (_, at): Inhabitant => {
    const phone = new Phone(`p${at + 1}`, world, new Random(seed, 10 + at));
    return { phone, person: new Person(phone, place, random.int(1, 3)) };
  });
  const mischief = new Mischief(world, host, inhabitants, ground, new Random(seed, 3));
  const unhandled = (fault: unknown): void => {
    // What a screen would never hear of: nobody awaited it, and nobody was told.
    oracle.violated(
      'unheard failure',
      fault instanceof Error ? (fault.stack ?? fault.message) : String(fault),
    );
  };
  process.on('unhandledRejection', unhandled);
  try {
    mischief.start();
    await scheduler.until(() => false, random.int(4, 14) * MINUTE);
    await heal(world, inhabitants, mischief);
    await checkEverything(world, host, inhabitants);
  } catch (fault) {
    oracle.violated('the simulation itself', fault instanceof Error ? (fault.stack ?? '') : String(fault));
  }
  for (const { phone } of inhabitants) {
    if (phone.boot) phone.boot.dead = true;
    phone.boot = null;
  }
  process.off('unhandledRejection', unhandled);
  scheduler.end();
  return {
    seed,
    entries: oracle.attempts.filter((one) => one.state === 'saved').length,
    faults: weather.counts,
    violations: oracle.violations,
    hash: course.digest('hex'),
    steps: scheduler.steps,
  };
}

/** Whether a device has nothing left to say. */
function isDone({ phone }: Inhabitant): boolean {
  const { core } = phone;
  if (!core) return false;
  const { phase, unsent, gate, network } = core.status.get();
  if (phase === 'revoked') return true;
  const sent = unsent.entries === 0 && unsent.blobs === 0;
  return (phase === 'ready' || phase === 'locked') && sent && gate === 'open' && network === 'idle';
}

/** Faults end, everybody is online and looks at the screen; what is recorded must go up, and everybody must come to see the same. */
async function heal(world: World, inhabitants: Inhabitant[], mischief: Mischief): Promise<void> {
  const { scheduler, oracle, log } = world;
  log('heal');
  await mischief.stop();
  world.weather.on = false;
  for (const { phone, person } of inhabitants) {
    person.resting = true;
    phone.online = true;
    phone.disk.strike = null;
    if (phone.boot) phone.boot.fuse = null;
    phone.hide(false);
  }
  mischief.reopen();
  const done = await scheduler.until(() => inhabitants.every(isDone), HEAL_MS);
  if (!done) {
    for (const one of inhabitants) {
      if (isDone(one)) continue;
      const status = one.phone.core?.status.get();
      const shown = status && {
        phase: status.phase,
        gate: status.gate,
        unsent: status.unsent,
        network: status.network,
        problem: status.problem?.code,
        detail: status.problem?.detail,
      };
      oracle.violated('liveness', `${one.phone.name} ${JSON.stringify(shown)}`);
    }
    return;
  }
  // What the last upload changed must come to everybody, and what differs must be found in idle time.
  const rounds = inhabitants.some(({ phone }) => phone.harmed) ? 3 : 2;
  for (let round = 0; round < rounds; round++) {
    for (const { phone } of inhabitants) phone.core?.retryNow();
    await scheduler.until(() => false, rounds === 3 ? DIGEST_CHECK_SECONDS * 500 : MINUTE);
    await scheduler.until(() => inhabitants.every(isDone), 10 * MINUTE);
  }
  for (const { phone } of inhabitants) phone.look();
}
