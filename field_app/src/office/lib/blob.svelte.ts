/**
 * A picture's address for a component: asked of the core, asked again when it may have arrived.
 *
 * Neighbours: the core keeps the object URLs; Photo.svelte and the viewer's parts show them. Invariant: an answer that comes after
 * another picture was wanted is thrown away.
 */
import { untrack } from 'svelte';
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

/** Files arrive in a row: asking again waits for a pause, so that one upload is not asked for by every file before it. */
const PAUSE_MS = 700;

/** Call while a component is set up. */
export function picture(core: Core, wanted: () => Wanted): Picture {
  const shown = new Picture();
  let last = '';
  $effect(() => {
    const { sha256, size, stamp } = wanted();
    void stamp;
    const key = `${sha256} ${size}`;
    const again = key === last;
    last = key;
    // A picture is immutable: once it is here, nothing can arrive.
    if (again && untrack(() => shown.url) !== null) return;
    if (!again) shown.url = null;
    if (sha256 === null) {
      shown.busy = false;
      return;
    }
    let stale = false;
    if (!again) shown.busy = true;
    const timer = setTimeout(
      async () => {
        const url = await core.blobUrl(sha256, size).catch(() => null);
        if (stale) return;
        shown.url = url;
        shown.busy = false;
      },
      again ? PAUSE_MS : 0,
    );
    return () => {
      stale = true;
      clearTimeout(timer);
      // What was not answered is as good as not asked.
      if (untrack(() => shown.busy)) last = '';
    };
  });
  return shown;
}
