/**
 * Beginning a return from wherever its asset is shown.
 *
 * Neighbours: Today.svelte and the asset's screen call it, `handover/start.ts` (loaded then) does it. Invariant: resolves when the
 * handover is durable; rejects with a `CoreError`.
 */
import type { Core, RecordOf } from '$core';
import { t } from '$i18n/index';
import { go } from './router';
import { taskFor } from './rules';
import { assetName } from './shared/names';

/** Records the beginning of an asset's return, for its soonest task to collect, and shows its first step. */
export async function beginReturn(
  core: Core,
  asset: RecordOf<'asset'>,
  tasks: readonly RecordOf<'task'>[],
): Promise<void> {
  const { startHandovers } = await import('./handover/start');
  const what = {
    asset_id: asset.id,
    rental_id: asset.rental_id,
    task_id: taskFor(asset.id, tasks),
    baseline_id: asset.baseline,
  };
  const label = `${assetName(asset)} ${t('start.label')}`;
  const [handover] = await startHandovers(core, 'check_in', [{ what, label }]);
  if (handover) go({ name: 'handover', handover });
}
