/**
 * Where a person stands in each handover, durable on its own when a page is turned without an entry.
 *
 * Neighbours: `outbox.ts` writes a step together with the entries it belongs to. Invariant: one wizard per handover.
 */
import type { Context } from './context';
import type { WizardState } from './types';

export async function saveWizard(ctx: Context, state: WizardState): Promise<void> {
  await ctx.db.write(['wizards'], async (tx) => {
    tx.objectStore('wizards').put(state);
  });
  ctx.wizards.update((all) => [...all.filter((one) => one.handover !== state.handover), state]);
  ctx.tell({ what: 'outbox' });
}

export async function endWizard(ctx: Context, handover: string): Promise<void> {
  await ctx.db.write(['wizards'], async (tx) => {
    tx.objectStore('wizards').delete(handover);
  });
  ctx.wizards.update((all) => all.filter((one) => one.handover !== handover));
  ctx.tell({ what: 'outbox' });
}
