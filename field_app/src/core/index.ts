/** The core's door: what the screens may import. Neighbours: `core.ts` composes it, `types.ts` says what it promises. */
import { CoreImpl, type Flavour } from './core';
import { browserDeps } from './deps';
import type { Core } from './types';

export { CoreError, problem } from './problems';
export type * from './types';

/** The core of this page. `app`: the version of this build, at most 40 characters. */
export function createCore(options: { flavour: Flavour; app?: string }): Core {
  return new CoreImpl(browserDeps(options.app ?? '0.1.0'), options.flavour);
}
