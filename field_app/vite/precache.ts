/**
 * Bundles the service worker after the pages are written, with the exact list of files it must hold to work offline.
 *
 * Neighbours: `src/sw/sw.ts` reads the list as `__PRECACHE__`; `files.ts` walks the build. Our own because the usual plugin's lock
 * file cannot be installed cleanly.
 * Invariants: every file of the build is listed once (source maps and the worker itself aside); a page is listed by the address
 * it is served at; a file whose name carries its hash has no revision, any other has one.
 */
import { build, type Plugin, type ResolvedConfig } from 'vite';
import { type BuiltFile, builtFiles, revisionOf } from './files.ts';

/** Where the worker's source is, and which built page is served at which address. */
export interface PrecacheOptions {
  readonly worker: string;
  readonly pages: Readonly<Record<string, string>>;
}

/** One line of the list, in the form workbox-precaching takes. */
export interface PrecacheEntry {
  readonly url: string;
  readonly revision: string | null;
}

const WORKER = 'sw.js';

/** The list for a set of built files. Throws when a page that must be served is not among them. */
export function precacheList(
  files: readonly BuiltFile[],
  pages: Readonly<Record<string, string>>,
): PrecacheEntry[] {
  for (const page of Object.keys(pages)) {
    if (!files.some((file) => file.path === page)) throw new Error(`the build has no ${page}`);
  }
  return files
    .filter((file) => file.path !== WORKER && !file.path.endsWith('.map'))
    .map((file) => ({
      url: pages[file.path] ?? `/${file.path}`,
      revision: file.path.startsWith('assets/') ? null : revisionOf(file.bytes),
    }));
}

/** The Vite plugin; does nothing outside `vite build`. */
export function precache(options: PrecacheOptions): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'handover-precache',
    apply: 'build',
    enforce: 'post',
    configResolved(resolved) {
      config = resolved;
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      async handler() {
        const list = precacheList(builtFiles(config.build.outDir), options.pages);
        await buildWorker(options.worker, config, list);
        config.logger.info(`service worker: ${list.length} files for offline work`);
      },
    },
  };
}

async function buildWorker(
  source: string,
  config: ResolvedConfig,
  list: readonly PrecacheEntry[],
): Promise<void> {
  await build({
    configFile: false,
    root: config.root,
    publicDir: false,
    logLevel: 'warn',
    define: { __PRECACHE__: JSON.stringify(list), 'process.env.NODE_ENV': '"production"' },
    build: {
      outDir: config.build.outDir,
      emptyOutDir: false,
      target: 'es2023',
      reportCompressedSize: false,
      lib: { entry: source, formats: ['iife'], name: 'handoverWorker', fileName: () => WORKER },
    },
  });
}
