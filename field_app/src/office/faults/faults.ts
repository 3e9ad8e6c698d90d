/** Faults as the page shows them: grouped by asset, newest first. Pure. Neighbour: Faults.svelte. */
import type { RecordOf } from '$core/types';
import type { Tone } from '$ui/tones';

export type Fault = RecordOf<'fault'>;
export type Which = 'open' | 'planned' | 'closed';

export const GUESS_TONE: Readonly<Record<Fault['guess'], Tone>> = {
  usable: 'info',
  unsure: 'warn',
  unusable: 'stop',
};

/** Which list a fault stands in. */
export function listOf(fault: Fault): Which {
  return fault.state === 'open' || fault.state === 'planned' ? fault.state : 'closed';
}

/** What is wrong, as it was said: a colleague's words, or what the customer wrote. '' once that is deleted. */
export function saidOf(fault: Fault, words: ReadonlyMap<string, string>): string {
  return fault.what === '' ? (words.get(fault.id) ?? '') : fault.what;
}

/** When a fault came to its list: was reported, or was closed. */
function momentOf(fault: Fault): string {
  return listOf(fault) === 'closed' ? String(fault.closed.at ?? fault.reported_at) : fault.reported_at;
}

/** The faults of one list, the newest first, whose words (`wordsOf`) have everything that is looked for. */
export function chosen(
  all: readonly Fault[],
  which: Which,
  text = '',
  wordsOf: (fault: Fault) => string = (fault) => fault.what,
): Fault[] {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (fault: Fault) => {
    const words = wordsOf(fault).toLowerCase();
    return wanted.every((one) => words.includes(one));
  };
  return all
    .filter((one) => listOf(one) === which && has(one))
    .toSorted((a, b) => momentOf(b).localeCompare(momentOf(a)));
}

/** Faults by asset, in the order they come. */
export function byAsset(faults: readonly Fault[]): { asset: string; faults: Fault[] }[] {
  const found = new Map<string, Fault[]>();
  for (const one of faults) found.set(one.asset_id, [...(found.get(one.asset_id) ?? []), one]);
  return [...found].map(([asset, those]) => ({ asset, faults: those }));
}
