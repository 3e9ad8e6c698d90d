/** Opens an export file as the office does: nothing here is shared with the code that writes one. */
import { fromBase64url, fromUtf8, utf8 } from '../bytes';

export interface Unsealed {
  /** All that stands before the first record. */
  head: Uint8Array;
  header: Record<string, unknown> & { organisation: string; device: string; epk: { x: string; y: string } };
  records: { type: number; content: Uint8Array<ArrayBuffer> }[];
}

/** What stands in a file; `key`: the organisation's ECDH key. Throws when a record does not open. */
export async function unseal(file: Blob, key: CryptoKey): Promise<Unsealed> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const view = new DataView(bytes.buffer);
  if (fromUtf8(bytes.slice(0, 4)) !== 'HVX2') throw new Error('another format');
  let at = 8 + view.getUint32(4);
  const head = bytes.slice(0, at);
  const header = JSON.parse(fromUtf8(head.slice(8))) as Unsealed['header'];
  const curve = { name: 'ECDH', namedCurve: 'P-256' } as const;
  const epk = await crypto.subtle.importKey(
    'jwk',
    { kty: 'EC', crv: 'P-256', ...header.epk },
    curve,
    false,
    [],
  );
  const secret = await crypto.subtle.deriveBits({ name: 'ECDH', public: epk }, key, 256);
  const raw = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey']);
  const info = utf8(`handover-export-key-v2\n${header.organisation}\n${header.device}`);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: fromBase64url(String(header.salt)), info };
  const opener = await crypto.subtle.deriveKey(hkdf, raw, { name: 'AES-GCM', length: 256 }, false, [
    'decrypt',
  ]);
  const records: Unsealed['records'] = [];
  while (at < bytes.length) {
    const size = view.getUint32(at);
    const sealed = bytes.slice(at + 4, at + 4 + size);
    const iv = new Uint8Array(12);
    new DataView(iv.buffer).setBigUint64(4, BigInt(records.length));
    const gcm = { name: 'AES-GCM', iv, additionalData: head };
    const content = new Uint8Array(await crypto.subtle.decrypt(gcm, opener, sealed));
    records.push({ type: content[0] ?? 0, content: content.slice(1) });
    at += 4 + size;
  }
  return { head, header, records };
}
