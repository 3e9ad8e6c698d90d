/**
 * What a scanned or typed text is: an asset's tag, an enrolment code, or nothing of ours. Pure.
 *
 * Neighbours: `Scan.svelte` and `enrol/Enrol.svelte` act on it; the server's `auth/codes.py` reads codes by the same rules.
 * Invariants: a code is 12 characters of Crockford's base 32 whose first two hint at the organisation; a tag from an address
 * of another named host is foreign, since two companies may both have a tag HV-0001.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { isTag } from '../core/tag';

export const CODE_CHARS = 12;
export const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TEXT_CHARS_MAX = 500;

export type Scanned =
  | { kind: 'tag'; tag: string; foreign: boolean }
  | { kind: 'enrol'; code: string; host: string | null; foreign: boolean }
  | { kind: 'unknown' };

/** Reads a text. `host` is where this app runs (`location.host`). */
export function readQr(text: string, host: string): Scanned {
  const trimmed = text.trim().slice(0, TEXT_CHARS_MAX);
  if (!trimmed.includes('://')) return readBare(trimmed);
  const url = urlOf(trimmed);
  if (!url || !/^https?:$/.test(url.protocol)) return { kind: 'unknown' };
  const foreign = isForeign(url.host, host);
  const code = enrolPart(url);
  if (code !== null) return { kind: 'enrol', code, host: url.host, foreign };
  const tag = /^\/[at]\/([^/]+)\/?$/.exec(url.pathname)?.[1];
  if (tag === undefined) return { kind: 'unknown' };
  const plain = decoded(tag);
  return isTag(plain) ? { kind: 'tag', tag: plain, foreign } : { kind: 'unknown' };
}

function readBare(text: string): Scanned {
  if (/^#?enrol=/.test(text)) {
    const code = normaliseCode(decoded(text.replace(/^#?enrol=/, '')));
    if (code) return { kind: 'enrol', code, host: null, foreign: false };
  }
  return isTag(text) ? { kind: 'tag', tag: text, foreign: false } : { kind: 'unknown' };
}

function enrolPart(url: URL): string | null {
  const found = new URLSearchParams(url.hash.slice(1)).get('enrol') ?? url.searchParams.get('enrol');
  return found === null ? null : normaliseCode(found);
}

/** The 12 characters of a typed code (case, spaces, dashes, O for 0, I and L for 1 are forgiven), or null. */
export function normaliseCode(text: string): string | null {
  const code = codeSoFar(text);
  return code.length === CODE_CHARS && [...code].every((letter) => ALPHABET.includes(letter)) ? code : null;
}

/** What has been typed of a code, cleaned. */
export function codeSoFar(text: string): string {
  return text
    .toUpperCase()
    .replace(/[\s\u2010\u2013-]/g, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
}

/** The code as people read it: `AB-CDEFG-HJKMN`. */
export function shownCode(code: string): string {
  return [code.slice(0, 2), code.slice(2, 7), code.slice(7)].filter(Boolean).join('-');
}

/** The two characters codes of this organisation begin with: the first ten bits of the SHA-256 of its id. */
export function organisationHint(organisation: string): string {
  const [first = 0, second = 0] = sha256(new TextEncoder().encode(organisation));
  const value = ((first << 8) | second) >> 6;
  return ALPHABET.charAt(value >> 5) + ALPHABET.charAt(value & 31);
}

/** A label printed for one name must not open under another; bare addresses (in-house set-ups) have no name to compare. */
function isForeign(there: string, here: string): boolean {
  return there.toLowerCase() !== here.toLowerCase() && !isBare(there) && !isBare(here);
}

function isBare(host: string): boolean {
  return /^(localhost|\[[0-9a-f:]+\]|\d+(\.\d+){3})(:\d+)?$/i.test(host);
}

function urlOf(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
