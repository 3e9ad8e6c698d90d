/**
 * What the gate said, in the reader's words: the rule's own sentence with what it names. Pure but for the language.
 *
 * Neighbours: `$core/leaving` (what is said), `GateVerdict.svelte` (where it stands). Invariant: a reason whose rule is not known
 * here, since the server has newer ones, is still said, by its code.
 */
import type { Rule } from '$core/leaving';
import type { GateReason, Pack } from '$generated/types';
import { tc } from '$i18n/common';
import { fmt } from '$i18n/fmt';
import { locale } from '$i18n/locale.svelte';
import { fill, type ParamValue } from '$i18n/translate';

type Names = Pick<Pack, 'accessories' | 'meters'> | null;

/** The sentence of one reason. `pack` gives accessories and meters their names. */
export function sentenceOf(reason: GateReason, rules: readonly Rule[], pack: Names, zone: string): string {
  const rule = rules.find((one) => one.code === reason.rule);
  const said = fill(rule?.[locale.current] ?? reason.rule, paramsOf(reason, pack, zone), locale.current);
  return reason.params.unknown === true ? tc('leaving.unknown', { said }) : said;
}

function paramsOf({ params }: GateReason, pack: Names, zone: string): Record<string, ParamValue> {
  const items = Array.isArray(params.items) ? params.items.map(String) : [];
  const shown: Record<string, ParamValue> = { n: items.length };
  shown.items = items.map((id) => nameOf(id, pack)).join(locale.current === 'zh' ? '、' : ', ');
  for (const name of ['value', 'figure'] as const) {
    const value = params[name];
    if (typeof value === 'number' || typeof value === 'string') shown[name] = value;
  }
  // Without a moment the brackets around it would be left standing.
  shown.at = typeof params.at === 'string' ? fmt.date(params.at, zone) : '—';
  return shown;
}

function nameOf(id: string, pack: Names): string {
  const known = [...(pack?.accessories ?? []), ...(pack?.meters ?? [])].find((one) => one.id === id);
  return known ? known[locale.current] : id;
}
