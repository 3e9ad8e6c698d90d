/**
 * Identifiers: UUIDv7 (RFC 9562 §5.7) from a given time and given randomness, sorting by time; and ids made from names.
 *
 * Neighbour: `schemas/ids.py` makes the same; `tests/vectors/ids.json` holds both equal. Nothing here reads a clock.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** Milliseconds since 1970 (48 bits) and exactly 10 random bytes. */
export function uuid7(unixMs: number, random: Uint8Array): string {
  if (random.length !== 10) throw new RangeError('uuid7 needs exactly 10 random bytes');
  if (!Number.isInteger(unixMs) || unixMs < 0 || unixMs >= 2 ** 48)
    throw new RangeError('unixMs does not fit 48 bits');
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(unixMs) << 16n);
  bytes.set(random, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return dashed(bytes);
}

/** A UUID (version 8) made from names: the same thing gets the same id however often it is said. */
export function derivedId(...parts: string[]): string {
  const bytes = sha256(utf8ToBytes(parts.join('\n'))).slice(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return dashed(bytes);
}

function dashed(bytes: Uint8Array): string {
  const text = bytesToHex(bytes);
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
}
