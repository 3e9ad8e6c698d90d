/**
 * The check-out picture behind the live one: its address as soon as this device has it.
 *
 * Neighbours: Viewfinder shows it. Invariant: while it is not here it is asked for again, one question at a time, for as long as
 * the shot is on the screen; nothing claims to be aligned with a picture that cannot be seen.
 */
import type { Core } from '$core';

const AGAIN_MS = 4000;

/** Follows the picture whose hash `sha` gives. `url` is null until it is on this device; `asked` once that is known. */
export function ghostOf(
  core: Core,
  sha: () => string | null,
): { readonly url: string | null; readonly asked: boolean } {
  let url = $state<string | null>(null);
  let asked = $state(false);
  $effect(() => {
    const wanted = sha();
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    url = null;
    asked = false;
    if (wanted === null) return;
    const look = async (): Promise<void> => {
      const found = await core.blobUrl(wanted, 'preview').catch(() => null);
      if (over) return;
      url = found;
      asked = true;
      if (found === null) timer = setTimeout(() => void look(), AGAIN_MS);
    };
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  });
  return {
    get url() {
      return url;
    },
    get asked() {
      return asked;
    },
  };
}
