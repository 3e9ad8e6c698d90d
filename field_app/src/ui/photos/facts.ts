/**
 * What is known of a photo, in words, and the lines that go under a copy of it. Pure but for the present language.
 *
 * Neighbours: PhotoView (field) and Lightbox (office) show them, share.ts prints them. Invariants: a chosen file is never called live ·
 * a time stands with its zone · what a file says of itself is said to be the file's word.
 */
import type { HandoverPhoto } from '$core/types';
import { tc } from '$i18n/common';
import { fmt } from '$i18n/fmt';
import { tp } from '$i18n/photos';

export type Photo = Pick<HandoverPhoto, 'sha256' | 'source' | 'how' | 'at' | 'position' | 'file_time'>;

const HASH_SHOWN = 16;
const DEGREES_SHOWN = 5;

/** "UTC+08:00" of a zone at a moment. */
export function offsetOf(iso: string, zone: string): string {
  try {
    const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(
      new Date(iso),
    );
    const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
    return name === 'GMT' ? 'UTC+00:00' : name.replace('GMT', 'UTC');
  } catch {
    return zone; // a zone this browser does not know: its name says more than nothing
  }
}

/** "2026-11-21 09:52:07 UTC+08:00" */
export const momentText = (iso: string, zone: string): string =>
  `${fmt.dateTime(iso, zone, true)} ${offsetOf(iso, zone)}`;

/** When it was taken; of a chosen file when it was added. */
export function timeText(photo: Photo, zone: string): string {
  const at = momentText(photo.at, zone);
  return photo.source === 'gallery' ? tp('photo.added', { at }) : tp('photo.taken', { at });
}

/** How it was got. */
export function sourceText(photo: Photo): string {
  return photo.source === 'gallery'
    ? tp('photo.fromGallery')
    : `${tc('photoSource.camera')} · ${tc(`photoHow.${photo.how}`)}`;
}

/** The file's own word about its time; null when it has none. */
export function fileTimeText({ file_time: said }: Photo): string | null {
  return said
    ? tp('photo.fileTime', { at: said.replace('T', ' ').replace(/([+-]\d\d:\d\d)$/, ' UTC$1') })
    : null;
}

/** Where it was taken; null when that is not known. */
export function positionText({ position }: Photo): string | null {
  if (!position) return null;
  const [lat, lon] = [position.lat, position.lon].map((degrees) => degrees.toFixed(DEGREES_SHOWN));
  return `${lat}, ${lon} (±${position.accuracy_m} m)`;
}

/** What it shows and where that belongs, in words. */
export interface About {
  /** Asset and slot. */
  what: string;
  /** The depot. */
  place: string;
  zone: string;
}

/** The lines under a copy: what, when, where, and which original it is a copy of. */
export function copyLines(photo: Photo, about: About): string[] {
  return [
    about.what,
    timeText(photo, about.zone),
    photo.source === 'gallery' ? [sourceText(photo), fileTimeText(photo)].filter(Boolean).join(' · ') : '',
    [about.place, positionText(photo)].filter(Boolean).join(' · '),
    tp('photo.copyOf', { hash: photo.sha256.slice(0, HASH_SHOWN) }),
  ].filter((line) => line !== '');
}
