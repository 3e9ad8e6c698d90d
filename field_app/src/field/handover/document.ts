/**
 * The exact document a customer signs: built once from the records, written as canonical JSON, hashed, shown from its bytes.
 *
 * Neighbours: session.svelte.ts builds it at the double confirmation, DocumentView.svelte renders it, the signature entries name
 * its SHA-256. Format `handover-document-v1`: UTF-8 JSON, keys sorted by code unit, no white space, whole numbers, no absent keys.
 * Invariants: the same records give the same bytes; everything shown lies in it; no person's name does (signers travel as private
 * parts; a customer's name stands in it only when the customer is a company).
 */
import type { AcceptanceState, RecordOf } from '$core';
import type { Severity, SizeRange } from '$generated/types';
import type { Lang } from '$i18n/translate';
import { CLOSE, photoOf, WIDE } from './steps';

export interface DocumentReading {
  meter: string;
  label: string;
  unit: string;
  value: number;
  before: number | null;
}

export interface DocumentPhoto {
  id: string;
  slot: string;
  label: string;
  sha256: string;
  at: string;
  how: string;
  source: string;
}

export interface DocumentDamage {
  id: string;
  number: number;
  view: string;
  part: string;
  partLabel: string;
  type: string;
  typeLabel: string;
  severity: Severity;
  /** Chosen by eye. */
  sizeRange: SizeRange | null;
  /** Measured. */
  sizeMm: number | null;
  x: number;
  y: number;
  photos: DocumentPhoto[];
}

export interface DocumentTransfer {
  giver: string;
  receiver: string;
  from: string;
  to: string;
}

export interface HandoverDocument {
  format: 'handover-document-v1';
  language: Lang;
  handover: { id: string; type: string; startedAt: string; confirmedAt: string; zone: string; staff: string };
  organisation: string;
  asset: { id: string; label: string; model: string; serial: string };
  /** Of a transfer alone: whose it was and is, by their ids, and where. */
  transfer?: DocumentTransfer;
  rental: { number: string; customer: string | null; dueAt: string; kmIncluded: number | null } | null;
  text: { id: string; version: string; body: string } | null;
  readings: DocumentReading[];
  photos: DocumentPhoto[];
  waived: { slot: string; label: string; reason: string }[];
  known: { id: string; partLabel: string; typeLabel: string }[];
  damages: DocumentDamage[];
  accessories: { id: string; label: string; state: 'present' | 'missing' | 'damaged'; note: string }[];
  acceptance: AcceptanceState;
}

/** Everything a document is made of. */
export interface DocumentSource {
  language: Lang;
  organisation: { zh: string; en: string };
  handover: RecordOf<'handover'>;
  asset: RecordOf<'asset'>;
  pack: RecordOf<'pack'>;
  rental: RecordOf<'rental'> | null;
  customer: RecordOf<'customer'> | null;
  text: RecordOf<'contract_text'> | null;
  /** Last readings by meter. */
  before: Record<string, number | null>;
  known: RecordOf<'damage'>[];
  damages: RecordOf<'damage'>[];
  acceptance: AcceptanceState;
  confirmedAt: string;
  staff: string;
  partName(damage: RecordOf<'damage'>, lang: Lang): string;
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Canonical JSON: sorted keys, no white space. Throws on what the format has no place for. */
export function canonical(value: unknown): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new RangeError('a document has whole numbers only');
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`a document has no place for a ${typeof value}`);
  const pairs = Object.entries(value as Record<string, Json>).sort(([a], [b]) =>
    a < b ? -1 : a > b ? 1 : 0,
  );
  return `{${pairs.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`;
}

type Named = { id: string; zh: string; en: string };

const nameOf = (items: readonly Named[], id: string, lang: Lang): string =>
  items.find((item) => item.id === id)?.[lang] ?? id;

function photo(id: string, label: string, from: RecordOf<'handover'>['photos'][string]): DocumentPhoto {
  const { slot, sha256, at, how, source } = from;
  return { id, slot, label, sha256, at, how, source };
}

