/** The core's door: what the screens may import. Neighbours: `core.ts` composes it, `types.ts` says what it promises. */
export { CoreError, problem } from './problems';
export type * from './types';
