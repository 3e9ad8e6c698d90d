/**
 * The end of a check-in: the documents made at the double confirmation, and the entries of the two signatures.
 *
 * Neighbours: Review, Pass, CustomerSign and Staff call it; document.ts and sign.ts do the work. Invariant: both signatures name
 * the hash of the very text that was shown.
 */
import type { AcceptanceState, ArgsOf, NewBlob, NewEntry } from '$core';
import type { Lang } from '$i18n/translate';
import type { Stroke } from '$ui/signature';
import { documentHash, documentText } from './document';
import { partLabel } from './parts';
import type { Session } from './session.svelte';
import { signerPart, strokesPart } from './sign';

/** The exact documents in both languages. */
export function documentsOf(
  session: Session,
  acceptance: AcceptanceState,
  confirmedAt: string,
): Record<Lang, string> {
  const status = session.core.status.get();
  const organisation = status.device?.organisation;
  const shared = {
    organisation: { zh: organisation?.name ?? '', en: organisation?.name_en ?? '' },
    handover: session.handover,
    asset: session.asset,
    pack: session.pack,
    rental: session.rental,
    customer: session.customer,
    text: session.text,
    before: Object.fromEntries(session.pack.meters.map((meter) => [meter.id, session.lastReading(meter.id)])),
    known: session.known,
    damages: session.found,
    acceptance,
    confirmedAt,
    staff: status.person?.id ?? session.handover.actor_id,
    partName: (view: string, part: string, lang: Lang) => partLabel(session.pack, view, part, lang),
  };
  return { zh: documentText({ ...shared, language: 'zh' }), en: documentText({ ...shared, language: 'en' }) };
}

/** What was drawn on the pad. */
export interface Drawn {
  strokes: Stroke[];
  image: Blob;
}

export interface Signing {
  party: 'customer' | 'staff';
  decision: ArgsOf<'signature.capture'>['decision'];
  role: ArgsOf<'signature.capture'>['role'];
  authority: NonNullable<ArgsOf<'signature.capture'>['authority']>;
  language: Lang;
  /** The document's exact text in that language. */
  text: string;
  reservations: string[];
  note: string;
  /** The customer's name and phone; travels apart from the entry. */
  signer: { name: string; phone: string } | null;
  drawn: Drawn | null;
}

/** The entry of a signature, or of its refusal or absence. The customer's carries the document itself. */
export async function signatureEntry(session: Session, what: Signing, label: string): Promise<NewEntry> {
  const sha256 = await documentHash(what.text);
  const blobs: NewBlob[] = [];
  const parts: Uint8Array[] = [];
  const args: ArgsOf<'signature.capture'> = {
    handover_id: session.id,
    signature_id: session.core.newId(),
    party: what.party,
    decision: what.decision,
    reservations: what.reservations,
    note: what.note,
    role: what.role,
    authority: what.authority,
    language: what.language,
    document_sha256: sha256,
  };
  if (session.text) args.terms_id = session.text.id;
  if (what.party === 'customer') {
    const bytes = new Blob([what.text], { type: 'application/json' });
    blobs.push({ bytes, type: 'application/json', role: 'document', sha256 });
  }
  if (what.signer !== null) {
    args.signer = parts.push(signerPart(what.signer.name, what.signer.phone)) - 1;
  }
  if (what.drawn !== null) {
    args.strokes = parts.push(strokesPart(what.drawn.strokes)) - 1;
    const image = what.drawn.image;
    args.image_sha256 = await hashOf(image);
    blobs.push({ bytes: image, type: 'image/png', role: 'signature', sha256: args.image_sha256 });
  }
  return { action: 'signature.capture', args, extra: { label: session.label(label), blobs, private: parts } };
}

async function hashOf(blob: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
