/**
 * A rental's assets as somebody who hands out sees them: which may go now, which are out, which are begun. Pure.
 *
 * Neighbours: HandOut.svelte. Invariant: the phone's own unsent check-outs count at once, though the rental's record does not say so yet.
 */
import type { RecordOf, WizardState } from '$core/types';
import { openFor } from '../rules';

type Asset = RecordOf<'asset'>;
type Rental = Pick<RecordOf<'rental'>, 'id' | 'assets'>;

export type LineState = 'ready' | 'out' | 'returned' | 'contested' | 'begun' | 'unknown';

export interface Line {
  id: string;
  asset: Asset | null;
  state: LineState;
  /** The handover this device has begun of it. */
  handover: string | null;
  /** Another device is at it, or has left it unfinished: said, but no reason to wait for ever. */
  elsewhere: boolean;
}

interface Known {
  rental: Rental;
  assets: readonly Asset[];
  handovers: readonly RecordOf<'handover'>[];
  wizards: readonly WizardState[];
}

/** The rental's lines: what may go first, each kind in order of label. */
export function linesOf({ rental, assets, handovers, wizards }: Known): Line[] {
  const known = new Map(assets.map((asset) => [asset.id, asset]));
  const lines = Object.entries(rental.assets as Record<string, { state: string }>).map(([id, { state }]) => {
    const asset = known.get(id) ?? null;
    const open = openFor(id, handovers, wizards);
    const elsewhere = open.elsewhere !== null;
    return { id, asset, state: stateOf(state, asset, rental.id, open), handover: open.mine, elsewhere };
  });
  const rank = (line: Line): number => Number(line.state !== 'ready');
  const label = (line: Line): string => line.asset?.label ?? line.id;
  return lines.sort((a, b) => rank(a) - rank(b) || label(a).localeCompare(label(b)));
}

function stateOf(
  line: string,
  asset: Asset | null,
  rental: string,
  open: ReturnType<typeof openFor>,
): LineState {
  if (line === 'returned' || line === 'contested') return line;
  if (line === 'out' || (asset?.state === 'out' && asset.rental_id === rental)) return 'out';
  if (asset === null) return 'unknown';
  return open.mine === null ? 'ready' : 'begun';
}

/** What is chosen to begin with: the asset that was asked for and, of a kit, what belongs to it; else all that may go. */
export function chosenFirst(lines: readonly Line[], asked: string): string[] {
  const ready = lines.filter((line) => line.state === 'ready');
  const main = ready.find((line) => line.id === asked);
  if (!main) return ready.map((line) => line.id);
  const kit = main.asset?.kit_members ?? {};
  return ready.filter((line) => line.id === asked || line.id in kit).map((line) => line.id);
}
