/**
 * The files of a finished build, with what the other build steps need to know of each.
 *
 * Neighbours: `precache.ts`, `first-download.ts`. Invariant: the order is that of the names, so that equal sources give equal builds.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One file of the build: its path from the output folder with `/` between the parts, and its bytes. */
export interface BuiltFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** Every file below `folder`, sorted by path. Throws when the folder is missing: then nothing was built. */
export function builtFiles(folder: string): BuiltFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((full) => ({ path: full.slice(folder.length + 1).replaceAll('\\', '/'), bytes: readFileSync(full) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The first 16 hex digits of the SHA-256: enough to tell one build's file from the next. */
export function revisionOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
