/**
 * The check-in as a pure state machine: its steps, what is still required, where a person goes on after a break.
 *
 * Neighbours: `session.svelte.ts` keeps the state and writes entries; `server/domain/handovers.py` decides completion with
 * the same required set as `missing`. Invariants: no function here touches the browser or the core; a state read back from
 * the store is never trusted to have a known shape (`readData`).
 */
import type { AcceptanceState, RecordOf, WizardState } from '$core';
import type { Severity, SizeRange } from '$generated/types';
import type { Lang } from '$i18n/translate';

export const STEPS = ['meters', 'photos', 'damages', 'accessories', 'review', 'customer', 'staff'] as const;
export type StepId = (typeof STEPS)[number];

/** Where a customer stands: `pass` is still the staff's screen; from `language` to `thanks` the screen is locked. */
export const PHASES = ['pass', 'language', 'read', 'sign', 'thanks'] as const;
export type Phase = (typeof PHASES)[number];

/** How large a damage looks, smallest first. */
export const SIZE_RANGES: readonly SizeRange[] = ['under_5_cm', '5_to_10_cm', '10_to_30_cm', 'over_30_cm'];

export type Answer = 'agree' | 'object';
export type Decision = 'agree' | 'reservation' | 'refused';

/** A damage pinned on the diagram but not recorded yet. x, y in thousandths of the view. */
export interface DamageDraft {
  damage: string;
  view: string;
  part: string;
  x: number;
  y: number;
  type: string | null;
  severity: Severity | null;
  /** As chosen by eye; null: not said. */
  sizeRange: SizeRange | null;
}

export interface CustomerData {
  phase: Phase;
  lang: Lang;
  /** The exact documents, made when the state was confirmed: what is shown is what is hashed. */
  documents: Record<Lang, string> | null;
  /** Damage id → the customer's answer. */
  answers: Record<string, Answer>;
  decision: Decision | null;
}

/** `WizardState.data` of a check-in. */
export interface CheckinData {
  /** Entries recorded so far; the one that wrote this state comes with the next state. */
  entries: string[];
  meter: string | null;
  slot: string | null;
  draft: DamageDraft | null;
  /** The damage whose wide and close shots are being taken. */
  shooting: string | null;
  acceptance: AcceptanceState | null;
  firstAt: string | null;
  secondAt: string | null;
  customer: CustomerData;
}

type Pack = RecordOf<'pack'>;
type Handover = RecordOf<'handover'>;
type Slots = readonly Pick<Pack['slots'][number], 'id' | 'required'>[];
export type Captured = Pick<Handover, 'photos' | 'waived' | 'readings' | 'signatures'>;

export const WIDE = 'damage_wide';
export const CLOSE = 'damage_close';

export function emptyData(): CheckinData {
  return {
    entries: [],
    meter: null,
    slot: null,
    draft: null,
    shooting: null,
    acceptance: null,
    firstAt: null,
    secondAt: null,
    customer: { phase: 'pass', lang: 'zh', documents: null, answers: {}, decision: null },
  };
}

