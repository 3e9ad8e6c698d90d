/**
 * A handover as a pure state machine: its steps, what is still required, where a person goes on after a break. A check-out and a
 * check-in have the same steps.
 *
 * Neighbours: `session.svelte.ts` keeps the state and writes entries; `server/domain/handovers.py` decides completion with
 * the same required set as `missing`. Invariants: no function here touches the browser or the core; a state read back from
 * the store is never trusted to have a known shape (`readData`).
 */
import type { AcceptanceState, RecordOf, WizardState } from '$core';
import type { HandoverType, Severity, SizeRange } from '$generated/types';
import type { Lang } from '$i18n/translate';
import { FORMER_PHASE, LOCKED_PHASES } from './locked';

export const STEPS = ['meters', 'photos', 'damages', 'accessories', 'review', 'customer', 'staff'] as const;
export type StepId = (typeof STEPS)[number];

/** Where a customer stands: `pass` is the staff's screen; from `given` to `thanks` nothing but this handover can be reached. */
export const PHASES = ['pass', ...LOCKED_PHASES] as const;
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

/** Why something leaves though the gate says stop, and the rules the reason was given for. */
export interface Passed {
  reason: string;
  rules: string[];
}

/** `WizardState.data` of a handover. */
export interface HandoverData {
  /** All handovers that one signature closes, this one among them, in their order; empty: this one alone. */
  group: string[];
  passed: Passed | null;
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

export function emptyData(): HandoverData {
  return {
    group: [],
    passed: null,
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

/** The state a handover begins with; to be stored in the transaction of `handover.start`. */
export function firstState(
  handover: string,
  now: string,
  flow: HandoverType = 'check_in',
  data: Partial<HandoverData> = {},
): WizardState {
  return { handover, flow, step: STEPS[0], data: { ...emptyData(), ...data }, startedAt: now };
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
    phase: from.phase === FORMER_PHASE ? 'read' : (one(from.phase, PHASES) ?? 'pass'),
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

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

function readPassed(value: unknown): Passed | null {
  const reason = isObject(value) ? text(value.reason) : null;
  return isObject(value) && reason !== null ? { reason, rules: texts(value.rules) } : null;
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
export function readData(data: Record<string, unknown>): HandoverData {
  return {
    group: texts(data.group),
    passed: readPassed(data.passed),
    entries: texts(data.entries),
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

/** A meter that is picked as one of eleven levels. */
export const isLevel = (meter: { unit: string; max: number }): boolean =>
  meter.unit === '%' && meter.max === 100;

/** The one number and the one percentage that stand on one screen; null for a pack with other meters. */
export function pairOf<M extends { unit: string; max: number }>(
  meters: readonly M[],
): { number: M; level: M } | null {
  const number = meters.find((meter) => !isLevel(meter));
  const level = meters.find(isLevel);
  return meters.length === 2 && number !== undefined && level !== undefined ? { number, level } : null;
}

/** What the server would refuse a completion for; the same names as its `missing`. */
export function missing(
  pack: Pick<Pack, 'slots' | 'meters'>,
  handover: Captured,
  signers: readonly ('customer' | 'staff')[] = ['customer', 'staff'],
): string[] {
  const slots = new Set([
    ...Object.values(handover.photos).map((photo) => photo.slot),
    ...Object.keys(handover.waived),
  ]);
  const parties = new Set(Object.values(handover.signatures).map((signature) => signature.party));
  return [
    ...pack.slots.filter((slot) => slot.required && !slots.has(slot.id)).map((slot) => `slot:${slot.id}`),
    ...pack.meters.filter((meter) => !(meter.id in handover.readings)).map((meter) => `meter:${meter.id}`),
    ...signers.filter((party) => !parties.has(party)).map((each) => `signature:${each}`),
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

/** What changes of the data with something recorded at a step: what was confirmed of the state before is confirmed anew. */
export function withRecord(step: StepId, data: Partial<HandoverData> = {}): Partial<HandoverData> {
  if (STEPS.indexOf(step) >= STEPS.indexOf('review')) return data;
  return { acceptance: null, firstAt: null, secondAt: null, ...data };
}

/** The first of the two confirmations of a return's state, said where nothing new was found and nothing is missing. */
export function firstConfirmation(acceptance: AcceptanceState, now: string): Partial<HandoverData> {
  return { acceptance, firstAt: now, secondAt: null };
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

/** All entries the handover is made of, in the order they became known, each once. */
export function entriesOf(kept: readonly string[], waiting: readonly string[], handover: Captured): string[] {
  const recorded = [
    ...Object.values(handover.photos),
    ...Object.values(handover.readings),
    ...Object.values(handover.signatures),
  ].map((each) => each.entry);
  return [...new Set([...kept, ...waiting, ...recorded])].filter((id) => id !== '');
}
