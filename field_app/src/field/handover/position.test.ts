/** What of the platform's position is written. */
import { expect, test } from 'vitest';
import { written } from './position';

test('degrees to a decimetre, whole metres of accuracy', () => {
  const given = { latitude: 30.274_084_123_4, longitude: 120.155_069_9, accuracy: 11.2 };
  expect(written(given)).toEqual({ lat: 30.274084, lon: 120.15507, accuracy_m: 12 });
});

test('what is no position is not written', () => {
  for (const wrong of [
    { latitude: Number.NaN, longitude: 120, accuracy: 5 },
    { latitude: 91, longitude: 120, accuracy: 5 },
    { latitude: 30, longitude: 120, accuracy: 5_000_000 },
  ]) {
    expect(written(wrong)).toBeNull();
  }
});
