/**
 * The end of a handover: the documents made when the state is confirmed, and the entries of the two signatures. One signature under
 * several assets is an entry on each of their handovers, with the same strokes under the same document.
 *
 * Neighbours: Review, Pass, SignHere, CustomerSign and Staff call it; document.ts and sign.ts do the work. Invariant: both signatures name
 * the hash of the very text that was shown.
 */
import type { AcceptanceState, ArgsOf, NewBlob, NewEntry, RecordOf } from '$core';
import type { Lang } from '$i18n/translate';
import type { Stroke } from '$ui/signature';
import { documentHash, documentText } from './document';
import { joined } from './group';
import { partLabel } from './parts';
import type { Part, Session } from './session.svelte';
import { signerPart, strokesPart } from './sign';
import { onBehalf } from './signers';
import { missing } from './steps';
import { t } from './words';

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
    partName: (damage: RecordOf<'damage'>, lang: Lang) => partLabel(session.pack, damage, lang),
  };
  return { zh: documentText({ ...shared, language: 'zh' }), en: documentText({ ...shared, language: 'en' }) };
}

/** The exact text that is signed in a language: of one asset, or of all that this signature closes. Null while one is not confirmed. */
export function signedText(session: Session, lang: Lang): string | null {
  const texts = session.members.map((one) => one.data.customer.documents?.[lang] ?? null);
  const whole = texts.filter((text) => text !== null);
  return whole.length === texts.length ? joined(whole, lang) : null;
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
  /** Instead of a name: the authority out of master data by which the customer signs. */
  authorityId?: string | undefined;
  drawn: Drawn | null;
}

/** The entries of one party's answer, one on each handover it closes. The wizard of `session` goes where `move` says. */
export async function signatureParts(
  session: Session,
  what: Signing,
  label: string,
  move: Part['move'],
): Promise<Part[]> {
  return Promise.all(
    session.members.map(async (one) => {
      const own = new Set(one.found.map((damage) => damage.id));
      const mine = { ...what, reservations: what.reservations.filter((damage) => own.has(damage)) };
      return {
        session: one,
        items: [await signatureEntry(one, mine, label)],
        move: one === session ? move : {},
      };
    }),
  );
}

/** The entry of a signature, or of its refusal or absence. The customer's carries the document itself. */
async function signatureEntry(session: Session, what: Signing, label: string): Promise<NewEntry> {
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
  if (what.authorityId !== undefined) args.authority_id = what.authorityId;
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

/** A person the office knows agrees to all of it under what they drew; the thanks stand there then. Resolves with whether it is durable. */
export async function agreesByName(
  session: Session,
  signer: RecordOf<'signer_authority'>,
  text: string,
  drawn: Drawn,
): Promise<boolean> {
  const customer = { ...session.data.customer, phase: 'thanks' as const, decision: 'agree' as const };
  const signing: Signing = {
    party: 'customer',
    decision: 'agree',
    role: signer.role,
    authority: onBehalf(signer.role, session.customer),
    language: session.data.customer.lang,
    text,
    reservations: [],
    note: '',
    signer: null,
    authorityId: signer.id,
    drawn,
  };
  const move = { data: { customer } };
  return session.together(await signatureParts(session, signing, t('receipt.signature'), move));
}

/** What the server would refuse a member's completion for, but for the staff's own signature. */
export function gapsOf(session: Session): string[] {
  return missing(session.pack, session.handover, session.flow === 'transfer' ? [] : ['customer']);
}

/** The staff's signature on every handover it closes, and their completion. Resolves with whether all of it is durable. */
export async function staffSigns(session: Session, language: Lang, drawn: Drawn): Promise<boolean> {
  const text = signedText(session, language);
  if (text === null) return false;
  const signing: Signing = {
    party: 'staff',
    decision: 'agree',
    role: 'staff',
    authority: 'self',
    language,
    text,
    reservations: [],
    note: '',
    signer: null,
    drawn,
  };
  const parts = await signatureParts(session, signing, t('staff.title'), {});
  return (await session.together(parts)) && completeAll(session, text);
}

/** The receiver's signature, which completes every transfer it stands under, all of them or none. Resolves with whether it is durable. */
export async function receiverSigns(session: Session, language: Lang, drawn: Drawn): Promise<boolean> {
  const text = signedText(session, language);
  if (text === null) return false;
  const document_sha256 = await documentHash(text);
  const image_sha256 = await hashOf(drawn.image);
  const parts = session.members.map((one): Part => {
    const args: ArgsOf<'transfer.complete'> = {
      handover_id: one.id,
      signature_id: one.core.newId(),
      acceptance: one.data.acceptance ?? 'intact',
      language,
      document_sha256,
      image_sha256,
      strokes: 0,
      entries: one.entries(),
      ...(one.pack._v ? { pack_v: one.pack._v } : {}),
    };
    const blobs: NewBlob[] = [
      {
        bytes: new Blob([text], { type: 'application/json' }),
        type: 'application/json',
        role: 'document',
        sha256: document_sha256,
      },
      { bytes: drawn.image, type: 'image/png', role: 'signature', sha256: image_sha256 },
    ];
    const extra = {
      label: one.label(t('receipt.title')),
      blobs,
      private: [strokesPart(drawn.strokes)],
      wizard: null,
    };
    return { session: one, items: [{ action: 'transfer.complete', args, extra }], move: null };
  });
  return session.together(parts);
}

/** Completes every handover that was signed. */
export async function completeAll(session: Session, text: string): Promise<boolean> {
  const entries = await Promise.all(session.members.map((one) => completion(one, text)));
  if (!entries.every((entry) => entry !== null)) return false;
  const parts = session.members.map((one, at) => ({
    session: one,
    items: entries.slice(at, at + 1),
    move: null,
  }));
  return session.together(parts);
}

/** The entry that completes a handover under the text that was signed; null while its state is not confirmed. */
export async function completion(session: Session, text: string): Promise<NewEntry | null> {
  const { acceptance, firstAt, secondAt, passed } = session.data;
  if (acceptance === null || firstAt === null || secondAt === null) return null;
  const shared = {
    handover_id: session.id,
    acceptance,
    document_sha256: await documentHash(text),
    entries: session.entries(),
    // What is demanded since this handover began is not demanded of it.
    ...(session.pack._v ? { pack_v: session.pack._v } : {}),
  };
  const extra = { label: session.label(t('receipt.title')) };
  if (session.flow === 'check_in') {
    const args = { ...shared, confirmed: { first_at: firstAt, second_at: secondAt } };
    return { action: 'return.complete', args, extra };
  }
  const gate = session.word;
  const reason = passed === null ? {} : { gate_reason: passed.reason };
  return { action: 'checkout.complete', args: { ...shared, ...(gate ? { gate } : {}), ...reason }, extra };
}

async function hashOf(blob: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
