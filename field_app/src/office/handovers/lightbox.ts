/** What the enlarged view turns over. Neighbours: Viewer.svelte makes the list, Lightbox.svelte shows it. */
import type { About } from '$ui/photos/facts';
import type { Shot } from '../lib/handovers';

export interface Framed {
  shot: Shot;
  caption: string;
  /** What stands under a copy that is given away. */
  about: About;
}
