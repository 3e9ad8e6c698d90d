/**
 * Gives a copy of a photo away: through the platform's own sheet, or as a download.
 *
 * Neighbours: facts.ts has the lines, the core makes the copy. Invariants: the original is never what is given, and never changes; a
 * person who thinks better of it is no failure.
 */
import type { Core } from '$core/types';
import { type About, copyLines, type Photo } from './facts';

/** shared, saved as a file, left off by the person, or `away`: nobody has the picture now. */
export type Gone = 'shared' | 'saved' | 'left' | 'away';

/** Rejects with a `CoreError` when the picture cannot be opened. */
export async function sharePhoto(core: Core, photo: Photo, about: About): Promise<Gone> {
  const copy = await core.stamped(photo.sha256, copyLines(photo, about));
  if (copy === null) return 'away';
  const name = `${about.what.replace(/[^\p{L}\p{N}]+/gu, '-')}-${photo.at.slice(0, 16).replace(/[:T]/g, '')}.jpg`;
  const file = new File([copy], name, { type: 'image/jpeg' });
  if (navigator.canShare?.({ files: [file] })) {
    try {
      await navigator.share({ files: [file] });
      return 'shared';
    } catch (fault) {
      if (fault instanceof DOMException && fault.name === 'AbortError') return 'left';
      // The sheet would not open (too long since the touch, no target): it is saved instead.
    }
  }
  save(file);
  return 'saved';
}

function save(file: File): void {
  const url = URL.createObjectURL(file);
  const link = Object.assign(document.createElement('a'), { href: url, download: file.name });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads the address after the click returned.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
