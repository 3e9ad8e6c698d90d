/**
 * The receipt: how much was recorded and where it is now, and the text of the customer's code. Pure.
 *
 * Neighbours: Receipt.svelte. Invariant: "uploaded" is said only when nothing of this handover waits for a receipt any more.
 */
import type { OutboxItem, RecordOf } from '$core';

export interface Whereabouts {
  state: 'local' | 'sending' | 'sent';
  entries: number;
  photos: number;
  entriesLeft: number;
  photosLeft: number;
}

type Made = Pick<
  RecordOf<'handover'>,
  'id' | 'type' | 'photos' | 'waived' | 'readings' | 'damages' | 'accessories' | 'signatures' | 'proof'
>;

/** Entries a completed handover has at least: its start, its completion and what its record names. */
function atLeast(handover: Made): number {
  const groups = [
    handover.photos,
    handover.waived,
    handover.readings,
    handover.damages,
    handover.accessories,
    handover.signatures,
  ];
  // A transfer is completed by its signature.
  const ends = handover.type === 'transfer' ? 1 : 2;
  return ends + groups.reduce((sum, group) => sum + Object.keys(group).length, 0);
}

/** Several handovers under one signature, counted as one. */
export function together(all: readonly Whereabouts[]): Whereabouts {
  const sum = (of: (one: Whereabouts) => number): number => all.reduce((total, one) => total + of(one), 0);
  const states = new Set(all.map((one) => one.state));
  return {
    state: states.has('sending') || states.size > 1 ? 'sending' : (all[0]?.state ?? 'sent'),
    entries: sum((one) => one.entries),
    photos: sum((one) => one.photos),
    entriesLeft: sum((one) => one.entriesLeft),
    photosLeft: sum((one) => one.photosLeft),
  };
}

/** `kept`: the entries this device remembers of the check-in; 0 after its wizard has ended. */
export function whereabouts(handover: Made, outbox: readonly OutboxItem[], kept: number): Whereabouts {
  const own = outbox.filter((item) => item.handover === handover.id);
  const entries = own.filter((item) => item.type === 'entry');
  const waiting = entries.filter((item) => item.state !== 'proven');
  const blobs = own.filter((item) => item.type === 'blob' && item.state !== 'rejected');
  const photos = blobs.filter(
    (item) => item.type === 'blob' && (item.role === 'photo' || item.role === 'damage'),
  );
  const moving =
    entries.some((item) => item.state !== 'waiting') ||
    blobs.some((item) => item.type === 'blob' && item.state !== 'pending');
  return {
    state: waiting.length === 0 && blobs.length === 0 ? 'sent' : moving ? 'sending' : 'local',
    entries: Math.max(handover.proof.entries ?? 0, kept, entries.length, atLeast(handover)),
    photos: Object.keys(handover.photos).length,
    entriesLeft: waiting.length,
    photosLeft: photos.length,
  };
}

export interface ReceiptFacts {
  title: string;
  label: string;
  at: string;
  handover: string;
  /** SHA-256 of the signed document. */
  document: string;
}

/** Plain text that any phone shows when it scans the code; needs no network and names nobody. */
export function receiptText(facts: ReceiptFacts): string {
  return [
    `${facts.title} ${facts.label}`,
    facts.at,
    `ID ${facts.handover}`,
    `SHA-256 ${facts.document}`,
  ].join('\n');
}
