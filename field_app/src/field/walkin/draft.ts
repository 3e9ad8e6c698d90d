/**
 * A rental made at the counter, while it is filled in: what is missing, when it is due, and the entries it becomes. Pure.
 *
 * Neighbours: WalkIn.svelte (the screen), `schemas/actions/rentals.py` (`rental.walk_in`), `schemas/actions/customers.py`
 * (`customer.walk_in`). Invariants: a person's name and phone leave this module as bytes of a private part only · integer fen.
 */
import type { NewEntry, RecordOf } from '$core';

export type Missing = 'needCustomer' | 'needName' | 'needPhone' | 'needAsset' | 'needDue';
export type Paid = 'unpaid' | 'cash' | 'wechat' | 'alipay' | 'card';
type Plan = Pick<RecordOf<'price_plan'>, 'id' | 'deposit_fen' | 'insurance_required'>;

export interface Draft {
  who: 'known' | 'fresh';
  customer: string;
  type: 'company' | 'person';
  /** A company's name; of a person, the person's. */
  name: string;
  /** Whom to reach at a company. */
  contact: string;
  phone: string;
  assets: readonly string[];
  dueAt: string | null;
  plan: Plan | null;
  paid: Paid;
  insured: boolean;
}

/** Ids and names made once, before anything is recorded. */
export interface Frame {
  rental: string;
  customer: string;
  contact: string;
  number: string;
  depot: string;
  zone: string;
  /** How a person is called where no name may stand, without the number. */
  label: string;
}

const DAY_MS = 86_400_000;

/** The same moment of the day, so many days later. */
export function dueAfter(now: string, days: number): string {
  return new Date(Date.parse(now) + days * DAY_MS).toISOString();
}

/** The first thing that is still missing; null when the rental can be made. */
export function missingOf(draft: Draft, now: string): Missing | null {
  if (draft.who === 'known' && draft.customer === '') return 'needCustomer';
  if (draft.who === 'fresh') {
    if (draft.name.trim() === '') return 'needName';
    if (draft.phone.trim() === '' || (draft.type === 'company' && draft.contact.trim() === ''))
      return 'needPhone';
  }
  if (draft.assets.length === 0) return 'needAsset';
  if (draft.dueAt === null || Date.parse(draft.dueAt) <= Date.parse(now)) return 'needDue';
  return null;
}

/** What is asked as a deposit, in fen. */
export function depositOf(draft: Pick<Draft, 'plan' | 'assets'>): number {
  return (draft.plan?.deposit_fen ?? 0) * draft.assets.length;
}

/** What the gate would know of the rental once it is made. */
export function gateRental(draft: Draft, frame: Frame) {
  return {
    id: frame.rental,
    state: 'approved',
    deposit_ok: depositOf(draft) === 0 || draft.paid !== 'unpaid',
    insurance_ok: !draft.plan?.insurance_required || draft.insured,
    due_at: draft.dueAt,
    assets: linesOf(draft),
  };
}

function linesOf(draft: Draft): Record<string, { state: 'reserved' }> {
  return Object.fromEntries(draft.assets.map((asset) => [asset, { state: 'reserved' as const }]));
}

/** The entries it becomes, in their order: somebody new first, then the rental. */
export function entriesOf(
  draft: Draft,
  frame: Frame,
  words: { customer: string; rental: string },
): NewEntry[] {
  const fresh = draft.who === 'fresh';
  const person = draft.type === 'person';
  const said = { name: (person ? draft.name : draft.contact).trim(), phone: draft.phone.trim() };
  const met: NewEntry = {
    action: 'customer.walk_in',
    args: {
      id: frame.customer,
      name: person ? `${frame.label} ${frame.customer.slice(-4).toUpperCase()}` : draft.name.trim(),
      depot_id: frame.depot,
      type: draft.type,
      person: 0,
      contact_id: frame.contact,
    },
    extra: { private: [new TextEncoder().encode(JSON.stringify(said))], label: words.customer },
  };
  const asked = depositOf(draft);
  const let_: NewEntry = {
    action: 'rental.walk_in',
    args: {
      id: frame.rental,
      number: frame.number,
      customer_id: fresh ? frame.customer : draft.customer,
      assets: linesOf(draft),
      due_at: draft.dueAt ?? '',
      zone: frame.zone,
      ...(draft.plan ? { price_plan_id: draft.plan.id } : {}),
      ...(asked > 0
        ? {
            deposit:
              draft.paid === 'unpaid'
                ? { received: false, amount_fen: 0 }
                : { received: true, amount_fen: asked, method: draft.paid },
          }
        : {}),
      ...(draft.plan?.insurance_required ? { insured: draft.insured } : {}),
    },
    extra: { label: words.rental },
  };
  return fresh ? [met, let_] : [let_];
}
