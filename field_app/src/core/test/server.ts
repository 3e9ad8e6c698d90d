/**
 * A server of the tests: speaks the HTTP shapes, keeps a journal, signs receipts, takes files. It judges nothing.
 *
 * Neighbours: `world.ts` gives it to a core as `fetch`. It is not the engine: what the engine decides is set by the test
 * (`judge`, `put`); the real one is met in the end-to-end tests.
 */

import type {
  Change,
  EnrolAnswer,
  EntryBody,
  NewEpoch,
  Outcome,
  Page,
  PublicKey,
  Receipt,
  SyncAnswer,
  SyncRequest,
  WipedRequest,
} from '../../generated/types';
import { type Bytes, base64url, fromBase64, fromBase64url, utf8 } from '../bytes';
import { extend, genesis, headText, sha256Hex } from '../chain';
import { partOf, Tallies } from '../digest';

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const ES256 = { name: 'ECDSA', hash: 'SHA-256' } as const;

export const ORGANISATION = '0197f3a0-0000-7000-8000-0000000000aa';
export const DEPOT = '0197f3a0-0000-7000-8000-0000000000bb';
export const PERSON = '0197f3a0-0000-7000-8000-0000000000cc';
export const ASSET = '0197f3a0-0000-7000-8000-0000000000dd';
export const BUCKET = `depot:${DEPOT}/field`;

interface Upload {
  id: string;
  sha256: string;
  bytes: Uint8Array;
  size: number;
}

const NO_CONTENT = { status: 204 };

export class FakeServer {
  device = '0197f3a0-0000-7000-8000-000000000001';
  type = 'field';
  epoch = 0;
  seq = 0;
  hash = genesis(ORGANISATION, this.device, 0);
  key: PublicKey | null = null;
  pin = '246813';
  entries = new Map<number, { hash: string; body: string; private: string[] }>();
  lost = new Map<number, string>();
  declared = new Map<string, number>();
  blobs = new Map<string, Uint8Array>();
  rejected = new Map<string, string>();
  uploads = new Map<string, Upload>();
  version = 0;
  changes: { version: number; change: Change }[] = [];
  roster = [{ id: PERSON, name: '李伟', name_en: 'Li Wei', roles: ['technician'], has_pin: true }];
  pageSize = 1000;
  /** Up to this version it has forgotten what left. */
  horizon = 0;
  /** Sub-ranges in one answer to a repair. */
  partsAtOnce = 256;
  /** What becomes of an entry. */
  judge: (body: EntryBody) => Partial<Outcome> = () => ({ state: 'applied' });
  newEpoch: NewEpoch | null = null;
  commands: SyncAnswer['commands'] = [];
  gatePolicy: EnrolAnswer['policy']['gate'] = 'strict';
  /** Of held numbers only the receipt speaks, as when other bytes are held than the device has. */
  heldUnsaid = false;
  /** How many files the receipts miss without naming them. */
  missingUnnamed = 0;
  figures = { grace_hours: 12, grace_entries: 200, files_hours: 24 };
  requests: { method: string; path: string; body: unknown }[] = [];
  syncs: SyncRequest[] = [];
  /** Nothing reaches the server. */
  down = false;
  /** So many answers are lost after they took effect. */
  loseAnswers = 0;
  /** Bytes of a chunk that arrive before the connection is cut, once. */
  cutChunkAt: number | null = null;
  signedIn = true;
  /** So many files are said to be done and are then gone. */
  loseBlobs = 0;
  forgeReceipts = false;
  codeUsedBy: string | null = null;
  /** Farewells it believed. */
  farewells: WipedRequest[] = [];
  private signKey!: CryptoKeyPair;
  exportKey!: CryptoKeyPair;
  private keys: PublicKey[] = [];

