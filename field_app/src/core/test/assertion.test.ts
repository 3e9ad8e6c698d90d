/** What an authenticator said, recorded from Chromium's virtual one (assertion.json), and every way it may not hold. */
import { describe, expect, it } from 'vitest';
import {
  type Credential,
  checkCreated,
  checkSaid,
  type Expected,
  rawSignature,
  type Said,
} from '../assertion';
import { base64url, fromBase64, fromUtf8, utf8 } from '../bytes';
import recorded from './assertion.json';

type Recorded = typeof recorded.verified;

const { verified, unverified, foreign } = recorded;

function asked(of: Recorded, challenge: string, more: Partial<Expected> = {}): Expected {
  return { challenge: fromBase64(challenge), origin: of.origin, rpId: of.rpId, ...more };
}

function made(of: Recorded) {
  const { id, clientData, authenticatorData, key, alg } = of.created;
  return {
    id,
    alg,
    clientData: fromBase64(clientData),
    authenticatorData: fromBase64(authenticatorData),
    key: fromBase64(key),
  };
}

function said(of: Recorded, at: 0 | 1): Said & { asked: string } {
  const one = of.said[at];
  if (one === undefined) throw new Error('not recorded');
  return {
    id: one.id,
    asked: one.challenge,
    clientData: fromBase64(one.clientData),
    authenticatorData: fromBase64(one.authenticatorData),
    signature: fromBase64(one.signature),
  };
}

async function credentialOf(of: Recorded): Promise<Credential> {
  const checked = await checkCreated(crypto, asked(of, of.created.challenge), made(of));
  if (!checked.ok) throw new Error(checked.why);
  return checked.value;
}

const refused = (why: string) => ({ ok: false, why });

describe('a credential made by a real browser', () => {
  it('is kept with its key and count, and its word counts once', async () => {
    const credential = await credentialOf(verified);
    expect(credential).toMatchObject({ id: verified.created.id, alg: -7, key: verified.created.key });
    const first = said(verified, 0);
    const one = await checkSaid(crypto, credential, asked(verified, first.asked), first);
    expect(one).toMatchObject({ ok: true });
    const count = one.ok ? one.value : 0;
    expect(count).toBeGreaterThan(credential.count);
    const second = said(verified, 1);
    expect(
      await checkSaid(crypto, { ...credential, count }, asked(verified, second.asked), second),
    ).toMatchObject({
      ok: true,
    });
    expect(await checkSaid(crypto, { ...credential, count }, asked(verified, first.asked), first)).toEqual(
      refused('counter'),
    );
  });

  it('is refused when it was not the person who was verified, not asked here, or not asked now', async () => {
    const { challenge } = verified.created;
    const of = unverified;
    expect(await checkCreated(crypto, asked(of, of.created.challenge), made(of))).toEqual(
      refused('verification'),
    );
    const at = asked(verified, challenge);
    expect(await checkCreated(crypto, { ...at, rpId: 'example.com' }, made(verified))).toEqual(refused('rp'));
    expect(await checkCreated(crypto, { ...at, origin: 'https://example.com' }, made(verified))).toEqual(
      refused('origin'),
    );
    expect(await checkCreated(crypto, asked(foreign, foreign.created.challenge), made(verified))).toEqual(
      refused('challenge'),
    );
    expect(await checkCreated(crypto, at, { ...made(verified), key: null })).toEqual(refused('credential'));
    expect(await checkCreated(crypto, at, { ...made(verified), alg: -8 })).toEqual(refused('credential'));
  });
});

describe('the word of a credential', () => {
  const first = said(verified, 0);
  const at = asked(verified, first.asked);

  it('is refused for another relying party, another origin, a replayed challenge', async () => {
    const credential = await credentialOf(verified);
    expect(await checkSaid(crypto, credential, { ...at, rpId: 'example.com' }, first)).toEqual(refused('rp'));
    expect(await checkSaid(crypto, credential, { ...at, origin: 'http://localhost:1' }, first)).toEqual(
      refused('origin'),
    );
    const later = asked(verified, said(verified, 1).asked);
    expect(await checkSaid(crypto, credential, later, first)).toEqual(refused('challenge'));
  });

  it('is refused without the person verified', async () => {
    const [created, one] = [made(unverified), said(unverified, 0)];
    const known = { id: created.id, key: unverified.created.key, alg: -7 as const, count: 0 };
    expect(await checkSaid(crypto, known, asked(unverified, one.asked), one)).toEqual(
      refused('verification'),
    );
  });

  it('is refused from another key, under another name or changed by a bit', async () => {
    const credential = await credentialOf(verified);
    const other = await credentialOf(foreign);
    expect(await checkSaid(crypto, other, at, first)).toEqual(refused('credential'));
    expect(await checkSaid(crypto, { ...other, id: credential.id }, at, first)).toEqual(refused('signature'));
    for (const part of ['authenticatorData', 'signature'] as const) {
      const bytes = first[part].slice();
      const end = bytes.length - 1;
      bytes[end] = (bytes[end] ?? 0) ^ 1;
      expect(await checkSaid(crypto, credential, at, { ...first, [part]: bytes })).toEqual(
        refused('signature'),
      );
    }
    expect(await checkSaid(crypto, { ...credential, key: 'AAAA' }, at, first)).toEqual(refused('signature'));
  });

  it('is refused as another type, from inside another page, or as nonsense', async () => {
    const credential = await credentialOf(verified);
    const client = JSON.parse(fromUtf8(first.clientData));
    const as = (more: object) => ({ ...first, clientData: utf8(JSON.stringify({ ...client, ...more })) });
    expect(await checkSaid(crypto, credential, at, as({ type: 'webauthn.create' }))).toEqual(refused('type'));
    expect(await checkSaid(crypto, credential, at, as({ crossOrigin: true }))).toEqual(refused('origin'));
    expect(await checkSaid(crypto, credential, at, { ...first, clientData: utf8('[') })).toEqual(
      refused('malformed'),
    );
    const short = first.authenticatorData.slice(0, 36);
    expect(await checkSaid(crypto, credential, at, { ...first, authenticatorData: short })).toEqual(
      refused('malformed'),
    );
    const absent = first.authenticatorData.slice();
    absent[32] = 0x04;
    expect(await checkSaid(crypto, credential, at, { ...first, authenticatorData: absent })).toEqual(
      refused('presence'),
    );
    expect(client.challenge).toBe(base64url(at.challenge));
  });
});

it('reads the two numbers of a DER signature whatever their length, and nothing else', () => {
  const raw = rawSignature(new Uint8Array([0x30, 7, 2, 1, 5, 2, 2, 0, 0x80]));
  expect(raw && [raw[31], raw[63], raw.length]).toEqual([5, 0x80, 64]);
  for (const wrong of [
    [],
    [0x30, 0],
    [0x31, 6, 2, 1, 5, 2, 1, 6],
    [0x30, 6, 2, 1, 5, 2, 1],
    [0x30, 6, 2, 1, 5, 2, 2, 6],
    [0x30, 7, 2, 1, 5, 2, 1, 6, 9],
  ])
    expect(rawSignature(new Uint8Array(wrong))).toBeNull();
});
