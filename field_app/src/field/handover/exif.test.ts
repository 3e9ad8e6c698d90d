/** Reading the time a JPEG gives: of either byte order, with and without an offset, and of files that say nothing or lie. */
import { describe, expect, test } from 'vitest';
import { fileTime, timeIn } from './exif';

/** A JPEG's beginning with these Exif texts. */
function jpeg(texts: Record<number, string>, little = true): ArrayBuffer {
  const tiff = new DataView(new ArrayBuffer(400));
  tiff.setUint16(0, little ? 0x4949 : 0x4d4d);
  tiff.setUint16(2, 42, little);
  tiff.setUint32(4, 8, little);
  tiff.setUint16(8, 1, little);
  entry(tiff, 10, 0x8769, 4, 1, 40, little);
  const tags = Object.entries(texts);
  tiff.setUint16(40, tags.length, little);
  let room = 200;
  tags.forEach(([tag, text], number) => {
    entry(tiff, 42 + 12 * number, Number(tag), 2, text.length + 1, room, little);
    [...text].forEach((letter, at) => {
      tiff.setUint8(room + at, letter.charCodeAt(0));
    });
    room += text.length + 1;
  });
  const head = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xe1, 0x01, 0x98, 0x45, 0x78, 0x69, 0x66, 0, 0];
  return new Uint8Array([...head, ...new Uint8Array(tiff.buffer), 0xff, 0xda]).buffer;
}

function entry(
  view: DataView,
  at: number,
  tag: number,
  type: number,
  count: number,
  value: number,
  little: boolean,
): void {
  view.setUint16(at, tag, little);
  view.setUint16(at + 2, type, little);
  view.setUint32(at + 4, count, little);
  view.setUint32(at + 8, value, little);
}

const ORIGINAL = 0x9003;
const DIGITIZED = 0x9004;
const OFFSET = 0x9011;

describe('the time a file gives', () => {
  test('is read in either byte order', () => {
    expect(timeIn(jpeg({ [ORIGINAL]: '2026:03:05 14:02:09' }))).toBe('2026-03-05T14:02:09');
    expect(timeIn(jpeg({ [ORIGINAL]: '2026:03:05 14:02:09', [OFFSET]: '+08:00' }, false))).toBe(
      '2026-03-05T14:02:09+08:00',
    );
  });

  test('falls back to when it was digitised', () => {
    expect(timeIn(jpeg({ [DIGITIZED]: '2025:12:31 23:59:59' }))).toBe('2025-12-31T23:59:59');
  });

  test('is nothing where the file says nothing that is a time', () => {
    expect(timeIn(jpeg({}))).toBeNull();
    expect(timeIn(jpeg({ [ORIGINAL]: '0000:00:00 00:00:00' }))).toBeNull();
    expect(timeIn(jpeg({ [ORIGINAL]: '<b>yesterday</b>' }))).toBeNull();
    expect(timeIn(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0]).buffer)).toBeNull();
  });

  test('an offset that is none is left out', () => {
    expect(timeIn(jpeg({ [ORIGINAL]: '2026:03:05 14:02:09', [OFFSET]: 'local' }))).toBe(
      '2026-03-05T14:02:09',
    );
  });

  test('a file cut off anywhere is no fault', async () => {
    const whole = new Uint8Array(jpeg({ [ORIGINAL]: '2026:03:05 14:02:09' }));
    for (let length = 0; length < whole.length; length += 3) {
      const said = await fileTime(new Blob([whole.slice(0, length)]));
      expect(said === null || said === '2026-03-05T14:02:09').toBe(true);
    }
  });
});
