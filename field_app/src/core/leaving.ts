/**
 * May it leave? The rules of the gate (交接门) over what this device knows of asset, rental, customer and damages. Pure.
 *
 * Neighbours: `server/domain/rules/gate.py` is the same in Python (`tests/vectors/gate.json` holds both equal), `$generated/gate` the
 * shipped rules; `gate.ts` beside this is another gate: that of unsent work. Invariants: what is not known stops nothing, it warns
 * where a rule asks for it · no rule is code.
 */
import { SHIPPED_RULES } from '../generated/gate';
import type {
  GateCondition,
  GatePath,
  GateReason,
  GateRule,
  GateWord,
  ShippedRule,
} from '../generated/types';
import { derivedId } from './ids';

/** A rule as it stands: shipped, with what the organisation has changed. */
export interface Rule extends ShippedRule {
  active: boolean;
}

/** What the rules read. Absent fields and records are what is not known. Times are UTC ISO. */
export interface LeavingFacts {
  asset: Fields<
    | 'state'
    | 'locked'
    | 'inspection_due_at'
    | 'service_due_at'
    | 'battery_health_pct'
    | 'odometer_km'
    | 'service_due_km'
    | 'service_due_hours'
    | 'readings'
    | 'accessories_missing'
    | 'depot_id'
    | 'kit_members'
  >;
  rental: Fields<
    'id' | 'state' | 'deposit_ok' | 'insurance_ok' | 'insured_until' | 'due_at' | 'assets'
  > | null;
  customer: Fields<'blocked' | 'tier'> | null;
  /** The asset's damages. */
  damages: readonly { id: string; state: string; severity: string; clustered_with?: string | null }[];
  /** Meter → the least it must show to leave. */
  limits?: Readonly<Record<string, number>>;
  /** Meter → what it shows now. */
  readings?: Readonly<Record<string, number>>;
  /** The kit it belongs to, if it is known. */
  kit?: Fields<'id' | 'label' | 'state'> | null;
  /** Of a kit: those of its members that are known. */
  members?: readonly Member[];
}

type Member = Fields<'id' | 'label' | 'state' | 'locked' | 'depot_id' | 'rental_id'>;
type Rental = LeavingFacts['rental'];

type Fields<K extends string> = { readonly [P in K]?: unknown };
type Params = Record<string, unknown>;
type Facts = Partial<Record<GatePath, unknown>>;

/** Path of a rule → the meter it reads, and where the reading at which the service is due stands. */
const SERVICE = [
  ['asset.service_km', 'odometer', 'service_due_km'],
  ['asset.service_hours', 'hours', 'service_due_hours'],
] as const;
const WAITS: readonly string[] = ['draft', 'approved', 'out'];
const DAY_MS = 24 * 3600 * 1000;
const UNKNOWN: Params = Object.freeze({ unknown: true });
const FIELDS = {
  customer: ['blocked', 'tier'],
  rental: ['state', 'deposit_ok', 'insurance_ok', 'insured_until', 'due_at'],
  asset: ['state', 'locked', 'inspection_due_at', 'service_due_at', 'battery_health_pct', 'odometer_km'],
} as const;

/** The id of a rule's record; `server/domain/gates.py:rule_id` makes the same. */
export function ruleId(organisation: string, code: string): string {
  return derivedId('gate-rule', organisation, code);
}

