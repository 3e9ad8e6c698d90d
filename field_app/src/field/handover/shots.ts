/**
 * From a picture to its entry: what was measured, and the entries that add or replace a photo.
 *
 * Neighbours: camera.ts yields pictures, quality.ts judges them, session.svelte.ts writes the entries. Invariant: the bytes that go
 * in are the ones the browser first yielded; photo and entry are one `record` call.
 */
import type { Captured, Core, NewEntry } from '$core';
import type { BlobType } from '$generated/types';
import { fileTime } from './exif';
import type { Position } from './position';
import { type Flaw, flawOf } from './quality';

export interface Picture {
  bytes: Blob;
  how: 'still' | 'frame' | 'file';
  source: 'camera' | 'gallery';
  /** Where the device was at that moment; of a live shot only. */
  position?: Position | null;
}

export interface Measured {
  picture: Picture;
  captured: Captured;
  flaw: Flaw | null;
  /** What a chosen file says of when it was taken. */
  fileTime: string | null;
}

const TYPES: readonly BlobType[] = ['image/jpeg', 'image/png', 'image/webp'];

/** The type of a picture the wire takes; null for any other file. */
export function pictureType(bytes: Blob): BlobType | null {
  return TYPES.find((type) => type === bytes.type) ?? null;
}

/** A chosen file. Whether a phone's own camera or its gallery gave it cannot be known, so it never claims to be live. */
export function fromFile(file: Blob): Picture {
  return { bytes: file, how: 'file', source: 'gallery' };
}

/** Hashes and measures. Rejects with a `CoreError` when it cannot be opened. */
export async function measured(core: Core, picture: Picture): Promise<Measured> {
  const [captured, said] = await Promise.all([
    core.capture(picture.bytes),
    picture.how === 'file' ? fileTime(picture.bytes) : null,
  ]);
  return { picture, captured, flaw: flawOf(captured), fileTime: said };
}

export interface Place {
  handover: string;
  slot: string;
  damage: string | null;
  /** The photo it takes the place of. */
  replaces: string | null;
  label: string;
}

/** The entries that add a measured picture at its place. */
export function photoEntries(core: Core, shot: Measured, place: Place, override: string | null): NewEntry[] {
  const { picture, captured } = shot;
  const damage = place.damage === null ? {} : { damage_id: place.damage };
  const add: NewEntry = {
    action: 'photo.add',
    args: {
      handover_id: place.handover,
      photo_id: core.newId(),
      slot: place.slot,
      ...damage,
      how: picture.how,
      source: picture.source,
      width: captured.width,
      height: captured.height,
      ...(picture.position ? { position: picture.position } : {}),
      ...(shot.fileTime === null ? {} : { file_time: shot.fileTime }),
      quality: { sharpness: captured.sharpness, brightness: captured.brightness, override },
    },
    extra: {
      label: place.label,
      blobs: [
        {
          bytes: picture.bytes,
          type: pictureType(picture.bytes) ?? 'image/jpeg',
          role: place.damage === null ? 'photo' : 'damage',
          sha256: captured.sha256,
          preview: captured.preview,
        },
      ],
    },
  };
  if (place.replaces === null) return [add];
  const args = { handover_id: place.handover, photo_id: place.replaces, ...damage };
  return [{ action: 'photo.retract', args, extra: { label: place.label } }, add];
}
