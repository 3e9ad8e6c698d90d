import { expect, it } from 'vitest';
import { meterDues } from './service';

it('names the meters a service is due by, with what they show', () => {
  const none = { readings: {}, odometer_km: 0, service_due_km: null, service_due_hours: null };
  expect(meterDues(none)).toEqual([]);
  expect(meterDues({ ...none, odometer_km: 9_600, service_due_km: 10_000, service_due_hours: 250 })).toEqual([
    { by: 'odometer', shown: 9_600, due: 10_000 },
    { by: 'hours', shown: null, due: 250 },
  ]);
  const read = { odometer: { value: 9_900 }, hours: { value: 260 } };
  expect(
    meterDues({ readings: read, odometer_km: 9_600, service_due_km: 10_000, service_due_hours: 250 }),
  ).toEqual([
    { by: 'odometer', shown: 9_900, due: 10_000 },
    { by: 'hours', shown: 260, due: 250 },
  ]);
});
