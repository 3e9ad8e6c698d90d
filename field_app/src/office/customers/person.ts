/**
 * What identifies a person, as the bytes of a private part: {"name", "phone"?, "email"?}. Pure.
 *
 * Neighbour: `server/domain/customers.py` reads it. Invariant: it never stands in an entry's arguments.
 */
export interface PersonPart {
  name: string;
  phone: string;
  email: string;
}

export function personPart(person: PersonPart): Uint8Array {
  const given = Object.entries(person)
    .map(([key, value]) => [key, value.trim()] as const)
    .filter(([, value]) => value !== '');
  return new TextEncoder().encode(JSON.stringify(Object.fromEntries(given)));
}
