/**
 * Giving the device to the customer: from then on only this handover can be reached.
 *
 * Neighbours: Review.svelte does it with the last confirmation, Pass.svelte after a way aside; CustomerMode.svelte is what is given.
 * Invariant: nothing is given while an asset of the same signature is not confirmed.
 */
import { locale } from '$i18n/locale.svelte';
import { isOpen } from './group';
import type { Session } from './session.svelte';

/** Locks the handover that stands for all of them, in the staff's language until the customer chooses. False: not yet, or not stored. */
export async function handToCustomer(session: Session): Promise<boolean> {
  const [lead] = session.members;
  if (lead === undefined || session.members.some(isOpen)) return false;
  const customer = { ...lead.data.customer, phase: 'given' as const, lang: locale.current };
  return lead.go({ data: { customer } });
}
