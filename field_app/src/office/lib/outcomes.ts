/**
 * What became of this browser's own entries, where it is not simply that they took effect: whoever lost is told.
 *
 * Neighbours: the records `outcome` of this device's own bucket; OwnOutcomes.svelte shows them until they are put away. Invariants: an
 * outcome that changes is shown again; one this app has no words for is shown by its code.
 */
import { lossesOf } from '$core/losses';
import type { RecordOf } from '$core/types';
import { CONFLICT_WORDS } from '$generated/conflicts';
import { ERROR_MESSAGES } from '$generated/errors';
import { MACHINES, type MachineName } from '$generated/states';
import type { ConflictRule, ErrorCode } from '$generated/types';
import { fmt, locale, t } from '$i18n/office';
import { by, type Names } from './incidents';
import { stateWord, stepWord } from './steps';
import { word } from './words';

export type Outcome = RecordOf<'outcome'>;

const KEY = 'handover.office.putAway';
const KEPT_MAX = 500;

function ruleOf(outcome: Outcome): ConflictRule | null {
  const { rule } = outcome.detail;
  return typeof rule === 'string' && Object.hasOwn(CONFLICT_WORDS, rule) ? (rule as ConflictRule) : null;
}

/** One outcome as it stands now: another state or reason is something new to be told. */
export function keyOf(outcome: Outcome): string {
  return [
    outcome.id,
    outcome.state,
    outcome.code ?? '',
    ruleOf(outcome) ?? '',
    outcome.detail.rejected ? 'rejected' : '',
    ...lossesOf(outcome.detail).map((one) => `${one.id}/${one.field}/${one.item ?? ''}/${one.at ?? ''}`),
  ].join(' ');
}

/** Those a person must be told of and has not put away, the newest first. What waits to be judged is told by the truth line. */
export function toTell(outcomes: readonly Outcome[], putAway: ReadonlySet<string>): Outcome[] {
  return outcomes
    .filter((one) => (one.state !== 'applied' && one.state !== 'held') || ruleOf(one) !== null)
    .filter((one) => !putAway.has(keyOf(one)))
    .toSorted((a, b) => b.epoch - a.epoch || b.seq - a.seq);
}

/** Why, what is safe, what to do. */
export function reasonOf(outcome: Outcome, names: Names): string {
  const rule = ruleOf(outcome);
  if (rule !== null) return CONFLICT_WORDS[rule].told[locale.current];
  const { code } = outcome;
  if (code === null) return '';
  if (code === 'incident_closed') return closedBefore(outcome, names);
  if (outcome.detail.rejected) return rejectedBy(outcome, names);
  const step = refusedStep(outcome);
  if (step !== null) return step;
  return Object.hasOwn(ERROR_MESSAGES, code) ? ERROR_MESSAGES[code as ErrorCode][locale.current] : code;
}

/** Who had closed the incident before, and when; by itself where nobody did. */
function closedBefore({ detail }: Outcome, names: Names): string {
  const when = typeof detail.closed_at === 'string' ? fmt.dateTime(detail.closed_at, names.zone, true) : '—';
  if (detail.closed_by === null) return t('own.incidentEnded', { when });
  return t('own.incidentClosed', { who: by(detail.closed_by, names), when });
}

/** Which step of a state machine was refused: what is legal now instead, or what is missing; null for anything else. */
function refusedStep({ code, detail }: Outcome): string | null {
  const { machine, state, step, legal, missing } = detail as Record<string, unknown>;
  if (typeof step !== 'string') return null;
  const known = typeof machine === 'string' && machine in MACHINES ? (machine as MachineName) : null;
  const named = known === null ? word('plainStep', step) : stepWord(known, step);
  const list = (words: string[]): string => words.join(locale.current === 'zh' ? '、' : ', ');
  if (code === 'step_not_ready' && Array.isArray(missing)) {
    return t('step.lacking', { step: named, missing: list(missing.map((one) => word('lack', String(one)))) });
  }
  if (code !== 'state_illegal' || known === null || !Array.isArray(legal)) return null;
  const now = legal.map((one) => stepWord(known, String(one)));
  return t('step.refused', {
    step: named,
    state: stateWord(known, String(state)),
    legal: now.length > 0 ? list(now) : t('step.nothing'),
  });
}

/** Which manager left it refused, when and why. */
function rejectedBy({ detail }: Outcome, names: Names): string {
  const said = detail.rejected as { by: string; at: string; reason: string };
  const when = fmt.dateTime(said.at, names.zone, true);
  return t('own.rejected', { who: by(said.by, names), when, reason: said.reason });
}

/** What was put away in this browser; empty where storage is forbidden. */
export function readPutAway(): Set<string> {
  try {
    const said: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return new Set(Array.isArray(said) ? said.filter((one) => typeof one === 'string') : []);
  } catch {
    return new Set();
  }
}

/** Keeps the newest; where storage is forbidden it lasts as long as the page. */
export function keepPutAway(keys: ReadonlySet<string>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([...keys].slice(-KEPT_MAX)));
  } catch {
    // Told again after the next start: once too often, never too seldom.
  }
}
