/** The simulation's own tests, apart from the app's: each runs many seeds and needs the server's Python beside it. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Beside the app's own, not in a second node_modules here.
  cacheDir: fileURLToPath(new URL('../node_modules/.vite-sim', import.meta.url)),
  test: {
    root: fileURLToPath(new URL('.', import.meta.url)),
    environment: 'node',
    include: ['*.test.ts'],
    fileParallelism: false,
    maxConcurrency: 1,
  },
});
