/** Codes are the server's codes: the vectors were computed by `server/auth/codes.py`. */
import { describe, expect, it } from 'vitest';
import { codeSha256, enrolAddress, newCode, organisationHint, shownCode } from './codes';

const VECTORS = [
  {
    organisation: '0190a000-0000-7000-8000-000000000001',
    hint: 'EY',
    code: 'EY7KQ2MZX9AB',
    shown: 'EY-7KQ2M-ZX9AB',
    sha256: '7f5833a8d54498d70fdc8ccfddcc65d28914f82e8a3057258502b8c2fd9aa3e8',
  },
  {
    organisation: '018f3c3e-7a10-7c4e-9d6b-0123456789ab',
    hint: '2H',
    code: '2H7KQ2MZX9AB',
    shown: '2H-7KQ2M-ZX9AB',
    sha256: '6c0e27885b34e199fedd236adee9ab78267c78507add639c7599dc635cf3ea14',
  },
  {
    organisation: '01933333-3333-7333-b333-333333333333',
    hint: 'Q7',
    code: 'Q77KQ2MZX9AB',
    shown: 'Q7-7KQ2M-ZX9AB',
    sha256: 'b68af89e474969762bda34220fd8e64271b125143b6797575bb96508687bbfc3',
  },
] as const;

describe('enrolment codes', () => {
  it.each(VECTORS)('of $organisation agree with the server', (vector) => {
    expect(organisationHint(vector.organisation)).toBe(vector.hint);
    expect(shownCode(vector.code)).toBe(vector.shown);
    expect(codeSha256(vector.code)).toBe(vector.sha256);
  });

  it('have twelve characters of the alphabet and take every random byte', () => {
    const code = newCode(VECTORS[0].organisation, (into) => into.map((_, index) => 255 - index));
    expect(code).toBe('EYZYXWVTSRQP');
    const seen = new Set(Array.from({ length: 200 }, () => newCode(VECTORS[0].organisation)));
    expect(seen.size).toBe(200);
    for (const one of seen) {
      expect(one).toMatch(/^EY[0-9A-HJKMNP-TV-Z]{10}$/);
    }
  });

  it('travel behind the hash of the address', () => {
    expect(enrolAddress('https://handover.example', 'EY7KQ2MZX9AB')).toBe(
      'https://handover.example/#enrol=EY7KQ2MZX9AB',
    );
  });
});
