/**
 * A person in the form: what was there, what was typed, and what of it changes. Pure.
 *
 * Neighbours: PersonForm.svelte, `schemas/actions/people.py`. Invariant: only what differs is said, so that two who change different
 * things of one person both do.
 */
import type { ArgsOf, RecordOf } from '$core/types';
import type { Role } from '$generated/types';

type Person = RecordOf<'person'>;

/** What anybody may be made; the system's rights are nobody's. */
export const ROLES: readonly Role[] = [
  'technician',
  'driver',
  'service_desk',
  'operations',
  'finance',
  'manager',
  'administrator',
];

export interface PersonWish {
  name: string;
  nameEn: string;
  roles: string[];
  depots: string[];
}

export const worksAt = (person: Person): string[] =>
  Object.keys(person.depot_ids).filter((depot) => person.depot_ids[depot]);

export function wishOf(person: Person | null): PersonWish {
  if (!person) return { name: '', nameEn: '', roles: [], depots: [] };
  return {
    name: person.name,
    nameEn: person.name_en ?? '',
    roles: [...person.roles],
    depots: worksAt(person),
  };
}

/** What is still missing. */
export function wrongIn(wish: PersonWish): ('name' | 'roles')[] {
  return [
    ...(wish.name.trim() === '' ? (['name'] as const) : []),
    ...(wish.roles.length === 0 ? (['roles'] as const) : []),
  ];
}

/** The arguments of `person.edit` beside the id; null when nothing differs. */
export function changesOf(person: Person, wish: PersonWish): Omit<ArgsOf<'person.edit'>, 'person_id'> | null {
  const before = wishOf(person);
  const said: Omit<ArgsOf<'person.edit'>, 'person_id'> = {};
  if (wish.name.trim() !== before.name) said.name = wish.name.trim();
  if (wish.nameEn.trim() !== before.nameEn) said.name_en = wish.nameEn.trim();
  if (!same(wish.roles, before.roles)) said.roles = ROLES.filter((role) => wish.roles.includes(role));
  const depots: Record<string, true | null> = {};
  for (const depot of wish.depots) if (!before.depots.includes(depot)) depots[depot] = true;
  for (const depot of before.depots) if (!wish.depots.includes(depot)) depots[depot] = null;
  if (Object.keys(depots).length > 0) said.depots = depots;
  return Object.keys(said).length > 0 ? said : null;
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each) => other.includes(each));
}