function damageOf(source: DocumentSource, damage: RecordOf<'damage'>, number: number): DocumentDamage {
  const lang = source.language;
  const label: Record<string, Record<Lang, string>> = {
    [WIDE]: { zh: '远景', en: 'wide' },
    [CLOSE]: { zh: '近景', en: 'close' },
  };
  const shots = Object.entries(source.handover.photos)
    .filter(([, shot]) => shot.damage_id === damage.id)
    .sort(([, a], [, b]) => (a.slot === b.slot ? (a.at < b.at ? -1 : 1) : a.slot === WIDE ? -1 : 1));
  return {
    id: damage.id,
    number,
    view: damage.view,
    part: damage.part,
    partLabel: source.partName(damage, lang),
    type: damage.type,
    typeLabel: nameOf(source.pack.damage_types, damage.type, lang),
    severity: damage.severity,
    sizeRange: damage.size_range ?? null,
    sizeMm: damage.size_mm ?? null,
    x: damage.x,
    y: damage.y,
    photos: shots.map(([id, shot]) => photo(id, label[shot.slot]?.[lang] ?? shot.slot, shot)),
  };
}

function rentalOf(source: DocumentSource): HandoverDocument['rental'] {
  const { rental, customer, language } = source;
  if (rental === null) return null;
  const company = customer?.type === 'company' ? customer : null;
  const name = company && language === 'en' && company.name_en !== '' ? company.name_en : company?.name;
  return {
    number: rental.number,
    customer: name ?? null,
    dueAt: rental.due_at,
    kmIncluded: rental.km_included ?? null,
  };
}

function transferOf(handover: RecordOf<'handover'>): DocumentTransfer {
  const { actor_id, receiver_id, from_depot_id, depot_id, to_depot_id } = handover;
  return {
    giver: actor_id,
    receiver: receiver_id ?? '',
    from: from_depot_id ?? depot_id,
    to: to_depot_id ?? depot_id,
  };
}

/** The document. Order of lists: as the pack names them; damages as they were found. */
export function buildDocument(source: DocumentSource): HandoverDocument {
  const { handover, asset, pack, language: lang, text } = source;
  const byFinding = [...source.damages].sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    format: 'handover-document-v1',
    language: lang,
    handover: {
      id: handover.id,
      type: handover.type,
      startedAt: handover.started_at,
      confirmedAt: source.confirmedAt,
      zone: handover.zone,
      staff: source.staff,
    },
    organisation: (lang === 'en' && source.organisation.en) || source.organisation.zh,
    asset: { id: asset.id, label: asset.label, model: asset.model, serial: asset.serial },
    ...(handover.type === 'transfer' ? { transfer: transferOf(handover) } : {}),
    rental: rentalOf(source),
    text: text === null ? null : { id: text.id, version: text.version, body: text[lang] },
    readings: pack.meters.flatMap((meter) => {
      const reading = handover.readings[meter.id];
      if (reading === undefined) return [];
      const before = source.before[meter.id] ?? null;
      return [{ meter: meter.id, label: meter[lang], unit: meter.unit, value: reading.value, before }];
    }),
    photos: pack.slots.flatMap((slot) => {
      const found = photoOf(handover, slot.id);
      return found === undefined ? [] : [photo(found[0], slot[lang], found[1])];
    }),
    waived: pack.slots.flatMap((slot) => {
      const waived = photoOf(handover, slot.id) === undefined ? handover.waived[slot.id] : undefined;
      return waived === undefined ? [] : [{ slot: slot.id, label: slot[lang], reason: waived.reason }];
    }),
    known: [...source.known]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map((each) => ({
        id: each.id,
        partLabel: source.partName(each, lang),
        typeLabel: nameOf(pack.damage_types, each.type, lang),
      })),
    damages: byFinding.map((damage, at) => damageOf(source, damage, at + 1)),
    accessories: pack.accessories.map((item) => {
      const said = handover.accessories[item.id];
      return { id: item.id, label: item[lang], state: said?.state ?? 'present', note: said?.note ?? '' };
    }),
    acceptance: source.acceptance,
  };
}

/** The document's exact text: what is stored, hashed and shown. */
export function documentText(source: DocumentSource): string {
  return canonical(buildDocument(source));
}

/** Reads a stored document back. Throws when it is not one of this format. */
export function readDocument(text: string): HandoverDocument {
  const value: unknown = JSON.parse(text);
  if (
    typeof value !== 'object' ||
    value === null ||
    (value as { format?: unknown }).format !== 'handover-document-v1'
  ) {
    throw new TypeError('not a handover document');
  }
  return value as HandoverDocument;
}

/** SHA-256 of the text's UTF-8 bytes, in hex. Needs a secure page. */
export async function documentHash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
