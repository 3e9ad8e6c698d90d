/**
 * Journal and files as one file that only the office can open: for a device that cannot reach the network.
 *
 * Format, version 1 (integers big-endian):
 *   "HVX1" ‖ u32 length ‖ header (JSON: v, organisation, device, epoch, seq, hash, kid, epk {x, y}, salt (base64url), at)
 *   then records: u32 length ‖ AES-256-GCM ciphertext with tag
 *     key = HKDF-SHA-256(ECDH P-256(ephemeral, organisation's export key), salt, "handover-export-v1\n{organisation}\n{device}")
 *     iv = u96 record number from 0; additional data = "HVX1" ‖ u32 length ‖ header as written
 *     plaintext = one byte of type ‖ content: 1 entry (JSON: epoch, seq, hash, body, private), 2 file (JSON: sha256, size,
 *     type, role), 3 bytes of the file last named (≤ 1 MiB each), 255 end (JSON: entries, blobs). A file without its end is cut.
 * Neighbours: `core.ts` offers it, `db.ts` holds what goes in. `server/imports` reads it in. Invariants: nothing personal stands outside the ciphertext; each file's
 * bytes are read, sealed and put aside before the next is read, so that 200 photos never lie in memory together.
 */
import { BLOB_CHUNK_BYTES } from '../generated/limits';
import { type Bytes, base64url, utf8 } from './bytes';
import type { Context } from './context';
import type { BlobRow, JournalState, OutboxRow } from './db';
import { isoOf, randomBytes } from './deps';
import { isExportKey } from './keys';
import { CoreError } from './problems';

const MAGIC = 'HVX1';
export const RECORD = { entry: 1, file: 2, bytes: 3, end: 255 } as const;

/** Everything that has not left this device, sealed. CoreError `key_missing` without the organisation's export key. */
export async function exportFile(ctx: Context): Promise<Blob> {
  const journal = await ctx.db.meta<JournalState>('journal');
  if (!journal) throw new CoreError('not_ready');
  const sealer = await Sealer.make(ctx, journal);
  const rows = await ctx.db.all<OutboxRow>('outbox');
  for (const { epoch, seq, hash, body, private: parts } of rows) {
    await sealer.add(RECORD.entry, json({ epoch, seq, hash, body, private: parts }));
  }
  let files = 0;
  for (const { sha256, size, type, role } of await ctx.db.all<BlobRow>('blobs')) {
    const bytes = await ctx.db.get<ArrayBuffer>('bytes', sha256);
    if (!bytes) continue;
    files += 1;
    await sealer.add(RECORD.file, json({ sha256, size, type, role }));
    for (let at = 0; at < bytes.byteLength; at += BLOB_CHUNK_BYTES) {
      await sealer.add(RECORD.bytes, new Uint8Array(bytes.slice(at, at + BLOB_CHUNK_BYTES)));
    }
  }
  await sealer.add(RECORD.end, json({ entries: rows.length, blobs: files }));
  return sealer.file();
}

const json = (value: unknown): Bytes => utf8(JSON.stringify(value));

function framed(bytes: Uint8Array): Bytes {
  const out = new Uint8Array(4 + bytes.length);
  new DataView(out.buffer).setUint32(0, bytes.length);
  out.set(bytes, 4);
  return out;
}

class Sealer {
  /** Blobs, not arrays: the platform may keep them on disk. */
  private readonly parts: Blob[];
  private readonly key: CryptoKey;
  private readonly subtle: SubtleCrypto;
  private readonly head: Bytes;
  private count = 0;

  private constructor(subtle: SubtleCrypto, key: CryptoKey, head: Bytes) {
    this.subtle = subtle;
    this.key = key;
    this.head = head;
    this.parts = [new Blob([head])];
  }

  static async make(ctx: Context, journal: JournalState): Promise<Sealer> {
    const { crypto } = ctx.deps;
    const organisation = ctx.device.organisation;
    const office = organisation.keys.find(isExportKey);
    if (!office) throw new CoreError('key_missing');
    const curve = { name: 'ECDH', namedCurve: 'P-256' } as const;
    const jwk = { kty: office.kty, crv: office.crv, x: office.x, y: office.y };
    const theirs = await crypto.subtle.importKey('jwk', jwk, curve, false, []);
    const ours = await crypto.subtle.generateKey(curve, false, ['deriveBits']);
    const epk = await crypto.subtle.exportKey('jwk', ours.publicKey);
    const secret = await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, ours.privateKey, 256);
    const salt = randomBytes(ctx.deps, 32);
    const info = utf8(`handover-export-v1\n${organisation.id}\n${ctx.device.device}`);
    const raw = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey']);
    const hkdf = { name: 'HKDF', hash: 'SHA-256', salt, info };
    const aes = { name: 'AES-GCM', length: 256 };
    const key = await crypto.subtle.deriveKey(hkdf, raw, aes, false, ['encrypt']);
    const header = framed(
      json({
        v: 1,
        organisation: organisation.id,
        device: ctx.device.device,
        epoch: journal.epoch,
        seq: journal.seq,
        hash: journal.hash,
        kid: office.kid,
        epk: { x: epk.x, y: epk.y },
        salt: base64url(salt),
        at: isoOf(ctx.deps.now()),
      }),
    );
    const head = new Uint8Array(MAGIC.length + header.length);
    head.set(utf8(MAGIC), 0);
    head.set(header, MAGIC.length);
    return new Sealer(crypto.subtle, key, head);
  }

  async add(type: number, content: Uint8Array): Promise<void> {
    const plain = new Uint8Array(1 + content.length);
    plain[0] = type;
    plain.set(content, 1);
    const iv = new Uint8Array(12);
    new DataView(iv.buffer).setBigUint64(4, BigInt(this.count));
    this.count += 1;
    const gcm = { name: 'AES-GCM', iv, additionalData: this.head };
    const sealed = new Uint8Array(await this.subtle.encrypt(gcm, this.key, plain));
    this.parts.push(new Blob([framed(sealed)]));
  }

  file(): Blob {
    return new Blob(this.parts, { type: 'application/octet-stream' });
  }
}
