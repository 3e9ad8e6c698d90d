/**
 * Deliberately broken cores: one change of the shipped text each, made while it is loaded, to show that the checkers notice.
 *
 * Neighbours: `register.ts` applies them; `broken.test.ts` runs each. Invariant: a change fits exactly one place; when the core is
 * rewritten so that it no longer does, loading fails, and so does the test.
 */
interface Break {
  file: string;
  from: string;
  to: string;
  /** The checkers that may notice it. */
  caughtBy: readonly string[];
}

export const BROKEN: Record<string, Break> = {
  'drop before receipt': {
    file: 'apply.ts',
    from: 'for (const row of rows) if (row.proven) outbox.delete([row.epoch, row.seq]);',
    to: 'for (const row of rows) outbox.delete([row.epoch, row.seq]);',
    caughtBy: ['receipt before removal', 'nothing is lost', 'declared'],
  },
};

/** The text of a file with the named fault in it. */
export function breakSource(name: string, url: string, text: string): string {
  const change = BROKEN[name];
  if (!change) throw new Error(`no such fault: ${name}`);
  if (!url.endsWith(`/src/core/${change.file}`)) return text;
  const parts = text.split(change.from);
  if (parts.length !== 2) throw new Error(`${name} fits ${change.file} in ${parts.length - 1} places`);
  return parts.join(change.to);
}
