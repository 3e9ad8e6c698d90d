/**
 * Conflicts as the pages show them: queue, filter, what the sides say in words. Pure but for the dictionary.
 *
 * Neighbours: `$generated/conflicts` has each rule's sentences, `src/office/conflicts` the page. Invariant: a value this app does not
 * know is shown as it came, never hidden.
 */
import type { RecordOf } from '$core/types';
import { CONFLICT_WORDS } from '$generated/conflicts';
import type { ConflictRule, ConflictSide } from '$generated/types';
import { fmt, isKey, locale, t } from '$i18n/office';
import type { Tone } from '$ui/tones';
import type { OfficeData } from './data.svelte';
import type { ConflictTab } from './router';
import { named, word } from './words';

export type Conflict = RecordOf<'conflict'>;

export const CONFLICT_TONE: Readonly<Record<Conflict['state'], Tone>> = {
  open: 'stop',
  noted: 'info',
  decided: 'ok',
};

/** Open ones first come, first served; the others newest first. */
export function queue(all: readonly Conflict[], open: boolean, rule: string): Conflict[] {
  const found = all.filter((one) => (one.state === 'open') === open && (rule === 'all' || one.rule === rule));
  return found.toSorted((a, b) => (open ? a.at.localeCompare(b.at) : b.at.localeCompare(a.at)));
}

/** Where the page opens from the navigation: where something waits for a word. */
export function tabWithWork(open: number, undecided: number): ConflictTab {
  return open === 0 && undecided > 0 ? 'waiting' : 'open';
}

/** The rules that occur, for the filter. */
export function rulesOf(all: readonly Conflict[]): ConflictRule[] {
  return [...new Set(all.map((one) => one.rule))].toSorted();
}

export function ruleName(rule: string): string {
  return word('rule', rule);
}

/** The rule in words; a newer server's rule by its name. */
export function ruleText(rule: string): string {
  return Object.hasOwn(CONFLICT_WORDS, rule)
    ? CONFLICT_WORDS[rule as ConflictRule].rule[locale.current]
    : ruleName(rule);
}

export interface Said {
  name: string;
  label: string;
  text: string;
  differs: boolean;
}

/** Entries a manager has not settled yet, of a conflict over a revoked right. */
export function refusedEntries(conflict: Conflict): string[] {
  const found: string[] = [];
  for (const side of conflict.sides) {
    const entries = side.values.entries as Record<string, { state: string }> | undefined;
    for (const [id, entry] of Object.entries(entries ?? {})) if (entry.state === 'refused') found.push(id);
  }
  return found;
}

/** What one side says, each value in words, with whether the others say otherwise. */
export function saidBy(side: ConflictSide, conflict: Conflict, data: OfficeData): Said[] {
  const others = conflict.sides.filter((one) => one !== side);
  return Object.entries(side.values)
    .filter(([name, value]) => value !== null && value !== '' && name !== 'damage_id')
    .map(([name, value]) => ({
      name,
      label: labelOf(name, conflict, data),
      text: textOf(name, value, conflict, data),
      differs: others.some(
        (one) => name in one.values && JSON.stringify(one.values[name]) !== JSON.stringify(value),
      ),
    }));
}

function meterOf(name: string, conflict: Conflict, data: OfficeData) {
  const id = name.slice('readings.'.length);
  const pack = conflict.asset_id ? data.pack(conflict.asset_id) : null;
  return pack?.meters.find((meter) => meter.id === id);
}

/** The name of what a conflict differs in, or of a side's value. */
export function labelOf(name: string, conflict: Conflict, data: OfficeData): string {
  if (name.startsWith('readings.')) {
    return meterOf(name, conflict, data)?.[locale.current] ?? name.slice('readings.'.length);
  }
  if (name.startsWith('clause.')) return t('conflict.clause', { n: name.slice('clause.'.length) });
  const own = data.list('gate_rule').current.find((one) => one.code === name)?.[locale.current];
  return own ?? (isKey(`leavingName.${name}`) ? word('leavingName', name) : word('said', name));
}

function textOf(name: string, value: unknown, conflict: Conflict, data: OfficeData): string {
  if (name.startsWith('readings.')) {
    const unit = meterOf(name, conflict, data)?.unit ?? '';
    return `${typeof value === 'number' ? value.toLocaleString('en-US') : String(value)} ${unit}`.trim();
  }
  if (name === 'rental_id') return data.rental.get(String(value))?.number ?? String(value).slice(0, 8);
  if (name === 'starts_at' || name === 'due_at') return fmt.dateTime(String(value), data.zone);
  if (name === 'to' || name === 'custodian_id') return named(data.person.get(String(value)));
  if (name === 'depot_id') return named(data.depots.find((one) => one.id === value));
  if (name === 'entries') return t('conflict.entries', { n: Object.keys(value as object).length });
  if (typeof value === 'boolean') return value ? t('conflict.yes') : t('conflict.no');
  if (Array.isArray(value)) return value.map((one) => word('role', String(one))).join(' · ') || '—';
  if (typeof value === 'object') return Object.keys(value ?? {}).length.toString();
  const group = {
    acceptance: 'acceptance',
    severity: 'acceptance',
    asset_state: 'assetState',
    what: 'taskWas',
  }[name];
  const key = `${group}.${String(value)}`;
  return group !== undefined && isKey(key) ? word(group, String(value)) : String(value);
}
