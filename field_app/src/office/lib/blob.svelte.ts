/**
 * A picture's address for a component: asked of the core, asked again when it may have arrived.
 *
 * Neighbours: the core keeps the object URLs; Photo.svelte and the viewer's parts show them. Invariant: an answer that comes after
 * another picture was wanted is thrown away.
 */
import type { Core } from '$core/types';

export class Picture {
  url = $state<string | null>(null);
  busy = $state(true);
}

interface Wanted {
  sha256: string | null;
  size: 'preview' | 'original';
  /** Changes when it is worth asking again. */
  stamp?: string | number;
}

/** Call while a component is set up. */
export function picture(core: Core, wanted: () => Wanted): Picture {
  const shown = new Picture();
  let last = '';
  $effect(() => {
    const { sha256, size, stamp } = wanted();
    void stamp;
    const key = `${sha256} ${size}`;
    if (key !== last) {
      shown.url = null;
      last = key;
    }
    if (sha256 === null) {
      shown.busy = false;
      return;
    }
    let stale = false;
    shown.busy = true;
    core
      .blobUrl(sha256, size)
      .catch(() => null)
      .then((url) => {
        if (stale) return;
        shown.url = url ?? shown.url;
        shown.busy = false;
      });
    return () => {
      stale = true;
    };
  });
  return shown;
}
