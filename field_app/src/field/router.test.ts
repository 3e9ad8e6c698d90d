import { expect, test } from 'vitest';
import { href, parse, type Route } from './router';

const ID = '0193f1a0-0000-7000-8000-000000000001';

test('every route is read back from its own address', () => {
  const routes: Route[] = [
    { name: 'today' },
    { name: 'scan' },
    { name: 'asset', id: ID },
    { name: 'handover', handover: ID },
    { name: 'handout', asset: ID },
    { name: 'sync' },
    { name: 'me' },
    { name: 'enrol', code: 'AB-CDEFG-HJKMN' },
  ];
  for (const route of routes) expect(parse(href(route))).toEqual(route);
});

test('what cannot be read is Today', () => {
  for (const hash of ['', '#', '#/', '#/asset', '#/asset/x', `#/asset/${ID}/more`, '#/me/x', '#/nowhere']) {
    expect(parse(hash)).toEqual({ name: 'today' });
  }
});

test('the link of an enrolment code survives bad escapes and is bounded', () => {
  expect(parse('#enrol=ab%20c')).toEqual({ name: 'enrol', code: 'ab c' });
  expect(parse('#enrol=%zz')).toEqual({ name: 'enrol', code: '%zz' });
  const long = parse(`#enrol=${'A'.repeat(5000)}`);
  expect(long.name === 'enrol' && long.code.length).toBe(40);
});
