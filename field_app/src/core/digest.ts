/**
 * What a bucket comes to: count and order-independent hash, in 256 sub-ranges. Pure; the same as `sync/digest.py`.
 *
 * Neighbours: `compare.ts` asks whether what this device holds is what the server says. Golden vectors: tests/vectors/digest.json.
 */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { utf8 } from './bytes';
import { sha256Hex } from './chain';

const ITEM_BYTES = 16;

/** `hash`: 32 hex digits. */
export interface Tally {
  count: number;
  hash: string;
}

/** A record as it counts. `h`: the hash of its content, as its change brought it. */
export interface Item {
  kind: string;
  id: string;
  v: number;
  h: string;
}

export const NO_TALLY: Tally = { count: 0, hash: '0'.repeat(2 * ITEM_BYTES) };

/** The sub-range of an id: the last byte of the UUID. */
export const partOf = (id: string): number => Number.parseInt(id.slice(-2), 16);

/** What one record adds, as hex. */
export const itemOf = ({ kind, id, v, h }: Item): string =>
  sha256Hex(utf8(`${kind}/${id}/${v}/${h}`)).slice(0, 2 * ITEM_BYTES);

/** Sub-range → tally; empty sub-ranges are left out. */
export class Tallies {
  private readonly parts = new Map<number, { count: number; bits: Uint8Array }>();

  add(item: Item): void {
    const part = partOf(item.id);
    const known = this.parts.get(part) ?? { count: 0, bits: new Uint8Array(ITEM_BYTES) };
    known.count += 1;
    join(known.bits, hexToBytes(itemOf(item)));
    this.parts.set(part, known);
  }

  of(part: number): Tally {
    const known = this.parts.get(part);
    return known ? { count: known.count, hash: bytesToHex(known.bits) } : NO_TALLY;
  }

  total(): Tally {
    const bits = new Uint8Array(ITEM_BYTES);
    let count = 0;
    for (const part of this.parts.values()) {
      count += part.count;
      join(bits, part.bits);
    }
    return { count, hash: bytesToHex(bits) };
  }
}

function join(into: Uint8Array, bits: Uint8Array): void {
  for (let at = 0; at < into.length; at++) into[at] = (into[at] ?? 0) ^ (bits[at] ?? 0);
}
