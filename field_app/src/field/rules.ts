/**
 * Small decisions of the everyday screens that need no page. Pure.
 *
 * Neighbours: `App.svelte` (what to prefetch), `Asset.svelte` (which handover is open, which task a return closes).
 */
import type { RecordOf, WizardState } from '$core/types';

type Handover = RecordOf<'handover'>;

const PREFETCH_ASSETS_MAX = 60;
const PREFETCH_PHOTOS_MAX = 600;

/** Photos to have at hand without a network: those of the baselines of the assets whose tasks come next. */
export function baselinePhotos(
  tasks: readonly RecordOf<'task'>[],
  assetOf: (id: string) => RecordOf<'asset'> | undefined,
  handoverOf: (id: string) => Handover | undefined,
): string[] {
  const soonest = tasks
    .filter((task) => task.state === 'open')
    .sort((a, b) => a.due_at.localeCompare(b.due_at));
  const assets = [...new Set(soonest.map((task) => task.asset_id))].slice(0, PREFETCH_ASSETS_MAX);
  const shas = assets.flatMap((id) => {
    const baseline = assetOf(id)?.baseline;
    const photos = baseline ? handoverOf(baseline)?.photos : undefined;
    return Object.values(photos ?? {}).map((photo) => photo.sha256);
  });
  return [...new Set(shas)].slice(0, PREFETCH_PHOTOS_MAX);
}

/** The wizard this device has open for an asset, or a handover another device is doing now. */
export function openFor(
  asset: string,
  handovers: readonly Handover[],
  wizards: readonly WizardState[],
): { mine: string | null; elsewhere: Handover | null } {
  const started = handovers.filter((one) => one.asset_id === asset && one.state === 'started');
  const own = new Set(wizards.map((wizard) => wizard.handover));
  return {
    mine: started.find((one) => own.has(one.id))?.id ?? null,
    elsewhere: started.find((one) => !own.has(one.id)) ?? null,
  };
}

/** The open task a check-in of this asset fulfils: to collect or recover it, the soonest. */
export function taskFor(asset: string, tasks: readonly RecordOf<'task'>[]): string | null {
  const fitting = tasks
    .filter((task) => task.asset_id === asset && task.state === 'open')
    .filter((task) => task.type === 'collect' || task.type === 'recover')
    .sort((a, b) => a.due_at.localeCompare(b.due_at));
  return fitting[0]?.id ?? null;
}
