/** What the enlarged view turns over. Neighbours: Viewer.svelte makes the list, Lightbox.svelte shows it. */
import type { Shot } from '../lib/handovers';

export interface Framed {
  shot: Shot;
  caption: string;
}
