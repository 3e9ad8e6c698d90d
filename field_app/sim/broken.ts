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
  /** A seed that is known to show it: where the test begins to look. */
  seed: number;
  /** The checkers that may notice it. */
  caughtBy: readonly string[];
}

export const BROKEN: Record<string, Break> = {
  'drop before receipt': {
    file: 'apply.ts',
    from: 'for (const row of rows) if (row.proven) outbox.delete([row.epoch, row.seq]);',
    to: 'for (const row of rows) outbox.delete([row.epoch, row.seq]);',
    seed: 1,
    caughtBy: ['receipt before removal', 'nothing is lost'],
  },
  'page and cursor in two transactions': {
    file: 'apply.ts',
    from: 'const applied = await ctx.db.write(ALL, async (tx) => {',
    to: `const early = (await ctx.db.meta('cursors')) ?? {};
  await ctx.db.setMeta('cursors', { ...early, ...Object.fromEntries(answer.pages.map((page) => [page.bucket, page.to])) });
  const applied = await ctx.db.write(ALL, async (tx) => {`,
    seed: 1,
    caughtBy: ['divergence', 'replica'],
  },
  'wipe before upload': {
    file: 'opened.ts',
    from: "['meta', 'records', 'previews', 'wizards'], async (tx) => {",
    to: "['meta', 'records', 'previews', 'wizards', 'outbox'], async (tx) => { tx.objectStore('outbox').clear();",
    seed: 1,
    caughtBy: ['receipt before removal', 'nothing is lost'],
  },
  'acknowledge files by size': {
    file: 'blobs.ts',
    from: 'this.offset = offset ?? 0;',
    to: 'this.offset = offset ?? 0; this.confirmed = this.offset >= this.bytes.byteLength;',
    seed: 5,
    caughtBy: ['receipt before removal', 'files'],
  },
  'saved before it is durable': {
    file: 'db.ts',
    from: '      await finished;\n',
    to: '',
    seed: 5,
    caughtBy: ['nothing is lost', 'numbers', 'receipt before removal'],
  },
  'the gate stands open': {
    file: 'gate.ts',
    from: 'if (unsent.entries > 0) return true;',
    to: 'if (unsent.entries > -1) return false;',
    seed: 1,
    caughtBy: ['gate'],
  },
  'apply across a gap': {
    file: 'apply.ts',
    from: 'if (cursor === undefined || frame.prev !== cursor)',
    to: 'if (cursor === undefined)',
    seed: 1,
    caughtBy: ['divergence', 'replica'],
  },
  'a new epoch counts as proven': {
    file: 'epoch.ts',
    from: 'outcome: null, proven: false, held: false',
    to: 'outcome: null, proven: true, held: false',
    seed: 77,
    caughtBy: ['receipt before removal', 'nothing is lost', 'numbers'],
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
