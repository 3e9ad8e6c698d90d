/**
 * Beginning a check-in: the entry, its wizard and the entry's own id in the wizard's list.
 *
 * Neighbours: the asset screen calls it, Wizard.svelte goes on from the state. Invariant: once it resolves, the handover and its
 * wizard are durable; a crash between its two writes costs nothing, since the session finds its first entry again.
 */
import type { ArgsOf, Core } from '$core';
import { emptyData, firstState } from './steps';

export type CheckinStart = Omit<ArgsOf<'handover.start'>, 'handover_id' | 'type'>;

/** Records `handover.start` of a check-in; returns the new handover's id. Rejects with a `CoreError`. */
export async function startCheckin(core: Core, what: CheckinStart, label: string): Promise<string> {
  const handover = core.newId();
  const wizard = firstState(handover, core.now());
  const saved = await core.record(
    'handover.start',
    { ...what, handover_id: handover, type: 'check_in' },
    { wizard, label },
  );
  await core.saveWizard({ ...wizard, data: { ...emptyData(), entries: [saved.id] } });
  return handover;
}
