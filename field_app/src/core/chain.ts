/**
 * The hash chain of this device's journal: synchronous, because a WebCrypto digest cannot be awaited inside an IndexedDB
 * transaction.
 *
 * Neighbour: `sync/journal.py` is the same chain; `tests/vectors/chain.json` holds both equal. Works on the exact bytes of a
 * body; hashes travel as lower-case hex.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

const TAG = utf8ToBytes('hv1');

/** SHA-256 as hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes));
}

/** The hash before an epoch's first entry; an epoch after a fork starts also from the last common hash. */
export function genesis(organisation: string, device: string, epoch: number, baseHash?: string): string {
  const text =
    baseHash === undefined
      ? `hv1-genesis\n${organisation}\n${device}\n${epoch}`
      : `hv1-epoch\n${organisation}\n${device}\n${epoch}\n${baseHash}`;
  return sha256Hex(utf8ToBytes(text));
}

/** The chain hash of entry `seq` with its body after `previous`. */
export function extend(previous: string, seq: number, body: Uint8Array): string {
  if (!Number.isSafeInteger(seq) || seq < 1) throw new RangeError('seq out of range');
  const input = new Uint8Array(TAG.length + 32 + 8 + 32);
  input.set(TAG, 0);
  input.set(hexToBytes(previous), TAG.length);
  new DataView(input.buffer).setBigUint64(TAG.length + 32, BigInt(seq));
  input.set(sha256(body), TAG.length + 40);
  return sha256Hex(input);
}

/** The text a device signs over its newest entry. */
export function headText(
  organisation: string,
  device: string,
  epoch: number,
  seq: number,
  hash: string,
): string {
  return `handover-head-v1\n${organisation}\n${device}\n${epoch}\n${seq}\n${hash}`;
}

/** The text a device signs over an export file: from its first entry in it (0: none) to its newest, and what the file carries. */
export function exportText(
  organisation: string,
  device: string,
  { epoch, first, seq, hash }: { epoch: number; first: number; seq: number; hash: string },
  digest: string,
): string {
  return `handover-export-v2\n${organisation}\n${device}\n${epoch}\n${first}\n${seq}\n${hash}\n${digest}`;
}
