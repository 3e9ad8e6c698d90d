/**
 * How large a damage is, as it was found out: a range chosen by eye, or millimetres somebody measured. Never one for the other.
 *
 * Neighbours: the check-in's damage screens, its document, the asset page; `schemas/actions/damages.py` has the same two fields.
 */
import { tcIn } from '$i18n/common';
import type { Lang } from '$i18n/translate';
import type { SizeRange } from '../generated/types';

/** The size in words; null when nobody said one. A measured size outranks a range. */
export function sizeText(
  range: SizeRange | null | undefined,
  mm: number | null | undefined,
  lang: Lang,
): string | null {
  if (typeof mm === 'number') return tcIn(lang, 'sizeMeasured.mm', { mm });
  return range ? tcIn(lang, `sizeRange.${range}`) : null;
}
