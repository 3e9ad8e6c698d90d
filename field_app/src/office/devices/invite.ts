/** What the enrolment form asks for, and what is still missing in it. Pure. Neighbours: InviteForm.svelte, InviteSheet.svelte. */
import { nextName, VALIDITY_MINUTES } from '../lib/devices';

export interface InviteWish {
  depot: string;
  use: 'shared' | 'person';
  /** A person's id; counts only with `use` person. */
  person: string;
  name: string;
  /** A device's id, or '' for none. */
  replaces: string;
  minutes: number;
}

interface Start {
  depot: string;
  person: string | null;
  replaces: string | null;
  /** Names of the field devices there are. */
  names: readonly string[];
}

export function blankInvite({ depot, person, replaces, names }: Start): InviteWish {
  return {
    depot,
    use: person === null ? 'shared' : 'person',
    person: person ?? '',
    name: nextName(names),
    replaces: replaces ?? '',
    minutes: VALIDITY_MINUTES[0],
  };
}

/** The first thing that is missing; null: it can be made. */
export function missingIn(wish: InviteWish): 'depot' | 'person' | 'name' | null {
  if (wish.depot === '') return 'depot';
  if (wish.use === 'person' && wish.person === '') return 'person';
  return wish.name.trim() === '' ? 'name' : null;
}