/** The state a check-in begins with; to be stored in the transaction of `handover.start`. */
export function firstState(handover: string, now: string): WizardState {
  return { handover, flow: 'check_in', step: STEPS[0], data: { ...emptyData() }, startedAt: now };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const one = <T extends string>(value: unknown, of: readonly T[]): T | null =>
  of.find((each) => each === value) ?? null;

function readCustomer(value: unknown): CustomerData {
  const from = isObject(value) ? value : {};
  const documents = isObject(from.documents) ? from.documents : {};
  const zh = text(documents.zh);
  const en = text(documents.en);
  const answers = isObject(from.answers) ? from.answers : {};
  return {
    phase: one(from.phase, PHASES) ?? 'pass',
    lang: one(from.lang, ['zh', 'en']) ?? 'zh',
    documents: zh !== null && en !== null ? { zh, en } : null,
    answers: Object.fromEntries(
      Object.entries(answers).flatMap(([id, answer]) => {
        const known = one(answer, ['agree', 'object']);
        return known === null ? [] : [[id, known]];
      }),
    ),
    decision: one(from.decision, ['agree', 'reservation', 'refused']),
  };
}

function readDraft(value: unknown): DamageDraft | null {
  if (!isObject(value)) return null;
  const { damage, view, part, x, y } = value;
  if (typeof damage !== 'string' || typeof view !== 'string' || typeof part !== 'string') return null;
  if (typeof x !== 'number' || typeof y !== 'number') return null;
  return {
    damage,
    view,
    part,
    x,
    y,
    type: text(value.type),
    severity: one(value.severity, ['minor_damage', 'severe_damage']),
    sizeRange: one(value.sizeRange, SIZE_RANGES),
  };
}

/** The data of a stored state, whatever wrote it: unknown or damaged parts fall back to their beginnings. */
export function readData(data: Record<string, unknown>): CheckinData {
  const entries = Array.isArray(data.entries) ? data.entries : [];
  return {
    entries: entries.filter((id): id is string => typeof id === 'string'),
    meter: text(data.meter),
    slot: text(data.slot),
    draft: readDraft(data.draft),
    shooting: text(data.shooting),
    acceptance: one(data.acceptance, ['intact', 'minor_damage', 'severe_damage']),
    firstAt: text(data.firstAt),
    secondAt: text(data.secondAt),
    customer: readCustomer(data.customer),
  };
}

export function stepOf(state: WizardState): StepId {
  return one(state.step, STEPS) ?? STEPS[0];
}

export function after(step: StepId): StepId {
  return STEPS[Math.min(STEPS.length - 1, STEPS.indexOf(step) + 1)] ?? step;
}

/** The step before, or null at the first one and after the double confirmation, which is not walked back by accident. */
export function before(step: StepId): StepId | null {
  const at = STEPS.indexOf(step);
  return at <= 0 || at > STEPS.indexOf('review') ? null : (STEPS[at - 1] ?? null);
}

/** The newest photo of a slot that does not belong to a damage: [photo id, photo]. */
export function photoOf(handover: Pick<Handover, 'photos'>, slot: string) {
  return Object.entries(handover.photos)
    .filter(([, photo]) => photo.slot === slot && !photo.damage_id)
    .sort(([, a], [, b]) => (a.at < b.at ? 1 : -1))[0];
}

/** Slots that are photographed or waived. */
export function doneSlots(handover: Pick<Handover, 'photos' | 'waived'>): Set<string> {
  const shot = Object.values(handover.photos).filter((photo) => !photo.damage_id);
  return new Set([...shot.map((photo) => photo.slot), ...Object.keys(handover.waived)]);
}

/** The slot to shoot after `at`: the next open one in the list's order, else the first open one, else null. */
export function nextSlot(slots: Slots, done: ReadonlySet<string>, at: string | null): string | null {
  const from = slots.findIndex((slot) => slot.id === at) + 1;
  const order = [...slots.slice(from), ...slots.slice(0, from)];
  return order.find((slot) => !done.has(slot.id))?.id ?? null;
}

/** The meter to read after `at`; null when none is left. */
export function nextMeter(meters: readonly { id: string }[], at: string | null): string | null {
  return meters[meters.findIndex((meter) => meter.id === at) + 1]?.id ?? null;
}

/** What the server would refuse a completion for; the same names as its `missing`. */
export function missing(pack: Pick<Pack, 'slots' | 'meters'>, handover: Captured): string[] {
  const slots = new Set([
    ...Object.values(handover.photos).map((photo) => photo.slot),
    ...Object.keys(handover.waived),
  ]);
  const parties = new Set(Object.values(handover.signatures).map((signature) => signature.party));
  return [
    ...pack.slots.filter((slot) => slot.required && !slots.has(slot.id)).map((slot) => `slot:${slot.id}`),
    ...pack.meters.filter((meter) => !(meter.id in handover.readings)).map((meter) => `meter:${meter.id}`),
    ...(['customer', 'staff'] as const)
      .filter((party) => !parties.has(party))
      .map((each) => `signature:${each}`),
  ];
}

/** The step that supplies the first missing thing before the signatures; null when nothing of them is missing. */
export function stepFor(gaps: readonly string[]): StepId | null {
  if (gaps.some((gap) => gap.startsWith('meter:'))) return 'meters';
  return gaps.some((gap) => gap.startsWith('slot:')) ? 'photos' : null;
}

/** Where to go on: never further than what is recorded allows, so that a state and its records cannot contradict. */
export function resume(state: WizardState, pack: Pick<Pack, 'slots' | 'meters'>, handover: Captured): StepId {
  const step = stepOf(state);
  const data = readData(state.data);
  const signed = Object.values(handover.signatures).some((signature) => signature.party === 'customer');
  const at = STEPS.indexOf(step);
  if (at <= STEPS.indexOf('photos')) return step;
  const needed = stepFor(missing(pack, handover));
  if (needed !== null) return needed;
  if (at <= STEPS.indexOf('review')) return step;
  if (data.acceptance === null || data.secondAt === null || data.customer.documents === null) return 'review';
  return step === 'staff' && !signed ? 'customer' : step;
}

/** The acceptance state that the new damages suggest. */
export function suggested(damages: readonly { severity: Severity }[]): AcceptanceState {
  if (damages.some((damage) => damage.severity === 'severe_damage')) return 'severe_damage';
  return damages.length > 0 ? 'minor_damage' : 'intact';
}

/** The decisions a customer may take with these answers: nobody agrees to all while objecting to one. */
export function decisions(damages: readonly string[], answers: Record<string, Answer>): Decision[] {
  const objected = damages.some((id) => answers[id] === 'object');
  return objected ? ['reservation', 'refused'] : ['agree', 'reservation', 'refused'];
}

/** True when every new damage has an answer. */
export function allAnswered(damages: readonly string[], answers: Record<string, Answer>): boolean {
  return damages.every((id) => answers[id] !== undefined);
}

/** True while a customer holds the device: nothing but this handover may be shown. */
export function isLocked(state: WizardState): boolean {
  return stepOf(state) === 'customer' && readData(state.data).customer.phase !== 'pass';
}

/** The handover whose customer mode the app must return to after a reload; null when there is none. */
export function lockedHandover(states: readonly WizardState[]): string | null {
  return states.find((state) => state.flow === 'check_in' && isLocked(state))?.handover ?? null;
}

/** All entries the check-in is made of, in the order they became known, each once. */
export function entriesOf(kept: readonly string[], waiting: readonly string[], handover: Captured): string[] {
  const recorded = [
    ...Object.values(handover.photos),
    ...Object.values(handover.readings),
    ...Object.values(handover.signatures),
  ].map((each) => each.entry);
  return [...new Set([...kept, ...waiting, ...recorded])].filter((id) => id !== '');
}
