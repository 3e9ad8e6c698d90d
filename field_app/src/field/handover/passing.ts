/**
 * Passing a gate that says stop: which rules still stop, and whether they may be passed with a reason. Pure.
 *
 * Neighbours: `$core/leaving` has the word, PassGate.svelte asks for the reason, `checkout.complete` carries it. Invariant: a rule
 * that does not say so cannot be passed, whatever was typed.
 */
import type { Rule } from '$core/leaving';
import type { GateWord } from '$generated/types';
import type { Passed } from './steps';

/** Codes of the rules that stop it and that no reason was given for yet. */
export function stops(word: GateWord, passed: Passed | null): string[] {
  return word.reasons
    .filter((reason) => reason.level === 'stop' && !passed?.rules.includes(reason.rule))
    .map((reason) => reason.rule);
}

/** True when each of these rules may be passed with a reason. */
export function passable(codes: readonly string[], rules: readonly Rule[]): boolean {
  return codes.every((code) => rules.find((rule) => rule.code === code)?.passable === true);
}
