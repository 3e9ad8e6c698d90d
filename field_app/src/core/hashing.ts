/** SHA-256 of a file's bytes, by the platform or, at an address without its cryptography, by our own. Neighbours: `media.ts`, `media.worker.ts`. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { sha256Hex } from './chain';

export async function hashBytes(crypto: Crypto, bytes: ArrayBuffer): Promise<string> {
  return crypto.subtle
    ? bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
    : sha256Hex(new Uint8Array(bytes));
}
