/**
 * When an asset's next service is due: by date, by distance, by hours of work, whichever comes first. Pure.
 *
 * Neighbours: `server/domain/rules/service.py` plans and moves it on, `$core/leaving` judges by it. Invariant: a line without its due
 * date or reading is left out; one whose meter nobody has read says so.
 */
import { shownBy } from '$core/leaving';
import type { Asset } from '$generated/types';

export interface Due {
  by: 'odometer' | 'hours';
  /** What the meter shows; null when nobody has read it. */
  shown: number | null;
  due: number;
}

const METERS = [
  ['odometer', 'service_due_km'],
  ['hours', 'service_due_hours'],
] as const;

/** The meters its next service is due by. */
export function meterDues(
  asset: Pick<Asset, 'readings' | 'odometer_km' | 'service_due_km' | 'service_due_hours'>,
): Due[] {
  return METERS.flatMap(([by, field]) => {
    const due = asset[field];
    return due === null || due === undefined ? [] : [{ by, shown: shownBy(asset, by), due }];
  });
}
