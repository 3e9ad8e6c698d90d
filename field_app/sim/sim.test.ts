/** The simulation itself: a seed takes the same course again, and every broken core is caught. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { BROKEN } from './broken.ts';

const APP = fileURLToPath(new URL('..', import.meta.url));
/** A broken core has to be caught within so many seeds. */
const SEEDS_MAX = 60;

interface Run {
  out: string;
  code: number;
}

async function sim(args: string[], broken?: string): Promise<Run> {
  const command = ['--import', './sim/register.ts', 'sim/main.ts', ...args];
  const env = { ...process.env, ...(broken ? { SIM_BROKEN: broken } : {}) };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: APP, env });
    return { out: stdout, code: 0 };
  } catch (fault) {
    const { stdout = '', code } = fault as { stdout?: string; code?: number };
    return { out: stdout, code: code ?? -1 };
  }
}

describe('the simulation', () => {
  it('takes the same course again from the same seed', { timeout: 120_000 }, async () => {
    const [first, second] = await Promise.all([
      sim(['--seeds', '2', '--show']),
      sim(['--seeds', '2', '--show']),
    ]);
    expect(first.out).toContain('violations=0');
    expect(first.out.split('\n').length).toBeGreaterThan(200);
    expect(second.out).toBe(first.out);
  });

  for (const [name, { seed, caughtBy }] of Object.entries(BROKEN))
    it(`notices a core that is broken: ${name}`, { timeout: 300_000 }, async () => {
      const run = await sim(['--seeds', String(SEEDS_MAX), '--from', String(seed), '--once'], name);
      expect(run.code).toBe(1);
      const noticed = [...run.out.matchAll(/^✗ seed \d+: ([^:]+): /gm)].map((match) => match[1] ?? '');
      expect(
        caughtBy.some((checker) => noticed.includes(checker)),
        run.out.slice(-2000),
      ).toBe(true);
    });
});
