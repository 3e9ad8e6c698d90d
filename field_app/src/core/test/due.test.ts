/** The due time of a rental: the same answers as the server's, from the golden vectors. */
import { describe, expect, it } from 'vitest';
import cases from '../../../../tests/vectors/due.json';
import { dueOf } from '../due';

describe('due', () => {
  it.each(cases)('$state, due $due_at, at $now in $zone', (one) => {
    expect(dueOf(one, one.zone, one.now, one.soon_days)).toEqual(one.due);
  });
});
