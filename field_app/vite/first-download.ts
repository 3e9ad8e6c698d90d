/**
 * Measures what a phone must fetch before the first screen can stand, and fails the build when that grows past its bound.
 *
 * Neighbours: `vite.config.ts` sets the bound. Counted: the page and every script and style it reaches through static imports, each
 * compressed by gzip as the server sends it. Not counted: what is imported later (the QR reader's wasm, wizard steps) and icons.
 */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';
import { builtFiles } from './files.ts';

/** Which page is measured, and how many compressed bytes it may cost. */
export interface FirstDownloadOptions {
  readonly page: string;
  readonly limitBytes: number;
}

/** Names of the files a page needs before it can run, by following static imports from the scripts and styles it names. */
export function reachedFiles(html: string, texts: ReadonlyMap<string, string>): string[] {
  const reached = new Set<string>();
  const waiting = namedAssets(html);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (reached.has(name)) continue;
    const text = texts.get(name);
    if (text === undefined) throw new Error(`the page needs ${name}, which was not built`);
    reached.add(name);
    if (name.endsWith('.js')) waiting.push(...staticImports(name, text));
  }
  return [...reached].sort();
}

function namedAssets(html: string): string[] {
  return [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map((hit) => hit[1] ?? '');
}

/** Static imports of a built chunk: `import"./x.js"` and `from"./x.js"`, never `import("./x.js")`. */
function staticImports(name: string, text: string): string[] {
  const folder = name.slice(0, name.lastIndexOf('/') + 1);
  const hits = text.matchAll(/(?:\bimport|\bfrom)\s*["']\.\/([^"']+\.js)["']/g);
  return [...hits].map((hit) => folder + (hit[1] ?? ''));
}

/** The Vite plugin; does nothing outside `vite build`. Fails the build when the bound is passed. */
export function firstDownload(options: FirstDownloadOptions): Plugin {
  let folder = '';
  return {
    name: 'handover-first-download',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      folder = config.build.outDir;
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      handler(this: Rolldown.PluginContext, error?: Error) {
        if (error) return;
        const files = builtFiles(folder);
        const texts = new Map(files.map((file) => [file.path, file.bytes.toString('utf8')]));
        const html = texts.get(options.page);
        if (html === undefined) this.error(`${join(folder, options.page)} was not built`);
        const names = [options.page, ...reachedFiles(html, texts)];
        const sizes = names.map((name) => gzipSync(texts.get(name) ?? '', { level: 9 }).length);
        const total = sizes.reduce((sum, size) => sum + size, 0);
        names.forEach((name, at) => {
          this.info(`${((sizes[at] ?? 0) / 1000).toFixed(1).padStart(7)} kB  ${name}`);
        });
        const line = `first download of the field app: ${(total / 1000).toFixed(1)} kB gzip, bound ${options.limitBytes / 1000} kB`;
        if (total > options.limitBytes) this.error(`${line}: too large`);
        this.info(line);
      },
    },
  };
}
