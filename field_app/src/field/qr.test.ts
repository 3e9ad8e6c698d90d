import { expect, test } from 'vitest';
import { normaliseCode, organisationHint, readQr, shownCode } from './qr';

const HERE = 'rent.example.cn';

test('a bare tag and the address on a label name the same asset', () => {
  expect(readQr(' HV-0001 ', HERE)).toEqual({ kind: 'tag', tag: 'HV-0001', foreign: false });
  expect(readQr(`https://${HERE}/a/HV-0001`, HERE)).toEqual({ kind: 'tag', tag: 'HV-0001', foreign: false });
  expect(readQr(`https://${HERE}/t/HV-0001?o=AB`, HERE)).toEqual({
    kind: 'tag',
    tag: 'HV-0001',
    foreign: false,
  });
  expect(readQr(`https://${HERE}/a/%E6%B5%99A1/`, HERE)).toEqual({
    kind: 'tag',
    tag: '浙A1',
    foreign: false,
  });
});

test("another company's label is foreign; an in-house address has no name to differ by", () => {
  expect(readQr('https://other.example.com/a/HV-0001', HERE)).toMatchObject({ foreign: true });
  expect(readQr('http://192.168.1.5:8000/a/HV-0001', HERE)).toMatchObject({ foreign: false });
  expect(readQr(`https://${HERE}/a/HV-0001`, 'localhost:8000')).toMatchObject({ foreign: false });
});

test('an enrolment link gives its code and whose it is', () => {
  const link = `https://${HERE}/#enrol=ab-cdefg-hjkmn`;
  expect(readQr(link, HERE)).toEqual({ kind: 'enrol', code: 'ABCDEFGHJKMN', host: HERE, foreign: false });
  expect(readQr(link, 'other.example.com')).toMatchObject({ kind: 'enrol', foreign: true });
  expect(readQr('#enrol=ABCDEFGHJKMN', HERE)).toMatchObject({ kind: 'enrol', host: null });
});

test('anything else is unknown, however long or odd', () => {
  const odd = ['', 'WIFI:T:WPA;S:x;;', 'https://x/y', 'javascript://a/b', 'https://', '://', '/a/../b'];
  for (const text of [...odd, 'x'.repeat(100_000), `https://${HERE}/a/${'y'.repeat(200)}`]) {
    expect(readQr(text, HERE)).toEqual({ kind: 'unknown' });
  }
});

test('typed codes are forgiven what people confuse', () => {
  expect(normaliseCode('o1-il2ab cdefg')).toBe('01112ABCDEFG');
  expect(normaliseCode('ABC')).toBeNull();
  expect(normaliseCode('UBCDEFGHJKMN')).toBeNull();
  expect(shownCode('ABCDEFGHJKMN')).toBe('AB-CDEFG-HJKMN');
  expect(shownCode('ABC')).toBe('AB-C');
});

test('the hint of an organisation is the one the server computes', () => {
  expect(organisationHint('0193f1a0-0000-7000-8000-000000000001')).toBe('00');
  expect(organisationHint('0193f1a0-0000-7000-8000-000000000002')).toBe('16');
});
