/** A rental whose assets leave one after the other is out in parts, as long as one of them has not left. */
import { expect, test } from 'vitest';
import { isOutInParts, type Rental } from './columns';

const rental = (state: Rental['state'], ...lines: string[]): Pick<Rental, 'state' | 'assets'> => ({
  state,
  assets: Object.fromEntries(lines.map((one, at) => [`a${at}`, { state: one }])),
});

test('out in parts while something is out and something has not left', () => {
  expect(isOutInParts(rental('out', 'out', 'reserved'))).toBe(true);
  expect(isOutInParts(rental('out', 'out', 'returned'))).toBe(false);
  expect(isOutInParts(rental('approved', 'reserved', 'reserved'))).toBe(false);
  expect(isOutInParts(rental('returned', 'returned', 'reserved'))).toBe(false);
});
