/** Invitations in addresses, and passwords to begin with. */
import { describe, expect, it } from 'vitest';
import { freshPassword, joinAddress, joinCode } from './accounts';

describe('an invitation', () => {
  it('comes back out of its own address', () => {
    const code = 'AbCdEfGhIjKlMnOpQrStUvWxYz_-0123';
    const address = joinAddress('https://handover.example', code);
    expect(joinCode(new URL(address).hash)).toBe(code);
  });

  it('is not seen in any other address', () => {
    for (const hash of ['', '#/board', '#join=', '#join=short', '#join=with space and more than twenty']) {
      expect(joinCode(hash)).toBeNull();
    }
  });
});

it('makes a password of four groups, another each time, without look-alikes', () => {
  const one = freshPassword();
  expect(one).toMatch(/^([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}$/);
  expect(freshPassword()).not.toBe(one);
  let at = 0;
  const counting = (into: Uint8Array<ArrayBuffer>): Uint8Array => into.map(() => at++ % 256);
  expect(freshPassword(counting)).toBe('abcd-efgh-jkmn-pqrs');
});
