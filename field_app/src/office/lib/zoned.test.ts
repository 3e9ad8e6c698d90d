import { expect, it } from 'vitest';
import { nextHalfHour } from './zoned';

it('begins at the next half hour, and at this one when it is just now', () => {
  expect(nextHalfHour('2026-11-22T08:00:00.000Z')).toBe('2026-11-22T08:00:00.000Z');
  expect(nextHalfHour('2026-11-22T08:00:00.001Z')).toBe('2026-11-22T08:30:00.000Z');
  expect(nextHalfHour('2026-11-22T23:47:12.345Z')).toBe('2026-11-23T00:00:00.000Z');
});
