/**
 * Several assets that one signature closes: which of them is on the screen, and the one document they make together. Pure.
 *
 * Neighbours: Wizard.svelte shows what `current` says, closing.ts and the customer's screens read the document. Format
 * `handover-bundle-v1`: canonical JSON of {documents, format, language}, the documents whole and in the group's order. Invariant: a
 * single asset's document stays as it is, so that one signature under one asset means what it always meant.
 */
import { canonical, type HandoverDocument, readDocument } from './document';
import { STEPS, type StepId } from './steps';

interface Member {
  step: StepId;
}

const CAPTURED = STEPS.indexOf('review');

/** True while readings, photos and findings of a member are not confirmed yet. */
export function isOpen(member: Member): boolean {
  return STEPS.indexOf(member.step) <= CAPTURED;
}

/** The member whose screens are shown: the one asked for while it is open, then whichever is open, then the first, for all. */
export function current<T extends Member>(asked: T, members: readonly T[]): T {
  if (members.includes(asked) && isOpen(asked)) return asked;
  return members.find(isOpen) ?? members[0] ?? asked;
}

/** What is signed: one document's exact text, or several as one. */
export function joined(texts: readonly string[], language: string): string {
  const [only] = texts;
  if (texts.length === 1 && only !== undefined) return only;
  return canonical({
    documents: texts.map((text) => JSON.parse(text) as unknown),
    format: 'handover-bundle-v1',
    language,
  });
}

/** Reads back what was signed. Throws when it is neither a document nor a bundle of them. */
export function readJoined(text: string): HandoverDocument[] {
  const value = JSON.parse(text) as { format?: unknown; documents?: unknown };
  if (value?.format !== 'handover-bundle-v1' || !Array.isArray(value.documents)) return [readDocument(text)];
  return value.documents.map((each) => readDocument(JSON.stringify(each)));
}