  async ready(): Promise<this> {
    this.signKey = await crypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
    this.exportKey = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, [
      'deriveBits',
    ]);
    this.keys = [await publicOf(this.signKey, 'k1'), await publicOf(this.exportKey, 'k1.export')];
    return this;
  }

  /** A record as the server now has it, in the device's bucket. */
  put(kind: string, id: string, data: Record<string, unknown>): void {
    this.version += 1;
    this.changes = this.changes.filter((one) => one.change.kind !== kind || one.change.id !== id);
    const full = { ...data, id };
    const h = sha256Hex(utf8(JSON.stringify(full))).slice(0, 16);
    const change: Change = { kind, id, v: this.version, h, data: full, gone: false };
    this.changes.push({ version: this.version, change });
  }

  gone(kind: string, id: string): void {
    this.version += 1;
    this.changes = this.changes.filter((one) => one.change.kind !== kind || one.change.id !== id);
    this.changes.push({
      version: this.version,
      change: { kind, id, v: this.version, h: '', data: null, gone: true },
    });
  }

  fetch = async (url: string, init: RequestInit): Promise<Response> => {
    if (this.down) throw new TypeError('fetch failed');
    const method = init.method ?? 'GET';
    const text = typeof init.body === 'string' ? JSON.parse(init.body) : null;
    this.requests.push({ method, path: url, body: text });
    const response = await this.route(method, url, init, text);
    if (init.signal?.aborted) throw new DOMException('aborted', 'AbortError');
    if (this.loseAnswers > 0) {
      this.loseAnswers -= 1;
      throw new TypeError('connection reset');
    }
    return response;
  };

  private async route(method: string, path: string, init: RequestInit, body: unknown): Promise<Response> {
    const headers = new Headers(init.headers);
    if (method !== 'GET' && method !== 'HEAD' && headers.get('X-Handover') !== '1')
      return problem('origin_refused', 403);
    if (path === '/api/v1/enrol')
      return this.enrol(body as { code: string; key: PublicKey; signature: string });
    if (path === '/api/v1/challenge') return json({ challenge: 'sign me' });
    if (path === '/api/v1/renew') return this.renew(body as { signature: string });
    if (!this.signedIn) return problem('not_signed_in', 401);
    if (path === '/api/v1/device') return this.key ? json(this.enrolAnswer()) : problem('not_signed_in', 401);
    if (path === '/api/v1/pin')
      return (body as { pin: string }).pin === this.pin
        ? new Response(null, NO_CONTENT)
        : problem('pin_wrong', 403);
    if (path === '/api/v1/sync') return this.sync(body as SyncRequest);
    if (path === '/api/v1/wiped') return this.takeLeave(body as WipedRequest);
    if (path === '/api/v1/digest') return this.digest();
    if (path === '/api/v1/repair') return this.repair(body as { parts: number[] });
    if (path.startsWith('/api/v1/blobs')) return this.tus(method, path, headers, init);
    return problem('not_found', 404);
  }

  private policy(): EnrolAnswer['policy'] {
    return { gate: this.gatePolicy, opening_hidden_ms: 300_000, ...this.figures };
  }

  enrolAnswer(): EnrolAnswer {
    return {
      organisation: {
        id: ORGANISATION,
        name: '顺达',
        name_en: 'Shunda',
        zone: 'Asia/Shanghai',
        keys: this.keys,
      },
      device: this.device,
      name: '平板 1',
      type: this.type,
      depot: DEPOT,
      person: null,
      roster: this.roster,
      epoch: this.epoch,
      proven_seq: this.seq,
      policy: this.policy(),
    };
  }

  private async enrol(wanted: { code: string; key: PublicKey; signature: string }): Promise<Response> {
    const { x, y } = wanted.key;
    if (!(await verifies(wanted.key, wanted.signature, `handover-enrol-v1\n${wanted.code}\n${x}\n${y}`)))
      return problem('signature_invalid', 401);
    if (wanted.code !== 'GOOD' && wanted.code !== '') return problem('code_unknown', 404); // '': signed in, at the office
    if (this.codeUsedBy !== null && this.codeUsedBy !== x) return problem('code_used', 409);
    this.codeUsedBy = x;
    this.key = wanted.key;
    return json(this.enrolAnswer());
  }

  private async renew({ signature }: { signature: string }): Promise<Response> {
    const text = `handover-renew-v1\n${this.device}\nsign me`;
    if (!this.key || !(await verifies(this.key, signature, text))) return problem('signature_invalid', 401);
    this.signedIn = true;
    return json(this.enrolAnswer());
  }

  private async takeLeave(said: WipedRequest): Promise<Response> {
    const { epoch, seq, hash } = said;
    const text = `handover-wiped-v1\n${ORGANISATION}\n${this.device}\n${epoch}\n${seq}\n${hash}`;
    if (!this.key || !(await verifies(this.key, said.signature, text)))
      return problem('signature_invalid', 401);
    const missing = [...this.declared.keys()].some((sha) => !this.blobs.has(sha) && !this.rejected.has(sha));
    if (seq !== this.seq || hash !== this.hash || missing)
      throw new Error('destroyed before all of it was here');
    this.farewells.push(said);
    return new Response(null, NO_CONTENT);
  }

  private async sync(request: SyncRequest): Promise<Response> {
    this.syncs.push(request);
    const { epoch, seq, hash, signature } = request.head;
    const signed = headText(ORGANISATION, this.device, epoch, seq, hash);
    if (!this.key || !(await verifies(this.key, signature, signed)))
      return problem('head_signature_invalid', 400);
    const outcomes: Outcome[] = [];
    if (epoch === this.epoch) {
      for (const entry of request.entries) outcomes.push(...this.take(entry));
      for (const loss of request.lost) this.lost.set(loss.seq, loss.hash);
      this.fold(outcomes);
      for (const seq of this.heldUnsaid ? [] : this.held())
        outcomes.push(this.outcome(seq, this.entries.get(seq)?.body ?? '', true));
    }
    const pages = this.pages(request.cursors, request.floors);
    const missing = [...this.declared.keys()].filter(
      (sha) => !this.blobs.has(sha) && !this.rejected.has(sha),
    );
    const answer: SyncAnswer = {
      protocol: 1,
      receipt: await this.receipt(missing),
      outcomes,
      pages,
      digests: this.digests(pages),
      gone_buckets: [],
      upload: missing.length === 0 && this.seq === seq ? 'clear' : 'required',
      policy: this.policy(),
      commands: this.commands,
      new_epoch: this.newEpoch,
      notices: [],
      at: new Date(1_795_254_720_000).toISOString(),
    };
    this.newEpoch = null;
    return json(answer);
  }

  private take(entry: { seq: number; hash: string; body: string; private: string[] }): Outcome[] {
    const known = this.entries.get(entry.seq);
    if (!known) this.entries.set(entry.seq, entry);
    else if (known.hash !== entry.hash) throw new Error(`fork at ${entry.seq}`);
    return known && entry.seq <= this.seq ? [this.outcome(entry.seq, entry.body)] : [];
  }

  private fold(outcomes: Outcome[]): void {
    for (;;) {
      const next = this.seq + 1;
      const entry = this.entries.get(next);
      const lost = this.lost.get(next);
      if (!entry && lost === undefined) return;
      this.seq = next;
      if (!entry) {
        this.hash = lost ?? this.hash;
        continue;
      }
      const hash = extend(this.hash, next, utf8(entry.body));
      if (hash !== entry.hash) throw new Error(`the chain breaks at ${next}`);
      this.hash = hash;
      const body = JSON.parse(entry.body) as EntryBody;
      for (const blob of body.blobs) this.declared.set(blob.sha256, blob.size);
      for (const [index, part] of entry.private.entries())
        if (sha256Hex(fromBase64(part)) !== body.private[index]) throw new Error('private part differs');
      outcomes.push(this.outcome(next, entry.body));
    }
  }

  /** Numbers kept beyond a gap. */
  private held(): number[] {
    return [...this.entries.keys()].filter((seq) => seq > this.seq).sort((a, b) => a - b);
  }

  /** Restored from a backup that ends at `seq`. */
  restore(seq: number): void {
    this.hash = this.entries.get(seq)?.hash ?? genesis(ORGANISATION, this.device, 0);
    this.seq = seq;
    for (const known of [...this.entries.keys()]) if (known > seq) this.entries.delete(known);
  }

  private outcome(seq: number, body: string, held = false): Outcome {
    const entry = JSON.parse(body) as EntryBody;
    return {
      seq,
      epoch: this.epoch,
      id: entry.id,
      state: 'applied',
      version: this.version,
      code: null,
      detail: {},
      ...(held ? { state: 'held' as const, version: null } : this.judge(entry)),
    };
  }

  /** Forgets what has left up to now. */
  purge(): void {
    this.changes = this.changes.filter((one) => !one.change.gone);
    this.horizon = this.version;
  }

  private standing(): Change[] {
    return this.changes.map((one) => one.change).filter((change) => !change.gone);
  }

  private tallies(): Tallies {
    const tallies = new Tallies();
    for (const change of this.standing()) tallies.add(change);
    return tallies;
  }

  private digests(pages: Page[]): SyncAnswer['digests'] {
    if (pages.some((page) => page.more)) return [];
    return [{ bucket: BUCKET, version: this.version, ...this.tallies().total() }];
  }

  private digest(): Response {
    const tallies = this.tallies();
    const parts = Array.from({ length: 256 }, (_, part) => [tallies.of(part).count, tallies.of(part).hash]);
    return json({ bucket: BUCKET, version: this.version, parts });
  }

  private repair({ parts }: { parts: number[] }): Response {
    const done = parts.slice(0, this.partsAtOnce);
    const changes = this.standing().filter((change) => done.includes(partOf(change.id)));
    return json({ bucket: BUCKET, version: this.version, parts: done, changes });
  }

  private pages(cursors: Record<string, number>, floors: Record<string, number>): Page[] {
    const behind = BUCKET in cursors && Math.max(cursors[BUCKET] ?? 0, floors[BUCKET] ?? 0) < this.horizon;
    const reset = (cursors[BUCKET] ?? 0) > this.version || behind;
    const after = reset ? 0 : (cursors[BUCKET] ?? 0);
    const found = this.changes.filter((one) => one.version > after).sort((a, b) => a.version - b.version);
    const kept = found.slice(0, this.pageSize);
    const more = kept.length < found.length;
    const to = more ? (kept.at(-1)?.version ?? after) : this.version;
    if (BUCKET in cursors && to === after) return [];
    return [
      { bucket: BUCKET, after, to, more, reset, floor: this.horizon, changes: kept.map((one) => one.change) },
    ];
  }

  /** Starts a new epoch from `base`, as after a fork. Gives what the answer says. */
  fork(base: number): NewEpoch {
    const baseHash =
      base === 0 ? genesis(ORGANISATION, this.device, 0) : (this.entries.get(base)?.hash ?? '');
    this.epoch += 1;
    this.seq = base;
    this.hash = genesis(ORGANISATION, this.device, this.epoch, baseHash);
    for (const seq of [...this.entries.keys()]) if (seq > base) this.entries.delete(seq);
    return { epoch: this.epoch, base_seq: base, base_hash: baseHash };
  }

  private async receipt(missing: string[]): Promise<string> {
    const receipt: Receipt = {
      typ: 'handover-receipt-v1',
      organisation: ORGANISATION,
      device: this.device,
      epoch: this.epoch,
      n: this.seq,
      h: this.hash,
      held: this.held().map((seq) => [seq, seq]),
      lost: [...this.lost.keys()],
      missing,
      missing_count: missing.length + this.missingUnnamed,
      at: new Date(1_795_254_720_000).toISOString(),
    };
    const head = base64url(utf8(JSON.stringify({ alg: 'ES256', kid: 'k1' })));
    const payload = base64url(utf8(JSON.stringify(receipt)));
    const signed: Bytes = utf8(this.forgeReceipts ? `${head}.${payload}x` : `${head}.${payload}`);
    const signature = await crypto.subtle.sign(ES256, this.signKey.privateKey, signed);
    return `${head}.${payload}.${base64url(new Uint8Array(signature))}`;
  }

  // --- files ----------------------------------------------------------------------------------------------------------
  private async tus(method: string, path: string, headers: Headers, init: RequestInit): Promise<Response> {
    const upload = this.uploads.get(path.replace('/api/v1/blobs/uploads/', ''));
    if (method === 'POST') return this.createUpload(headers);
    if (method === 'GET') return this.download(path);
    if (!upload) return problem('upload_unknown', 404);
    const at = { 'Upload-Offset': String(upload.bytes.length) };
    if (method === 'HEAD') return new Response(null, { status: 200, headers: at });
    if (Number(headers.get('Upload-Offset')) !== upload.bytes.length)
      return problem('blob_offset_wrong', 409, at);
    const chunk = new Uint8Array(init.body as ArrayBuffer);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', chunk));
    if (headers.get('Upload-Checksum') !== `sha256 ${btoa(String.fromCharCode(...digest))}`)
      return problem('blob_checksum_wrong', 460, at);
    if (this.cutChunkAt !== null) {
      upload.bytes = joined(upload.bytes, chunk.slice(0, this.cutChunkAt));
      this.cutChunkAt = null;
      throw new TypeError('connection reset');
    }
    upload.bytes = joined(upload.bytes, chunk);
    if (upload.bytes.length >= upload.size) {
      const code = this.rejected.get(upload.sha256);
      if (code) return problem(code, 422);
      if (sha256Hex(upload.bytes) !== upload.sha256) return problem('blob_hash_mismatch', 422);
      if (this.loseBlobs === 0) this.blobs.set(upload.sha256, upload.bytes);
      else this.loseBlobs -= 1;
    }
    return new Response(null, { status: 204, headers: { 'Upload-Offset': String(upload.bytes.length) } });
  }

  private createUpload(headers: Headers): Response {
    const metadata = (headers.get('Upload-Metadata') ?? '').split(',').map((pair) => pair.split(' '));
    const sha256 = atob(metadata.find(([key]) => key === 'sha256')?.[1] ?? '');
    const size = Number(headers.get('Upload-Length'));
    const id = `u${this.uploads.size + 1}`;
    const here = this.blobs.get(sha256) ?? new Uint8Array();
    this.uploads.set(id, { id, sha256, bytes: here, size });
    const location = `/api/v1/blobs/uploads/${id}`;
    return new Response(null, {
      status: 201,
      headers: { Location: location, 'Upload-Offset': String(here.length) },
    });
  }

  private download(path: string): Response {
    const sha = path.split('/')[4] ?? '';
    const bytes = this.blobs.get(sha);
    if (!bytes) return problem('not_found', 404);
    return new Response(new Uint8Array(bytes), { headers: { 'Content-Type': 'image/jpeg' } });
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a, 0);
  all.set(b, a.length);
  return all;
}

const json = (body: unknown): Response => new Response(JSON.stringify(body), { status: 200 });

function problem(code: string, status: number, headers: Record<string, string> = {}): Response {
  const body = { code, zh: code, en: code, detail: {}, retry_after_s: null };
  return new Response(JSON.stringify(body), { status, headers });
}

async function publicOf(pair: CryptoKeyPair, kid: string): Promise<PublicKey> {
  const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  return { kty: 'EC', crv: 'P-256', x, y, kid };
}

async function verifies(key: PublicKey, signature: string, text: string): Promise<boolean> {
  const jwk = { kty: key.kty, crv: key.crv, x: key.x, y: key.y };
  const verifier = await crypto.subtle.importKey('jwk', jwk, CURVE, false, ['verify']);
  return crypto.subtle.verify(ES256, verifier, fromBase64url(signature), utf8(text));
}
