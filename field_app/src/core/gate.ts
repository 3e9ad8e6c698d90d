/**
 * The upload gate: at an opening, what is unsent goes up before new work begins.
 *
 * Neighbours: `core.ts` asks at every opening and after every change of the lists. Pure. Invariant: "clear" is this device's
 * own finding — a verified receipt covers its head and none of its files is awaited — never the server's word alone. What a
 * verified receipt names as held is on the server, too: it stays here and counts as unsent until a receipt covers it, but it
 * does not keep the gate shut, or a gap that nobody can close any more would keep it shut for ever.
 */
import type { Policy } from '../generated/types';

const HOUR_MS = 3_600_000;

export interface Unsent {
  entries: number;
  blobs: number;
  bytes: number;
}

/** What the gate depends on. Times in ms since 1970 by the device's clock. */
export interface Facts {
  unsent: Unsent;
  /** When the oldest file that is still here was captured; null: there is none. */
  oldestFileAt: number | null;
  /** When nothing at all was left to send; null: never. */
  fullUploadAt: number | null;
  /** Entries written since. */
  entriesSince: number;
  now: number;
}

/** New work may go on although the gate is shut: until when, and for how many entries. */
export interface Grace {
  until: number;
  left: number;
}

/**
 * Whether something is left that the policy wants up before new work. `records`: files may follow, for so many hours from their
 * capture; a file of the future was captured before the clock was set back: how long ago, nobody knows.
 */
export function holdsGate(policy: Policy, { unsent, oldestFileAt, now }: Facts): boolean {
  if (unsent.entries > 0) return true;
  if (unsent.blobs === 0) return false;
  if (policy.gate !== 'records' || oldestFileAt === null) return true;
  return now - oldestFileAt > policy.files_hours * HOUR_MS || oldestFileAt > now;
}

/** Under `grace`, after an attempt has failed: what is left of it. null: nothing, or another policy. */
export function graceOf(policy: Policy, facts: Facts, failed: boolean): Grace | null {
  if (policy.gate !== 'grace' || !failed || facts.fullUploadAt === null) return null;
  const until = facts.fullUploadAt + policy.grace_hours * HOUR_MS;
  const left = policy.grace_entries - facts.entriesSince;
  return facts.now >= facts.fullUploadAt && facts.now < until && left > 0 ? { until, left } : null;
}

/** A return to the screen counts as an opening after this long hidden. ms. */
export function isOpening(hiddenSince: number | null, now: number, hiddenMsMax: number): boolean {
  // A clock set back while hidden says nothing about how long it was: the safe reading is "long".
  return hiddenSince !== null && (now - hiddenSince > hiddenMsMax || now < hiddenSince);
}

/** What goes on with a stock-take already begun. */
const COUNTING: readonly string[] = ['stock_take.count', 'stock_take.uncount', 'stock_take.close'];

/** What may be recorded while the gate is shut: whatever belongs to a handover or a stock-take already begun. */
export function allowedWhenShut(action: string, args: object): boolean {
  if (COUNTING.includes(action)) return true;
  if (action === 'voice.add')
    return 'about' in args && (args.about === 'handover' || args.about === 'damage');
  return action !== 'handover.start' && 'handover_id' in args;
}
