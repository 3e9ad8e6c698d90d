/**
 * The part of WebCrypto the core uses, at once and with randomness from the seed, so that a seed takes the same course again.
 *
 * Neighbour: `deps.ts` of the core. Invariant: keys are plain objects that a database can keep; only signatures differ from run
 * to run, and nothing is decided by their bytes.
 */
import {
  createCipheriv,
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
  sign as signWith,
  verify as verifyWith,
} from 'node:crypto';
import type { Random } from './random.ts';

interface SimKey {
  simulated: 'ec' | 'hmac' | 'plain';
  type: 'private' | 'public' | 'secret';
  x?: string;
  y?: string;
  d?: string;
  secret?: string;
}

const made = new Map<string, KeyObject>();
const b64u = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

function keyObject(key: SimKey): KeyObject {
  const name = `${key.type}${key.d ?? ''}${key.x}`;
  const known = made.get(name);
  if (known) return known;
  if (made.size > 500) made.clear();
  const { x = '', y = '', d = '' } = key;
  const jwk = { kty: 'EC', crv: 'P-256', x, y, ...(key.type === 'private' ? { d } : {}) };
  const object =
    key.type === 'private'
      ? createPrivateKey({ format: 'jwk', key: jwk })
      : createPublicKey({ format: 'jwk', key: jwk });
  made.set(name, object);
  return object;
}

function pair(random: Random): { privateKey: SimKey; publicKey: SimKey } {
  const ecdh = createECDH('prime256v1');
  const secret = random.bytes(32);
  secret[0] = (secret[0] ?? 0) & 0x7f; // below the group's order
  ecdh.setPrivateKey(secret);
  const point = ecdh.getPublicKey();
  const [x, y] = [b64u(point.subarray(1, 33)), b64u(point.subarray(33, 65))];
  return {
    privateKey: { simulated: 'ec', type: 'private', x, y, d: b64u(secret) },
    publicKey: { simulated: 'ec', type: 'public', x, y },
  };
}

const arrayBuffer = (buffer: Buffer): ArrayBuffer => new Uint8Array(buffer).buffer;
const bytesOf = (source: BufferSource): Uint8Array =>
  ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
const macOf = (key: SimKey, data: BufferSource): Buffer =>
  createHmac('sha256', Buffer.from(key.secret ?? '', 'base64'))
    .update(bytesOf(data))
    .digest();

const secretKey = (bytes: Uint8Array): SimKey => ({
  simulated: 'plain',
  type: 'secret',
  secret: Buffer.from(bytes).toString('base64'),
});
const pointOf = ({ x, y }: { x: string; y: string }): { x: string; y: string } => ({ x, y });

export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

export function simCrypto(random: Random): Crypto {
  const subtle = {
    digest: async (_name: string, data: BufferSource) =>
      arrayBuffer(createHash('sha256').update(bytesOf(data)).digest()),
    generateKey: async ({ name }: { name: string }) =>
      name === 'HMAC'
        ? { simulated: 'hmac', type: 'secret', secret: Buffer.from(random.bytes(32)).toString('base64') }
        : pair(random),
    exportKey: async (_format: string, { x, y }: SimKey) => ({ kty: 'EC', crv: 'P-256', x, y }),
    importKey: async (format: string, key: BufferSource | { x: string; y: string }): Promise<SimKey> =>
      format === 'raw'
        ? secretKey(bytesOf(key as BufferSource))
        : { simulated: 'ec', type: 'public', ...pointOf(key as { x: string; y: string }) },
    deriveBits: async ({ public: theirs }: { public: SimKey }, ours: SimKey) => {
      const ecdh = createECDH('prime256v1');
      ecdh.setPrivateKey(Buffer.from(ours.d ?? '', 'base64url'));
      const [x, y] = [Buffer.from(theirs.x ?? '', 'base64url'), Buffer.from(theirs.y ?? '', 'base64url')];
      return arrayBuffer(ecdh.computeSecret(Buffer.concat([Buffer.from([4]), x, y])));
    },
    deriveKey: async ({ salt, info }: { salt: BufferSource; info: BufferSource }, key: SimKey) => {
      const secret = Buffer.from(key.secret ?? '', 'base64');
      return secretKey(new Uint8Array(hkdfSync('sha256', secret, bytesOf(salt), bytesOf(info), 32)));
    },
    encrypt: async (how: AesGcmParams, key: SimKey, data: BufferSource) => {
      const secret = Buffer.from(key.secret ?? '', 'base64');
      const cipher = createCipheriv('aes-256-gcm', secret, bytesOf(how.iv));
      cipher.setAAD(bytesOf(how.additionalData ?? new Uint8Array()));
      const sealed = Buffer.concat([cipher.update(bytesOf(data)), cipher.final()]);
      return arrayBuffer(Buffer.concat([sealed, cipher.getAuthTag()]));
    },
    sign: async (_how: unknown, key: SimKey, data: BufferSource) =>
      key.simulated === 'hmac'
        ? arrayBuffer(macOf(key, data))
        : arrayBuffer(signWith('sha256', bytesOf(data), { key: keyObject(key), dsaEncoding: 'ieee-p1363' })),
    verify: async (_how: unknown, key: SimKey, signature: BufferSource, data: BufferSource) =>
      key.simulated === 'hmac'
        ? macOf(key, data).equals(bytesOf(signature))
        : verifyWith(
            'sha256',
            bytesOf(data),
            { key: keyObject(key), dsaEncoding: 'ieee-p1363' },
            bytesOf(signature),
          ),
  };
  const getRandomValues = (into: Uint8Array): Uint8Array => {
    random.fill(into);
    return into;
  };
  return { subtle, getRandomValues } as unknown as Crypto;
}
