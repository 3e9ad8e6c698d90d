/**
 * Journal and files as one file that only the office can open: for a device that cannot reach the network.
 *
 * Format, version 2 (integers big-endian; docs/protocol.md tells it whole):
 *   "HVX2" ‖ u32 length ‖ header (JSON: v, organisation, device, epoch, seq, hash, kid, epk {x, y}, salt (base64url), at)
 *   then records: u32 length ‖ AES-256-GCM ciphertext with tag
 *     key = HKDF-SHA-256(ECDH P-256(ephemeral, organisation's export key), salt, "handover-export-key-v2\n{organisation}\n{device}")
 *     iv = u96 record number from 0; additional data = "HVX2" ‖ u32 length ‖ header as written
 *     plaintext = one byte of type ‖ content: 1 entry (JSON: epoch, seq, hash, body, private), 2 file (JSON: sha256, size,
 *     type, role), 3 bytes of the file last named (≤ 1 MiB each), 255 end (JSON: entries, blobs, signature). A file without its
 *     end is cut; the signature is the device's, over all of it (`Carried`).
 * Neighbours: `core.ts` offers it, `db.ts` holds what goes in; `server/imports` reads it in. Invariants: nothing personal stands
 * outside the ciphertext; entries and head are of one moment; each file's bytes are read, sealed and put aside before the next is
 * read, so that 200 photos never lie in memory together.
 */
import { sha256 as hasher } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { BLOB_CHUNK_BYTES } from '../generated/limits';
import { type Bytes, base64url, utf8 } from './bytes';
import { exportText } from './chain';
import type { Context } from './context';
import { type BlobRow, got, type JournalState, type OutboxRow } from './db';
import { isoOf, randomBytes } from './deps';
import { isExportKey, sign } from './keys';
import { isIntact } from './owncopy';
import { CoreError } from './problems';

const MAGIC = 'HVX2';
export const RECORD = { entry: 1, file: 2, bytes: 3, end: 255 } as const;

/** Digest of what a file carries, fed in the order of the file. `head`: all that stands before the first record. */
export class Carried {
  private readonly sum = hasher.create();

  constructor(head: Uint8Array) {
    this.sum.update(head);
  }

  /** One record, as type ‖ content. Bytes of a file are passed over: the hash in its name, which counts, is their own. */
  add(plain: Uint8Array): void {
    if (plain[0] === RECORD.entry || plain[0] === RECORD.file) this.sum.update(framed(plain));
  }

  /** Hex. */
  digest(): string {
    return bytesToHex(this.sum.clone().digest());
  }
}

/** The journal's end and what waits behind it, of one moment: a save or a new epoch in between would tear them apart. What a
 * believed receipt covers is left out: after a new epoch it is of another chain. So is a body that is no longer what was written:
 * it would make the whole file untrue, and is declared lost at the next exchange. */
async function snapshot(ctx: Context): Promise<{ journal: JournalState; rows: OutboxRow[] }> {
  return ctx.db.read(['meta', 'outbox', 'hashes'], async (tx) => {
    const journal = await got<JournalState | undefined>(tx.objectStore('meta').get('journal'));
    if (!journal) throw new CoreError('not_ready');
    const rows: OutboxRow[] = [];
    for (const row of await got<OutboxRow[]>(tx.objectStore('outbox').getAll())) {
      if (!row.proven && (await isIntact(tx, row))) rows.push(row);
    }
    return { journal, rows };
  });
}

/** Everything that has not left this device, sealed. CoreError `key_missing` without the organisation's export key. */
export async function exportFile(ctx: Context): Promise<Blob> {
  const { journal, rows } = await snapshot(ctx);
  const sealer = await Sealer.make(ctx, journal);
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
  const { epoch, seq, hash } = journal;
  const { organisation, device } = ctx.device;
  const span = { epoch, first: rows[0]?.seq ?? 0, seq, hash };
  const text = exportText(organisation.id, device, span, sealer.carried.digest());
  const signature = await sign(ctx.deps.crypto, ctx.keys.private, text);
  await sealer.add(RECORD.end, json({ entries: rows.length, blobs: files, signature }));
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
  readonly carried: Carried;
  private count = 0;

  private constructor(subtle: SubtleCrypto, key: CryptoKey, head: Bytes) {
    this.subtle = subtle;
    this.key = key;
    this.head = head;
    this.carried = new Carried(head);
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
    const info = utf8(`handover-export-key-v2\n${organisation.id}\n${ctx.device.device}`);
    const raw = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey']);
    const hkdf = { name: 'HKDF', hash: 'SHA-256', salt, info };
    const aes = { name: 'AES-GCM', length: 256 };
    const key = await crypto.subtle.deriveKey(hkdf, raw, aes, false, ['encrypt']);
    const header = framed(
      json({
        v: 2,
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
    this.carried.add(plain);
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
