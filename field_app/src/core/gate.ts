/**
 * The upload gate: at an opening, what is unsent goes up before new work begins.
 *
 * Neighbours: `core.ts` asks at every opening and after every change of the lists. Pure. Invariant: "clear" is this device's
 * own finding — a verified receipt covers its head and none of its files is awaited — never the server's word alone. What a
 * verified receipt names as held is on the server, too: it stays here and counts as unsent until a receipt covers it, but it
 * does not keep the gate shut, or a gap that nobody can close any more would keep it shut for ever. `grace` is kept as
 * `strict`: the device is not told for how long it might go on.
 */
import type { GatePolicy } from '../generated/types';

export interface Unsent {
  entries: number;
  blobs: number;
  bytes: number;
}

/** Whether something is left that the policy wants up before new work. */
export function holdsGate(policy: GatePolicy, unsent: Unsent): boolean {
  return unsent.entries > 0 || (policy !== 'records' && unsent.blobs > 0);
}

/** A return to the screen counts as an opening after this long hidden. ms. */
export function isOpening(hiddenSince: number | null, now: number, hiddenMsMax: number): boolean {
  // A clock set back while hidden says nothing about how long it was: the safe reading is "long".
  return hiddenSince !== null && (now - hiddenSince > hiddenMsMax || now < hiddenSince);
}

/** What may be recorded while the gate is shut: whatever belongs to a handover already begun. */
export function allowedWhenShut(action: string, args: object): boolean {
  return action !== 'handover.start' && 'handover_id' in args;
}
