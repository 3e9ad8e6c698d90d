/**
 * The device's key (ES256, never extractable) and the check of the organisation's signatures.
 *
 * Neighbours: `enrol.ts` makes the key, `sync.ts` signs heads and verifies receipts. Invariant: the private key exists only as
 * a CryptoKey that cannot be exported; a receipt counts only after `verifyReceipt`.
 */
import type { PublicKey, Receipt } from '../generated/types';
import { type Bytes, base64url, fromBase64url, fromUtf8, utf8 } from './bytes';
import { CoreError } from './problems';

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const ES256 = { name: 'ECDSA', hash: 'SHA-256' } as const;

export interface DeviceKeys {
  private: CryptoKey;
  public: PublicKey;
}

function subtle(crypto: Crypto): SubtleCrypto {
  if (!crypto.subtle) throw new CoreError('insecure_page');
  return crypto.subtle;
}

export async function makeKeys(crypto: Crypto): Promise<DeviceKeys> {
  const pair = await subtle(crypto).generateKey(CURVE, false, ['sign', 'verify']);
  const jwk = await subtle(crypto).exportKey('jwk', pair.publicKey);
  return {
    private: pair.privateKey,
    public: { kty: 'EC', crv: 'P-256', x: jwk.x ?? '', y: jwk.y ?? '', kid: null },
  };
}

/** base64url of the raw 64 bytes r ‖ s over the UTF-8 text. */
export async function sign(crypto: Crypto, key: CryptoKey, text: string): Promise<string> {
  return base64url(new Uint8Array(await subtle(crypto).sign(ES256, key, utf8(text))));
}

export const enrolText = (code: string, key: PublicKey): string =>
  `handover-enrol-v1\n${code}\n${key.x}\n${key.y}`;

export const renewText = (device: string, challenge: string): string =>
  `handover-renew-v1\n${device}\n${challenge}`;

/** A key for encrypting to: its `kid` ends in `.export`. */
export const isExportKey = (key: PublicKey): boolean => key.kid?.endsWith('.export') ?? false;

/** The content of a receipt signed by one of the keys. CoreError `receipt_invalid` for anything else. */
export async function verifyReceipt(
  crypto: Crypto,
  keys: readonly PublicKey[],
  jws: string,
): Promise<Receipt> {
  try {
    const [head = '', payload = '', signature = '', ...rest] = jws.split('.');
    const header = JSON.parse(fromUtf8(fromBase64url(head))) as { alg?: string; kid?: string };
    const key = keys.find((known) => known.kid === header.kid && !isExportKey(known));
    if (rest.length > 0 || header.alg !== 'ES256' || !key) throw new Error('not a receipt of a known key');
    const jwk = { kty: key.kty, crv: key.crv, x: key.x, y: key.y };
    const verifier = await subtle(crypto).importKey('jwk', jwk, CURVE, false, ['verify']);
    const signed: Bytes = utf8(`${head}.${payload}`);
    if (!(await subtle(crypto).verify(ES256, verifier, fromBase64url(signature), signed)))
      throw new Error('the signature differs');
    const receipt = JSON.parse(fromUtf8(fromBase64url(payload))) as Receipt;
    if (receipt.typ !== 'handover-receipt-v1') throw new Error('not a receipt');
    return receipt;
  } catch (fault) {
    throw new CoreError('receipt_invalid', { fault: String(fault) });
  }
}
