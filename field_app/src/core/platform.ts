/**
 * The platform's own authenticator (fingerprint, face, the phone's code), as `phonelock.ts` asks it. Loaded with it.
 *
 * Neighbours: W3C Web Authentication; `test/phonelock.test.ts` gives another one. Invariant: this file touches the browser and decides
 * nothing.
 */
import type { Created, Said } from './assertion';
import { ALGORITHMS } from './assertion';
import { type Bytes, fromBase64url, utf8 } from './bytes';

export interface Asking {
  challenge: Bytes;
  rpId: string;
}

export interface Platform {
  origin: string;
  rpId: string;
  /** Whether the device can verify its user itself, and the page may ask it. */
  able(): Promise<boolean>;
  /** A new credential of `user`; `name` is what the phone shows. Null: the person said no, or time ran out. */
  create(asking: Asking, user: string, name: string): Promise<Created | null>;
  /** The word of the credential `id`. Null as above. */
  get(asking: Asking, id: string): Promise<Said | null>;
}

const WAIT_MS = 60_000;
/** The standard knows no relying party by a bare address. */
const ADDRESS = /^[\d.]+$|:/;

const bytesOf = (value: ArrayBuffer): Bytes => new Uint8Array(value);

/** The browser's. */
export function browserPlatform(): Platform {
  return {
    origin: location.origin,
    rpId: location.hostname,
    async able() {
      if (!('PublicKeyCredential' in globalThis) || ADDRESS.test(location.hostname)) return false;
      try {
        return await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable();
      } catch {
        return false;
      }
    },
    create: (asking, user, name) => orNull(() => create(asking, user, name)),
    get: (asking, id) => orNull(() => get(asking, id)),
  };
}

/** Every refusal of the platform is one answer: not now. The standard hides why on purpose. */
async function orNull<T>(ask: () => Promise<T | null>): Promise<T | null> {
  try {
    return await ask();
  } catch {
    return null;
  }
}

async function create({ challenge, rpId }: Asking, user: string, name: string): Promise<Created | null> {
  const made = (await navigator.credentials.create({
    publicKey: {
      challenge,
      rp: { id: rpId, name: 'Handover' },
      user: { id: utf8(user), name, displayName: name },
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key' as const, alg })),
      authenticatorSelection: {
        authenticatorAttachment: 'platform',
        residentKey: 'discouraged',
        userVerification: 'required',
      },
      attestation: 'none',
      timeout: WAIT_MS,
    },
  })) as PublicKeyCredential | null;
  if (made === null) return null;
  const answer = made.response as AuthenticatorAttestationResponse;
  const key = answer.getPublicKey();
  return {
    id: made.id,
    clientData: bytesOf(answer.clientDataJSON),
    authenticatorData: bytesOf(answer.getAuthenticatorData()),
    key: key === null ? null : bytesOf(key),
    alg: answer.getPublicKeyAlgorithm(),
  };
}

async function get({ challenge, rpId }: Asking, id: string): Promise<Said | null> {
  const found = (await navigator.credentials.get({
    publicKey: {
      challenge,
      rpId,
      allowCredentials: [{ type: 'public-key', id: fromBase64url(id), transports: ['internal'] }],
      userVerification: 'required',
      timeout: WAIT_MS,
    },
  })) as PublicKeyCredential | null;
  if (found === null) return null;
  const answer = found.response as AuthenticatorAssertionResponse;
  return {
    id: found.id,
    clientData: bytesOf(answer.clientDataJSON),
    authenticatorData: bytesOf(answer.authenticatorData),
    signature: bytesOf(answer.signature),
  };
}
