/**
 * What a chosen JPEG says of when it was taken (Exif 2.32: DateTimeOriginal, else DateTimeDigitized, with its offset). Pure but for reading.
 *
 * Neighbours: shots.ts asks. Invariants: only the file's beginning is read and nothing of it is changed; what is not understood is null,
 * never a rejection; the time is the file's own word, shown as such and believed by nobody.
 */
const HEAD_BYTES = 128 * 1024;
const EXIF = 0x45786966;
const EXIF_IFD = 0x8769;
const ORIGINAL = { time: 0x9003, offset: 0x9011 };
const DIGITIZED = { time: 0x9004, offset: 0x9012 };
const TIME = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/;
const OFFSET = /^[+-]\d\d:\d\d$/;

/** "2026-03-05T14:02:09" or "2026-03-05T14:02:09+08:00"; null when the file does not say. */
export async function fileTime(file: Blob): Promise<string | null> {
  try {
    return timeIn(await file.slice(0, HEAD_BYTES).arrayBuffer());
  } catch {
    return null; // cut off or damaged: it says nothing
  }
}

/** The same from the file's beginning. Throws RangeError where it ends in the middle of something. */
export function timeIn(bytes: ArrayBuffer): string | null {
  const view = new DataView(bytes);
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 10 < view.byteLength; ) {
    const marker = view.getUint16(at);
    if (marker === 0xffda || marker >> 8 !== 0xff) return null;
    if (marker === 0xffe1 && view.getUint32(at + 4) === EXIF) return timeInTiff(new DataView(bytes, at + 10));
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

function timeInTiff(view: DataView): string | null {
  const little = view.getUint16(0) === 0x4949;
  const first = entriesAt(view, view.getUint32(4, little), little);
  const exif = first.get(EXIF_IFD);
  if (exif === undefined) return null;
  const entries = entriesAt(view, view.getUint32(exif + 8, little), little);
  for (const { time, offset } of [ORIGINAL, DIGITIZED]) {
    const found = TIME.exec(textAt(view, entries.get(time), little));
    if (!found) continue;
    const [, year, month, day, clock] = found;
    if (Number.isNaN(Date.parse(`${year}-${month}-${day}T${clock}Z`))) continue;
    const zone = textAt(view, entries.get(offset), little);
    return `${year}-${month}-${day}T${clock}${OFFSET.test(zone) ? zone : ''}`;
  }
  return null;
}

/** Tag → where its entry lies. */
function entriesAt(view: DataView, at: number, little: boolean): Map<number, number> {
  const found = new Map<number, number>();
  for (let number = 0; number < view.getUint16(at, little); number++) {
    const entry = at + 2 + 12 * number;
    found.set(view.getUint16(entry, little), entry);
  }
  return found;
}

function textAt(view: DataView, entry: number | undefined, little: boolean): string {
  if (entry === undefined) return '';
  const length = view.getUint32(entry + 4, little);
  const at = length <= 4 ? entry + 8 : view.getUint32(entry + 8, little);
  let text = '';
  for (let number = 0; number < Math.min(length, 40); number++) {
    const code = view.getUint8(at + number);
    if (code === 0) break;
    text += String.fromCharCode(code);
  }
  return text.trim();
}
