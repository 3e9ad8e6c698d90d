/**
 * Everything that can go wrong, each class by its name, with how often it did.
 *
 * Neighbours: `net.ts`, `phone.ts`, `office.ts` strike; `main.ts` prints the counts. Invariant: a class is counted when it really
 * struck, never when it was only drawn.
 */
import type { Random } from './random.ts';

export const FAULTS = [
  'request_lost',
  'answer_lost',
  'request_duplicated',
  'request_delayed',
  'request_cut',
  'answer_cut',
  'request_flipped',
  'answer_flipped',
  'server_error',
  'stalled',
  'offline',
  'socket_dropped',
  'crash_in_a_step',
  'crash_after_save',
  'crash',
  'store_aborts',
  'store_full',
  'store_closed',
  'body_lost',
  'body_spoiled',
  'record_lost',
  'store_evicted',
  'store_restored',
  'second_tab',
  'clock_jump',
  'session_expired',
  'server_restarted',
  'server_restored',
  'device_revoked',
  'device_wiped',
  'person_left',
  'file_imported',
  'file_imported_again',
  'file_damaged',
] as const;

export type Fault = (typeof FAULTS)[number];
export type Counts = Record<Fault, number>;

export const noFaults = (): Counts => Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as Counts;

/** How likely each class is in one run: some runs see much of one thing, some nothing of it. */
export class Weather {
  readonly counts = noFaults();
  private readonly weights = new Map<Fault, number>();
  private readonly random: Random;
  /** Off once everything is to heal. */
  on = true;

  constructor(random: Random, without: readonly Fault[] = []) {
    this.random = random;
    for (const fault of FAULTS) this.weights.set(fault, random.chance(0.6) ? random.float() * 2 : 0);
    for (const fault of without) this.weights.set(fault, 0);
  }

  /** Whether a class strikes now, `rate` being its usual probability. Not counted yet. */
  strikes(fault: Fault, rate: number): boolean {
    const weight = this.weights.get(fault) ?? 0;
    const drawn = this.random.float();
    return this.on && drawn < rate * weight;
  }

  count(fault: Fault): void {
    this.counts[fault] += 1;
  }
}
