/**
 * Who and what a transfer may be of: assets that are here, open depots, colleagues who may take over there. Pure.
 *
 * Neighbours: Transfer.svelte; `server/domain/transfers.py` says what becomes of it. Invariant: nobody transfers to himself.
 */
import type { RecordOf } from '$core';
import { PERMISSIONS } from '$generated/people';
import type { Role } from '$generated/types';

type Asset = RecordOf<'asset'>;
type Person = RecordOf<'person'>;

/** Whether an asset may go with a transfer from this depot. */
export function mayGo(asset: Asset, depot: string): boolean {
  return asset.depot_id === depot && asset.state !== 'out' && asset.state !== 'retired';
}

/** What goes first: the asset asked for, and what leaves together with it. */
export function chosenFirst(asked: Asset, all: readonly Asset[]): string[] {
  const mates = all.filter((one) => one.kit_id === asked.id && mayGo(one, asked.depot_id));
  return [asked.id, ...mates.map((one) => one.id)];
}

/** Whether somebody may take over at a depot. The server asks again. */
export function mayTake(person: Person, depot: string): boolean {
  const table = PERMISSIONS['transfer.start'] ?? {};
  const reaches = person.roles.map((role) => table[role as Role]);
  return reaches.includes('org') || (reaches.includes('depot') && person.depot_ids[depot] === true);
}

/** The colleagues who may take over at a depot, but for the giver; those who work there first. */
export function receivers(people: readonly Person[], depot: string, giver: string): Person[] {
  const here = (one: Person): number => (one.depot_ids[depot] === true ? 0 : 1);
  return people
    .filter((one) => one.active && one.id !== giver && mayTake(one, depot))
    .sort((a, b) => here(a) - here(b) || a.name.localeCompare(b.name, 'zh'));
}
