/**
 * How the app is built: two pages (field at `/`, office at `/office/`) and one service worker.
 *
 * Neighbours: `vite/precache.ts` bundles the worker with its list of files; `vite/first-download.ts` measures the result.
 * Invariants: base is `/`; everything hashed lies under `/assets/`; nothing is inlined (the pages' CSP allows only own files).
 */
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { firstDownload } from './vite/first-download.ts';
import { precache } from './vite/precache.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: '/',
  plugins: [
    svelte(),
    precache({
      worker: here('./src/sw/sw.ts'),
      pages: { 'index.html': '/', 'office/index.html': '/office/' },
    }),
    firstDownload({ page: 'index.html', limitBytes: 150_000 }),
  ],
  resolve: {
    alias: {
      $core: here('./src/core'),
      $ui: here('./src/ui'),
      $i18n: here('./src/i18n'),
      $generated: here('./src/generated'),
    },
  },
  build: {
    target: 'es2023',
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { input: { field: here('./index.html'), office: here('./office/index.html') } },
  },
  worker: { format: 'es' },
  test: {
    environment: 'node',
    include: ['src/**/*.test.ts', 'vite/**/*.test.ts'],
    testTimeout: 30_000,
  },
});
