/**
 * What an authenticator of the platform says, checked here without a network: W3C Web Authentication Level 2, § 7.1 and § 7.2. Pure but
 * for WebCrypto.
 *
 * Neighbours: `phonelock.ts` asks and keeps, `test/assertion.json` has answers of a real browser. Invariants: nothing is believed that was
 * not said to this challenge, at this origin, for this relying party, with the person verified by the device · a counter never goes back.
 */
import { type Bytes, base64, base64url, fromBase64, fromUtf8 } from './bytes';

/** COSE: ES256, and RS256 of older desktops. */
export const ALGORITHMS = [-7, -257] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** What is kept of a credential: nothing in it opens anything without the authenticator. */
export interface Credential {
  /** base64url, as the platform names it. */
  id: string;
  /** SubjectPublicKeyInfo, base64. */
  key: string;
  alg: Algorithm;
  /** The authenticator's signature counter; 0: it does not count. */
  count: number;
}

export interface Expected {
  challenge: Bytes;
  /** Scheme, host and port of the page. */
  origin: string;
  /** The relying party: the page's host. */
  rpId: string;
}

/** An answer to `create`; bytes as the platform gave them. */
export interface Created {
  id: string;
  clientData: Bytes;
  authenticatorData: Bytes;
  key: Bytes | null;
  alg: number;
}

/** An answer to `get`. */
export interface Said {
  id: string;
  clientData: Bytes;
  authenticatorData: Bytes;
  signature: Bytes;
}

export type Why =
  | 'malformed'
  | 'type'
  | 'challenge'
  | 'origin'
  | 'rp'
  | 'presence'
  | 'verification'
  | 'credential'
  | 'signature'
  | 'counter';

export type Checked<T> = { ok: true; value: T } | { ok: false; why: Why };

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const HASH_BYTES = 32;
const HEAD_BYTES = HASH_BYTES + 1 + 4;
const CLIENT_DATA_BYTES_MAX = 4_096;

const no = (why: Why): { ok: false; why: Why } => ({ ok: false, why });

/** A new credential, if it was made for this question. */
export async function checkCreated(
  crypto: Crypto,
  expected: Expected,
  said: Created,
): Promise<Checked<Credential>> {
  const head = await headOf(crypto, 'webauthn.create', expected, said);
  if (!head.ok) return head;
  const alg = ALGORITHMS.find((one) => one === said.alg);
  if (said.key === null || alg === undefined || said.id === '') return no('credential');
  return { ok: true, value: { id: said.id, key: base64(said.key), alg, count: head.value } };
}

/** The authenticator's new count, if this is its word on this question and nobody else's. */
export async function checkSaid(
  crypto: Crypto,
  known: Credential,
  expected: Expected,
  said: Said,
): Promise<Checked<number>> {
  if (said.id !== known.id) return no('credential');
  const head = await headOf(crypto, 'webauthn.get', expected, said);
  if (!head.ok) return head;
  if (!(await isSigned(crypto, known, said))) return no('signature');
  const count = head.value;
  if ((count !== 0 || known.count !== 0) && count <= known.count) return no('counter');
  return { ok: true, value: count };
}

/** What both answers have in common; returns the counter. */
async function headOf(
  crypto: Crypto,
  type: string,
  expected: Expected,
  said: Pick<Said, 'clientData' | 'authenticatorData'>,
): Promise<Checked<number>> {
  const client = clientOf(said.clientData);
  const data = said.authenticatorData;
  if (client === null || data.length < HEAD_BYTES) return no('malformed');
  if (client.type !== type) return no('type');
  if (client.challenge !== base64url(expected.challenge)) return no('challenge');
  if (client.origin !== expected.origin || client.crossOrigin === true) return no('origin');
  const rp = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(expected.rpId)));
  if (!rp.every((byte, at) => data[at] === byte)) return no('rp');
  const flags = data[HASH_BYTES] ?? 0;
  if ((flags & USER_PRESENT) === 0) return no('presence');
  if ((flags & USER_VERIFIED) === 0) return no('verification');
  return { ok: true, value: new DataView(data.buffer, data.byteOffset).getUint32(HASH_BYTES + 1) };
}

function clientOf(bytes: Bytes): Record<string, unknown> | null {
  if (bytes.length > CLIENT_DATA_BYTES_MAX) return null;
  try {
    const value: unknown = JSON.parse(fromUtf8(bytes));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

async function isSigned(crypto: Crypto, known: Credential, said: Said): Promise<boolean> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', said.clientData));
  const text = new Uint8Array(said.authenticatorData.length + hash.length);
  text.set(said.authenticatorData);
  text.set(hash, said.authenticatorData.length);
  try {
    if (known.alg === -257) {
      const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
      const key = await crypto.subtle.importKey('spki', fromBase64(known.key), algorithm, false, ['verify']);
      return await crypto.subtle.verify(algorithm, key, said.signature, text);
    }
    const signature = rawSignature(said.signature);
    if (signature === null) return false;
    const curve = { name: 'ECDSA', namedCurve: 'P-256' };
    const key = await crypto.subtle.importKey('spki', fromBase64(known.key), curve, false, ['verify']);
    return await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, text);
  } catch {
    return false; // a key that cannot be read proves nothing
  }
}

/** DER `SEQUENCE { INTEGER r, INTEGER s }` as r ‖ s of 32 bytes each, which WebCrypto takes; null when it is not that. */
export function rawSignature(der: Uint8Array): Bytes | null {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return null;
  const raw = new Uint8Array(2 * HASH_BYTES);
  let at = 2;
  for (const end of [HASH_BYTES, 2 * HASH_BYTES]) {
    const length = der[at + 1] ?? 0;
    const whole = der.subarray(at + 2, at + 2 + length);
    if (der[at] !== 0x02 || length === 0 || whole.length !== length) return null;
    const digits = whole.subarray(whole.findIndex((byte) => byte !== 0));
    if (digits.length > HASH_BYTES) return null;
    raw.set(digits, end - digits.length);
    at += 2 + length;
  }
  return at === der.length ? raw : null;
}
