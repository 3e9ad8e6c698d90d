/**
 * Small decisions of the everyday screens that need no page. Pure.
 *
 * Neighbours: `App.svelte` (what to prefetch), `Asset.svelte` (which handover is open, which task a return closes).
 */
import type { RecordOf, WizardState } from '$core/types';
import type { TaskType } from '../generated/types';

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
  const named = soonest.map((task) => task.asset_id).filter((id) => id !== null);
  const assets = [...new Set(named)].slice(0, PREFETCH_ASSETS_MAX);
  const shas = assets.flatMap((id) => {
    const asset = assetOf(id);
    // Out: its check-out; here: the return that a check-out is compared with.
    const baseline = asset?.state === 'out' ? asset.baseline : asset?.last_return_id;
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
): { mine: string | null; flow: Handover['type'] | null; elsewhere: Handover | null } {
  const started = handovers.filter((one) => one.asset_id === asset && one.state === 'started');
  const own = new Set(wizards.map((wizard) => wizard.handover));
  const mine = started.find((one) => own.has(one.id));
  return {
    mine: mine?.id ?? null,
    flow: mine?.type ?? null,
    elsewhere: started.find((one) => !own.has(one.id)) ?? null,
  };
}

/** The open task a handover of this asset fulfils: of a check-in to collect or recover it, of a check-out to deliver it; the soonest. */
export function taskFor(
  asset: string,
  tasks: readonly RecordOf<'task'>[],
  types: readonly TaskType[] = ['collect', 'recover'],
): string | null {
  const fitting = tasks
    .filter((task) => task.asset_id === asset && (task.state === 'open' || task.state === 'started'))
    .filter((task) => types.includes(task.type))
    .sort((a, b) => a.due_at.localeCompare(b.due_at));
  return fitting[0]?.id ?? null;
}

/** The wizards to go on with, those that one signature closes together as one: its first, and all its handovers in order. */
export function firstOfEach(wizards: readonly WizardState[]): { wizard: WizardState; all: string[] }[] {
  const open = new Set(wizards.map((one) => one.handover));
  return wizards.flatMap((wizard) => {
    const group = Array.isArray(wizard.data?.group) ? (wizard.data.group as string[]) : [];
    const all = group.filter((id) => open.has(id));
    if (all.length < 2) return [{ wizard, all: [wizard.handover] }];
    return all[0] === wizard.handover ? [{ wizard, all }] : [];
  });
}
