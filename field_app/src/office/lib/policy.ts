/**
 * The upload gate's policy as the settings show it: what stands, what may be said, whether it differs. Pure.
 *
 * Neighbours: `schemas/actions/organisation.py` (what is recorded), `$core/gate` (what it does on a phone). Invariant: a figure that is
 * not asked for by the chosen policy keeps what it was.
 */
import type { RecordOf } from '$core/types';
import {
  GATE_FILES_HOURS,
  GATE_FILES_HOURS_MAX,
  GATE_GRACE_ENTRIES,
  GATE_GRACE_ENTRIES_MAX,
  GATE_GRACE_HOURS,
  GATE_GRACE_HOURS_MAX,
} from '$generated/limits';

export const GATES = ['strict', 'records', 'grace'] as const;
export type Gate = (typeof GATES)[number];
export const FIGURES = ['grace_hours', 'grace_entries', 'files_hours'] as const;
export type Figure = (typeof FIGURES)[number];

export const FIGURE_MAX: Readonly<Record<Figure, number>> = {
  grace_hours: GATE_GRACE_HOURS_MAX,
  grace_entries: GATE_GRACE_ENTRIES_MAX,
  files_hours: GATE_FILES_HOURS_MAX,
};

/** The figures each policy goes by. */
export const ASKED: Readonly<Record<Gate, readonly Figure[]>> = {
  strict: [],
  records: ['files_hours'],
  grace: ['grace_hours', 'grace_entries'],
};

export interface GateWish {
  gate: Gate;
  /** As typed. */
  figures: Record<Figure, string>;
}

/** What stands; what an older record does not say stands at its default. */
export function wishOf(organisation: Partial<RecordOf<'organisation'>> | undefined): GateWish {
  return {
    gate: organisation?.gate_policy ?? 'strict',
    figures: {
      grace_hours: String(organisation?.grace_hours ?? GATE_GRACE_HOURS),
      grace_entries: String(organisation?.grace_entries ?? GATE_GRACE_ENTRIES),
      files_hours: String(organisation?.files_hours ?? GATE_FILES_HOURS),
    },
  };
}

/** A whole number within its bounds, else null. */
export function figureOf(name: Figure, typed: string): number | null {
  const text = typed.trim();
  const value = Number(text);
  return /^\d{1,5}$/.test(text) && value >= 1 && value <= FIGURE_MAX[name] ? value : null;
}

/** The figures that are asked for and wrong. */
export function wrongIn(wish: GateWish): Figure[] {
  return ASKED[wish.gate].filter((name) => figureOf(name, wish.figures[name]) === null);
}

/** Whether it says something else than what stands, in what the chosen policy goes by. */
export function differs(wish: GateWish, stands: GateWish): boolean {
  return (
    wish.gate !== stands.gate ||
    ASKED[wish.gate].some(
      (name) => figureOf(name, wish.figures[name]) !== figureOf(name, stands.figures[name]),
    )
  );
}

/** What is recorded: the figures that are not asked for stay as they stand. */
export function policyArgs(wish: GateWish, stands: GateWish) {
  const say = (name: Figure): number => {
    const asked = ASKED[wish.gate].includes(name) ? figureOf(name, wish.figures[name]) : null;
    return asked ?? figureOf(name, stands.figures[name]) ?? 1;
  };
  return {
    gate_policy: wish.gate,
    grace_hours: say('grace_hours'),
    grace_entries: say('grace_entries'),
    files_hours: say('files_hours'),
  };
}
