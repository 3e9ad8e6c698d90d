/**
 * What follows from a price plan, a period and some assets: days, deposit, kilometres; how a customer is called. Pure.
 *
 * Neighbours: the new rental's form, `schemas/records/rentals.py` (the deposit is per asset). Invariant: integer fen.
 */
import type { RecordOf } from '$core/types';
import { KM_PER_DAY_MAX, MONEY_FEN_MAX, RENTAL_DAYS_MAX } from '$generated/limits';
import { named } from './words';

const DAY_MS = 86_400_000;

/** Days begun between two instants; null when the second is not after the first, or too far away. */
export function daysOf(start: string | null, due: string | null): number | null {
  if (start === null || due === null) return null;
  const days = Math.ceil((Date.parse(due) - Date.parse(start)) / DAY_MS);
  return days > 0 && days <= RENTAL_DAYS_MAX ? days : null;
}

type Plan = Pick<RecordOf<'price_plan'>, 'deposit_fen' | 'km_included_per_day' | 'tiers'>;

/** The deposit of so many assets. */
export function depositOf(plan: Plan | undefined, assets: number): number {
  return Math.min((plan?.deposit_fen ?? 0) * assets, MONEY_FEN_MAX);
}

/** The kilometres included; null when the plan counts none. */
export function kilometresOf(plan: Plan | undefined, days: number | null): number | null {
  const each = plan?.km_included_per_day ?? null;
  return each === null || days === null ? null : Math.min(each, KM_PER_DAY_MAX) * days;
}

/** The price of one unit when the rental lasts so long. */
export function tierOf(plan: Plan | undefined, days: number | null): number | null {
  const tiers = plan?.tiers.filter((one) => one.from_days <= (days ?? 1)) ?? [];
  return tiers.at(-1)?.fen ?? null;
}

export type Wanted = Pick<RecordOf<'rental'>, 'id' | 'assets'> & {
  starts_at: string | null;
  due_at: string | null;
};

/** The agreed rentals that have assets of this one at its time, by number, with those assets; `promised_twice` on the server. */
export function promisedTwice(
  wanted: Wanted,
  rentals: readonly RecordOf<'rental'>[],
): { rental: RecordOf<'rental'>; assets: string[] }[] {
  if (wanted.starts_at === null || wanted.due_at === null) return [];
  const [starts, due] = [Date.parse(wanted.starts_at), Date.parse(wanted.due_at)];
  const held = (state: string | undefined): boolean => state === 'reserved' || state === 'out';
  return rentals
    .filter((one) => one.id !== wanted.id && (one.state === 'approved' || one.state === 'out'))
    .filter((one) => starts < Date.parse(one.due_at) && Date.parse(one.starts_at) < due)
    .map((rental) => ({
      rental,
      assets: Object.keys(wanted.assets).filter(
        (asset) => held(wanted.assets[asset]?.state) && held(rental.assets[asset]?.state),
      ),
    }))
    .filter((one) => one.assets.length > 0)
    .toSorted((a, b) => a.rental.number.localeCompare(b.rental.number));
}

/** They as what whoever promises an asset of theirs had before him: the server asks him for a reason, and need not ask anybody else. */
export function rivalsOf(
  wanted: Wanted,
  rentals: readonly RecordOf<'rental'>[],
): { kind: 'rental'; id: string }[] {
  return promisedTwice(wanted, rentals)
    .slice(0, 50)
    .map((one) => ({ kind: 'rental', id: one.rental.id }));
}

/** Whether somebody looking for a customer with these words, or parts of them, means this one. */
export function isNamed(
  customer: { name: string; name_en?: string; shown_as: string },
  sought: string,
): boolean {
  const own = `${customer.name} ${customer.name_en ?? ''} ${customer.shown_as}`.toLowerCase();
  const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length > 0 && words.every((word) => own.includes(word));
}

/** A customer's name; of a person the label with the masked name. */
export function customerName(
  customer: { name: string; name_en?: string; shown_as: string } | null | undefined,
): string {
  const name = named(customer);
  return customer?.shown_as ? `${customer.shown_as} · ${name}` : name;
}
