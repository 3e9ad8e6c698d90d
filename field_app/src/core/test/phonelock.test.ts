/** The phone's own lock: on one's own phone only, beside the PIN, ended with it; a soft authenticator answers. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Created, Said } from '../assertion';
import { type Bytes, base64url, utf8 } from '../bytes';
import type { Context } from '../context';
import { type Admit, phoneLock } from '../phonelock';
import type { Asking, Platform } from '../platform';

const PERSON = 'p-1';

/** Keeps one key, as the chip of a phone does, and signs what it is asked. */
class SoftAuthenticator implements Platform {
  origin = 'https://yard.example';
  rpId = 'yard.example';
  available = true;
  willing = true;
  count = 0;
  asked = 0;
  private key: CryptoKeyPair | null = null;

  async able(): Promise<boolean> {
    return this.available;
  }

  async create(asking: Asking): Promise<Created | null> {
    if (!this.willing) return null;
    this.key = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
    const spki = new Uint8Array(await crypto.subtle.exportKey('spki', this.key.publicKey));
    const { clientData, authenticatorData } = await this.head('webauthn.create', asking);
    return { id: 'AQID', clientData, authenticatorData, key: spki, alg: -7 };
  }

  async get(asking: Asking, id: string): Promise<Said | null> {
    this.asked += 1;
    if (!this.willing || this.key === null) return null;
    const { clientData, authenticatorData } = await this.head('webauthn.get', asking);
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', clientData));
    const text = new Uint8Array([...authenticatorData, ...hash]);
    const raw = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, this.key.privateKey, text);
    return { id, clientData, authenticatorData, signature: der(new Uint8Array(raw)) };
  }

  private async head(type: string, asking: Asking): Promise<{ clientData: Bytes; authenticatorData: Bytes }> {
    this.count += 1;
    const challenge = base64url(asking.challenge);
    const clientData = utf8(JSON.stringify({ type, challenge, origin: this.origin, crossOrigin: false }));
    const rp = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(asking.rpId)));
    const authenticatorData = new Uint8Array([...rp, 0x05, 0, 0, 0, this.count]);
    return { clientData, authenticatorData };
  }
}

function der(raw: Uint8Array): Bytes {
  const numbers = [raw.subarray(0, 32), raw.subarray(32)].flatMap((one) => {
    const digits = [...one.subarray(one.findIndex((byte) => byte !== 0))];
    const signed = (digits[0] ?? 0) > 0x7f ? [0, ...digits] : digits;
    return [0x02, signed.length, ...signed];
  });
  return new Uint8Array([0x30, numbers.length, ...numbers]);
}

interface Kept {
  person: string | null;
  pin_reset_at: string | null;
  left_at: string | null;
  meta: Map<string, unknown>;
}

let kept: Kept;
let chip: SoftAuthenticator;
let admitted: string[];

const admit: Admit = async (person, check) => {
  const result = await check();
  if (result.ok) admitted.push(person);
  return result;
};

function lock() {
  const ctx = {
    deps: { crypto },
    device: { person: kept.person, name: 'SM-79' },
    replica: { whole: Promise.resolve(), one: () => kept },
    db: {
      meta: async (key: string) => kept.meta.get(key),
      setMeta: async (key: string, value: unknown) => void kept.meta.set(key, structuredClone(value)),
    },
  } as unknown as Context;
  return phoneLock(ctx, admit, chip);
}

beforeEach(() => {
  kept = { person: PERSON, pin_reset_at: null, left_at: null, meta: new Map() };
  chip = new SoftAuthenticator();
  admitted = [];
});

describe("the phone's own lock", () => {
  it('lets in who has chosen it, again and again, and keeps nothing that opens anything', async () => {
    expect(await lock().chosen(PERSON)).toBe(false);
    expect(await lock().choose(PERSON)).toBe('ok');
    expect(await lock().chosen(PERSON)).toBe(true);
    expect(await lock().unlock(PERSON)).toBe('ok');
    expect(await lock().unlock(PERSON)).toBe('ok');
    expect(admitted).toEqual([PERSON, PERSON]);
    expect(Object.keys((kept.meta.get(`lock:${PERSON}`) as { credential: object }).credential)).toEqual([
      'id',
      'key',
      'alg',
      'count',
    ]);
    await lock().drop(PERSON);
    expect(await lock().chosen(PERSON)).toBe(false);
    expect(await lock().unlock(PERSON)).toBe('ended');
  });

  it('is nobody else and nothing on a tablet of several people', async () => {
    for (const person of [null, 'p-2']) {
      kept.person = person;
      expect(await lock().offered(PERSON)).toBe(false);
      expect(await lock().choose(PERSON)).toBe('refused');
    }
    kept.person = PERSON;
    await lock().choose(PERSON);
    kept.person = null;
    expect(await lock().chosen(PERSON)).toBe(false);
    expect(await lock().unlock(PERSON)).toBe('ended');
    expect(chip.asked).toBe(0);
  });

  it.each(['pin_reset_at', 'left_at'] as const)('ends with %s, as a PIN does', async (what) => {
    await lock().choose(PERSON);
    kept[what] = '2026-11-22T00:00:00.000Z';
    expect(await lock().chosen(PERSON)).toBe(false);
    expect(await lock().unlock(PERSON)).toBe('ended');
    expect(await lock().choose(PERSON)).toBe('ok');
    expect(await lock().unlock(PERSON)).toBe('ok');
  });

  it('ends also while the phone is asking', async () => {
    await lock().choose(PERSON);
    const ask = chip.get.bind(chip);
    chip.get = async (asking, id) => {
      kept.pin_reset_at = '2026-11-22T00:00:00.000Z';
      return ask(asking, id);
    };
    expect(await lock().unlock(PERSON)).toBe('refused');
    expect(admitted).toEqual([]);
  });

  it('says when the person said no, and believes no page but its own', async () => {
    chip.willing = false;
    expect(await lock().choose(PERSON)).toBe('cancelled');
    chip.willing = true;
    await lock().choose(PERSON);
    chip.willing = false;
    expect(await lock().unlock(PERSON)).toBe('cancelled');
    chip.willing = true;
    const ask = chip.get.bind(chip);
    let first: Said | null = null;
    chip.get = async (asking, id) => {
      first ??= await ask(asking, id);
      return first;
    };
    expect(await lock().unlock(PERSON)).toBe('ok');
    expect(await lock().unlock(PERSON)).toBe('refused');
    expect(admitted).toEqual([PERSON]);
    chip.available = false;
    expect(await lock().chosen(PERSON)).toBe(false);
  });
});
