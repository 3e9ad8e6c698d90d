/**
 * A picked file as the entry takes it: its bytes as they came where the server takes their kind, else drawn anew as a JPEG.
 *
 * Neighbours: `../asset/FaultSheet.svelte`, `../jobs/WorkPhotos.svelte`.
 */
import type { NewBlob } from '$core';

const TYPES: readonly string[] = ['image/jpeg', 'image/png', 'image/webp'];
const QUALITY = 0.9;

export async function blobOf(file: File): Promise<NewBlob> {
  if (TYPES.includes(file.type)) return { bytes: file, type: file.type as NewBlob['type'], role: 'photo' };
  const image = await createImageBitmap(file);
  const canvas = document.createElement('canvas');
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext('2d')?.drawImage(image, 0, 0);
  const bytes = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY));
  if (bytes === null) throw new TypeError('the picture cannot be drawn');
  return { bytes, type: 'image/jpeg', role: 'photo' };
}
