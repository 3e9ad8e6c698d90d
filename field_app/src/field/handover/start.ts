/**
 * Beginning a handover: its entry, its wizard and the entry's own id in the wizard's list.
 *
 * Neighbours: the asset screen and HandOut.svelte call it, Wizard.svelte goes on from the state. Invariant: once it resolves, the
 * handovers and their wizards are durable, all of them or none; a crash between its two writes costs nothing, since the session
 * finds its first entry again.
 */
import type { ArgsOf, Core, NewEntry } from '$core';
import type { HandoverType, RentedType } from '$generated/types';
import { firstState, type HandoverData, type Passed } from './steps';

export type HandoverStart = Omit<ArgsOf<'handover.start'>, 'handover_id' | 'type' | 'gate_reason'>;

/** One asset that is to be handed over. */
export interface Beginning {
  what: HandoverStart;
  label: string;
  passed?: Passed | null;
}

/**
 * Records `handover.start` of each; several are one group, closed by one signature. Returns the new handovers' ids in order. Rejects
 * with a `CoreError`.
 */
export async function startHandovers(
  core: Core,
  flow: RentedType,
  begun: readonly Beginning[],
): Promise<string[]> {
  return begin(core, flow, begun, ({ what, label, passed }, id) => {
    const args = { ...what, handover_id: id, type: flow };
    return {
      action: 'handover.start',
      args: passed ? { ...args, gate_reason: passed.reason } : args,
      extra: { label },
    };
  });
}

interface Transferring {
  what: Omit<ArgsOf<'transfer.start'>, 'transfer_id'>;
  label: string;
  passed?: null;
}

/** The same for transfers: all to one colleague, who signs once. */
export async function startTransfers(core: Core, begun: readonly Transferring[]): Promise<string[]> {
  return begin(core, 'transfer', begun, ({ what, label }, id) => ({
    action: 'transfer.start',
    args: { ...what, transfer_id: id },
    extra: { label },
  }));
}

async function begin<B extends { passed?: Passed | null }>(
  core: Core,
  flow: HandoverType,
  begun: readonly B[],
  entryOf: (one: B, id: string) => NewEntry,
): Promise<string[]> {
  const ids = begun.map(() => core.newId());
  const data: Partial<HandoverData> = { group: ids.length > 1 ? ids : [] };
  const states = begun.map(({ passed = null }, at) =>
    firstState(ids[at] ?? '', core.now(), flow, { ...data, passed }),
  );
  const entries = begun.map((one, at): NewEntry => {
    const entry = entryOf(one, ids[at] ?? '');
    return { ...entry, extra: { ...entry.extra, wizard: states[at] ?? null } } as NewEntry;
  });
  const saved = await core.recordAll(entries);
  for (const [at, state] of states.entries()) {
    const own = saved[at]?.id;
    if (own !== undefined) await core.saveWizard({ ...state, data: { ...state.data, entries: [own] } });
  }
  return ids;
}
