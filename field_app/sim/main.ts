/**
 * `npm run sim -- --seeds N [--from S] [--jobs J] [--without a,b] [--show] [--once]`: the shipped core simulated.
 *
 * Neighbours: `seed.ts` runs one seed. The last line: seeds, entries, each fault class with its count, seeds that failed, violations. A
 * failing seed prints what was violated and the command that replays it. Exit code 1 when anything was violated, or when in a
 * hundred seeds and more some class of fault never struck.
 */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { type Counts, FAULTS, type Fault, noFaults } from './faults.ts';
import { Host } from './host.ts';
import { type Result, runSeed } from './seed.ts';
import 'fake-indexeddb/auto';

interface Total {
  seeds: number;
  entries: number;
  faults: Counts;
  /** Seeds with a violation. */
  failed: number;
  violations: number;
  hashes: Map<number, string>;
}

const write = (line: string): boolean => process.stdout.write(`${line}\n`);

function add(total: Total, result: Result): void {
  total.seeds += 1;
  total.entries += result.entries;
  for (const fault of FAULTS) total.faults[fault] += result.faults[fault];
  total.violations += result.violations.length;
  total.hashes.set(result.seed, result.hash);
  if (result.violations.length === 0) return;
  total.failed += 1;
  for (const { checker, what } of result.violations) write(`✗ seed ${result.seed}: ${checker}: ${what}`);
  write(`  replay: npm run sim -- --seeds 1 --from ${result.seed} --show`);
}

interface Part {
  from: number;
  seeds: number;
  stride: number;
  without: readonly Fault[];
  show: boolean;
  /** The first seed that fails is the last one run. */
  once: boolean;
}

async function alone(
  { from, seeds, stride, without, show, once }: Part,
  each: (result: Result) => void,
): Promise<void> {
  const host = new Host();
  for (let seed = from; seed < from + seeds; seed += stride) {
    const result = await runSeed(host, { seed, without, show: show ? write : () => undefined });
    each(result);
    if (once && result.violations.length > 0) break;
  }
  host.end();
}

/** A process of its own for each part: seeds from, from + stride, … */
function inChildren(whole: Part, jobs: number, each: (result: Result) => void): Promise<unknown> {
  const parts = Array.from({ length: jobs }, (_, at) => {
    const part: Part = { ...whole, from: whole.from + at, seeds: whole.seeds - at, stride: jobs };
    const child = fork(new URL(import.meta.url), [], { execArgv: process.execArgv });
    child.send(part);
    child.on('message', (message) => each(message as Result));
    return new Promise<void>((resolve, reject) => {
      child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a part ended with ${code}`))));
    });
  });
  return Promise.all(parts);
}

/** One part, in a process of its own. */
function asChild(): void {
  process.once('message', async (part) => {
    await alone(part as Part, (result) => process.send?.(result));
    process.disconnect();
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '20' },
      from: { type: 'string', default: '1' },
      jobs: { type: 'string', default: '1' },
      without: { type: 'string', default: '' },
      show: { type: 'boolean', default: false },
      once: { type: 'boolean', default: false },
    },
  });
  const without = FAULTS.filter((fault) => values.without.split(',').includes(fault));
  const { show, once } = values;
  const whole = { from: Number(values.from), seeds: Number(values.seeds), stride: 1, without, show, once };
  const jobs = Math.min(Number(values.jobs), whole.seeds);
  const total: Total = {
    seeds: 0,
    entries: 0,
    faults: noFaults(),
    failed: 0,
    violations: 0,
    hashes: new Map(),
  };
  const each = (result: Result): void => add(total, result);
  await (jobs > 1 ? inChildren(whole, jobs, each) : alone(whole, each));
  const course = createHash('sha256');
  for (const [, hash] of [...total.hashes].sort(([a], [b]) => a - b)) course.update(hash);
  write(`course ${course.digest('hex')}`);
  const faults = FAULTS.map((fault) => `${fault}=${total.faults[fault]}`).join(' ');
  write(
    `seeds=${total.seeds} entries=${total.entries} ${faults} failed=${total.failed} violations=${total.violations}`,
  );
  const untried = total.seeds >= 100 && FAULTS.some((fault) => total.faults[fault] === 0);
  process.exitCode = total.violations > 0 || untried || total.seeds !== whole.seeds ? 1 : 0;
}

if (process.send) asChild();
else await main();
