/**
 * Lets Node run the app's own sources as they stand: an import without an ending means the `.ts` beside it.
 *
 * Neighbours: `node --import ./sim/register.ts sim/main.ts`; `broken.ts`. Invariant: the shipped text is run, never a copy; with
 * `SIM_BROKEN=name` the named fault is cut into it on the way, to show that the checkers notice.
 */
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { breakSource } from './broken.ts';

const broken = process.env.SIM_BROKEN;

registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('.') && context.parentURL?.endsWith('.ts') && !specifier.endsWith('.ts')) {
      const beside = new URL(`${specifier}.ts`, context.parentURL);
      if (existsSync(fileURLToPath(beside))) return next(beside.href, context);
    }
    return next(specifier, context);
  },
  load(url, context, next) {
    const loaded = next(url, context);
    if (!broken || !loaded.source || !url.includes('/src/core/')) return loaded;
    const text =
      typeof loaded.source === 'string'
        ? loaded.source
        : new TextDecoder().decode(loaded.source as Uint8Array);
    return { ...loaded, source: breakSource(broken, url, text) };
  },
});
