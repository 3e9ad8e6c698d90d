/** What an outcome tells of values that do not stand. Pure. Neighbour: `sync/losers.py`, which writes it. */

/** One value of one's own entry that does not stand. */
export interface Loss {
  kind: string;
  id: string;
  field: string;
  /** The item of a map; null: the field itself. */
  item: string | null;
  /** What was written is still known. */
  known: boolean;
  said: unknown;
  /** This device may see what stands. */
  shown: boolean;
  stands: unknown;
  by: string | null;
  at: string | null;
  /** A person decides between the two; both are kept. */
  decided: boolean;
}

/** What would write the values that lost once more. */
export interface Again {
  action: string;
  args: Record<string, unknown>;
}

/** Which of the entry's values do not stand. */
export function lossesOf(detail: Readonly<Record<string, unknown>>): Loss[] {
  return Array.isArray(detail.told) ? (detail.told as Loss[]) : [];
}

/** What writes them once more; null where somebody decides, or it is not so simple. */
export function againOf(detail: Readonly<Record<string, unknown>>): Again | null {
  return (detail.again as Again | undefined) ?? null;
}
