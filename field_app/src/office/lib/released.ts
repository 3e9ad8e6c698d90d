/**
 * Numbers a manager gave up, in words: by whom, when, why.
 *
 * Neighbours: the proof (`server/proof.py`) names what is still missing of them, the record `released_gap` who said so. Invariant: a
 * number the proof names is said even while the record that explains it is not here.
 */
import type { RecordOf } from '$core/types';
import type { HandoverProof } from '$generated/types';
import { fmt, t } from '$i18n/office';
import { rangesText } from './devices';
import type { Names } from './incidents';
import { named } from './words';

type ReleasedGap = RecordOf<'released_gap'>;

/** How many numbers were given up and are still missing. */
export function releasedCount(proof: Pick<HandoverProof, 'released'>): number {
  return proof.released.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** A sentence for each run of numbers. */
export function releasedLines(
  proof: Pick<HandoverProof, 'released' | 'device'>,
  gaps: readonly ReleasedGap[],
  names: Names,
): string[] {
  const said = gaps.filter((one) => one.device_id === proof.device).flatMap((one) => one.gaps);
  return proof.released.map(([first, last]) => {
    const by = said.find((one) => Number(one.first) <= first && Number(one.last) >= last);
    if (!by) return t('proof.releasedPlain', { numbers: rangesText([[first, last]]) });
    const who = named(names.person.get(String(by.by)));
    const words = { who, when: fmt.dateTime(String(by.at), names.zone, true), reason: String(by.reason) };
    return first === last
      ? t('proof.releasedOne', { n: first, ...words })
      : t('proof.released', { first, last, ...words });
  });
}
