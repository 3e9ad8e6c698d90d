/**
 * Enrolment codes, made in the browser: only their SHA-256 leaves it.
 *
 * Neighbour: `server/auth/codes.py` is the same rule; `codes.test.ts` holds both equal. A code is 12 characters of Crockford's base
 * 32: two that hint at the organisation, ten random ones (50 bits), shown as `AB-CDEFG-HJKMN`.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const RANDOM_CHARS = 10;

function letter(index: number): string {
  return ALPHABET[index & 31] ?? '0';
}

/** The two characters codes of this organisation begin with: the first ten bits of SHA-256 of its id. */
export function organisationHint(organisation: string): string {
  const [first = 0, second = 0] = sha256(utf8ToBytes(organisation));
  const value = ((first << 8) | second) >> 6;
  return letter(value >> 5) + letter(value);
}

/** A fresh code, 12 characters without dashes. `random` fills an array with random bytes. */
export function newCode(
  organisation: string,
  random: (into: Uint8Array<ArrayBuffer>) => Uint8Array = (into) => crypto.getRandomValues(into),
): string {
  // 256 is a multiple of 32, so the low five bits of a random byte are as even as the byte.
  const bytes = random(new Uint8Array(RANDOM_CHARS));
  return organisationHint(organisation) + [...bytes].map(letter).join('');
}

/** The code as people read it. */
export function shownCode(code: string): string {
  return `${code.slice(0, 2)}-${code.slice(2, 7)}-${code.slice(7)}`;
}

/** What an invitation keeps of a code. */
export function codeSha256(code: string): string {
  return bytesToHex(sha256(utf8ToBytes(code)));
}

/** What the QR code says: the field app's own address with the code behind the hash, which is never sent to a server. */
export function enrolAddress(origin: string, code: string): string {
  return `${origin}/#enrol=${code}`;
}
