/** The simulation's own tests, apart from the app's: each runs many seeds and needs the server's Python beside it. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('.', import.meta.url)),
    environment: 'node',
    include: ['*.test.ts'],
    fileParallelism: false,
    maxConcurrency: 1,
  },
});