/** The shipped rules with what the organisation has changed, in their order, then its own rules by code. */
export function rulesInForce(records: readonly Omit<GateRule, 'id'>[]): Rule[] {
  const changed = new Map(records.map((record) => [record.code, record]));
  const rules = SHIPPED_RULES.map((rule) => over(rule, changed.get(rule.code)));
  for (const rule of SHIPPED_RULES) changed.delete(rule.code);
  const own = [...changed.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
  return [
    ...rules,
    ...own.map((record) =>
      over(
        {
          code: record.code,
          when: [],
          level: 'warn',
          figure: null,
          zh: record.code,
          en: record.code,
          passable: false,
        },
        record,
      ),
    ),
  ];
}

function over(rule: ShippedRule, record: Omit<GateRule, 'id'> | undefined): Rule {
  return {
    code: rule.code,
    when: record?.when ?? rule.when,
    level: record?.level ?? rule.level,
    active: record?.active ?? true,
    figure: record?.figure ?? rule.figure,
    zh: record?.zh ?? rule.zh,
    en: record?.en ?? rule.en,
    passable: record?.passable ?? rule.passable,
  };
}

/** What the gate says of leaving at `now`, in the order of the rules. */
export function mayLeave(known: LeavingFacts, rules: readonly Rule[], now: string): GateWord {
  const facts = factsOf(known);
  const nowMs = Date.parse(now);
  const reasons = rules
    .filter((rule) => rule.active)
    .map((rule) => reasonOf(rule, facts, nowMs))
    .filter((reason) => reason !== null);
  const stops = reasons.some((reason) => reason.level === 'stop');
  return { verdict: stops ? 'stop' : reasons.length > 0 ? 'warn' : 'go', reasons };
}

function factsOf(all: LeavingFacts): Facts {
  const { asset, rental, customer, damages, limits = {}, readings = {}, kit = null, members = [] } = all;
  const facts: Record<string, unknown> = {};
  const known = { customer, rental, asset };
  for (const kind of ['customer', 'rental', 'asset'] as const) {
    const record = known[kind] as Record<string, unknown> | null;
    for (const name of record ? FIELDS[kind] : []) facts[`${kind}.${name}`] = record?.[name] ?? null;
  }
  const standing = damages.filter((damage) => damage.state === 'open' && !damage.clustered_with);
  facts['damages.open'] = standing.map((damage) => damage.id).sort();
  facts['damages.severe'] = standing
    .filter((damage) => damage.severity === 'severe_damage')
    .map((damage) => damage.id)
    .sort();
  facts['asset.accessories_missing'] = Object.keys(asset.accessories_missing ?? {}).sort();
  for (const [path, meter, due] of SERVICE) facts[path] = againstDue(asset, meter, due, readings);
  facts['meters.low'] = Object.entries(limits)
    .filter(([meter, least]) => (readings[meter] ?? least) < least)
    .map(([meter]) => meter)
    .sort();
  facts['asset.kit_missing'] = kitMissing(asset, rental, members);
  facts['asset.kit_alone'] = kitAlone(rental, kit);
  return facts;
}

/** What is known of a meter; null when nobody has read it. `server/domain/rules/service.py` says the same. */
export function shownBy(
  asset: { readonly readings?: unknown; readonly odometer_km?: unknown },
  meter: string,
): number | null {
  const readings = (asset.readings ?? {}) as Readonly<Record<string, { value?: number } | undefined>>;
  const read = readings[meter]?.value ?? null;
  return meter === 'odometer' ? Math.max(Number(asset.odometer_km ?? 0), read ?? 0) : read;
}

/** What a meter shows and at what its service is due; null when either is not known. */
function againstDue(
  asset: LeavingFacts['asset'],
  meter: string,
  due: 'service_due_km' | 'service_due_hours',
  readings: Readonly<Record<string, number>>,
): { value: number; due: number } | null {
  const at = asset[due];
  const shown = [shownBy(asset, meter), readings[meter]].filter((one) => one != null);
  return shown.length > 0 && typeof at === 'number' ? { value: Math.max(...shown), due: at } : null;
}

/** Labels of the members that do not leave with this kit: not here, not fit to leave, or not on the rental. */
function kitMissing(asset: LeavingFacts['asset'], rental: Rental, members: readonly Member[]): string[] {
  const named = (asset.kit_members ?? {}) as Readonly<Record<string, { label?: string }>>;
  const known = new Map(members.map((one) => [one.id, one]));
  return Object.keys(named)
    .sort()
    .filter((id) => !goesAlong(asset, rental, id, known.get(id)))
    .map((id) => String(known.get(id)?.label ?? named[id]?.label ?? ''));
}

function goesAlong(
  kit: LeavingFacts['asset'],
  rental: Rental,
  id: string,
  member: Member | undefined,
): boolean {
  if (!member || member.locked || member.depot_id !== kit.depot_id) return false;
  if (member.state === 'blocked' || member.state === 'retired') return false;
  if (!rental) return member.state !== 'out';
  return leavesOn(rental, id) && (member.state !== 'out' || member.rental_id === rental.id);
}

/** The kit's label, when a member leaves on a rental without it. */
function kitAlone(rental: Rental, kit: LeavingFacts['kit']): string[] {
  if (!kit || !rental || kit.state === 'retired' || leavesOn(rental, String(kit.id))) return [];
  return [String(kit.label)];
}

function leavesOn(rental: NonNullable<Rental>, asset: string): boolean {
  const line = ((rental.assets ?? {}) as Readonly<Record<string, { state?: string }>>)[asset];
  return line?.state === 'reserved' || line?.state === 'out';
}

/** The assets the rules want beside one: its kit and, of a kit, its members. */
export function kitOf<A extends { id: string; kit_id: string | null; kit_members?: object }>(
  asset: A,
  assetOf: (id: string) => A | null | undefined,
): { kit: A | null; members: A[] } {
  const members = Object.keys(asset.kit_members ?? {}).map(assetOf);
  return {
    kit: asset.kit_id === null ? null : (assetOf(asset.kit_id) ?? null),
    members: members.filter((one) => one != null),
  };
}

/** Why this rule fires, by the first of its conditions that does; a known fact speaks before an unknown one. */
function reasonOf(rule: Rule, facts: Facts, nowMs: number): GateReason | null {
  const found = rule.when
    .filter((one) => one.path in facts)
    .map((one) => fires(one, facts[one.path], rule.figure, nowMs))
    .filter((params) => params !== null);
  const sure = found.find((params) => params !== UNKNOWN);
  if (sure) return { rule: rule.code, level: rule.level, params: sure };
  return found.length > 0 ? { rule: rule.code, level: 'warn', params: { ...UNKNOWN } } : null;
}

function fires(
  condition: GateCondition,
  value: unknown,
  figure: number | null,
  nowMs: number,
): Params | null {
  const { test, values } = condition;
  if (value === null || value === undefined) return test === 'is_false' ? UNKNOWN : null;
  if (test === 'is_true' || test === 'is_false') return value === (test === 'is_true') ? {} : null;
  if (test === 'in') return values.includes(String(value)) ? { value } : null;
  if (test === 'any') return Array.isArray(value) && value.length > 0 ? { items: value } : null;
  if (test === 'past') {
    return Date.parse(String(value)) < nowMs + (figure ?? 0) * DAY_MS ? { at: value } : null;
  }
  if (test === 'reached') {
    const { value: shown, due } = value as { value: number; due: number };
    return shown + (figure ?? 0) >= due ? { value: shown, figure: due } : null;
  }
  if (figure === null || typeof value !== 'number') return null;
  return (test === 'below' ? value < figure : value > figure) ? { value, figure } : null;
}

/** The rental an asset waits to leave on: of those that still hold it reserved the first to start; what is cancelled or over holds nothing. */
export function rentalToLeaveOn<
  R extends { state: string; starts_at: string; assets: Readonly<Record<string, { state: string }>> },
>(asset: string, rentals: readonly R[]): R | null {
  const waiting = rentals
    .filter((one) => one.assets[asset]?.state === 'reserved' && WAITS.includes(one.state))
    .sort((a, b) => a.starts_at.localeCompare(b.starts_at));
  return waiting.find((one) => one.state !== 'draft') ?? waiting[0] ?? null;
}
