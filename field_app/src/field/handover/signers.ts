/**
 * Who may sign for a customer, out of the office's master data. Pure.
 *
 * Neighbours: CustomerSign.svelte offers them, `server/domain/signatures.py` knows the name behind one. Invariant: this device never
 * learns more of a name than its masked form, and the choice is the customer's: none is made for them.
 */
import type { RecordOf } from '$core';
import type { HandoverType } from '$generated/types';

type Authority = RecordOf<'signer_authority'>;

/** Those in force for this kind of handover at `now`, in the order they were granted; who was erased is not among them. */
export function maySign(all: readonly Authority[], flow: HandoverType, now: string): Authority[] {
  return all
    .filter(
      (one) =>
        one.state === 'active' &&
        one.shown_as !== '' &&
        (flow === 'transfer' ? false : one.may.includes(flow)),
    )
    .filter((one) => one.until === null || Date.parse(one.until) > Date.parse(now))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** In whose name they sign: a person who is the customer for themselves, everybody else for the customer. */
export function onBehalf(role: Authority['role'], customer: { type: string } | null): 'self' | 'entrusted' {
  return role === 'owner' && customer?.type === 'person' ? 'self' : 'entrusted';
}
