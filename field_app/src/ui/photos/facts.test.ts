/** What is said of a photo, and what stands under a copy that is given away. */
import { beforeEach, describe, expect, test } from 'vitest';
import { locale } from '$i18n/locale.svelte';
import { copyLines, fileTimeText, offsetOf, type Photo, positionText } from './facts';

const live: Photo = {
  sha256: 'ab'.repeat(32),
  source: 'camera',
  how: 'still',
  at: '2026-11-21T01:52:07.000Z',
  position: { lat: 30.274084, lon: 120.155069, accuracy_m: 12 },
};
const chosen: Photo = {
  sha256: 'cd'.repeat(32),
  source: 'gallery',
  how: 'file',
  at: '2026-11-21T01:52:07.000Z',
  file_time: '2026-11-20T18:00:00+09:00',
};
const about = { what: '浙A D3K907 · 左侧', place: '滨江仓', zone: 'Asia/Shanghai' };

describe('under a copy stands', () => {
  beforeEach(() => locale.set('en'));

  test('what, when with its zone, where, and of which original', () => {
    expect(copyLines(live, about)).toEqual([
      '浙A D3K907 · 左侧',
      '2026-11-21 09:52:07 UTC+08:00',
      '滨江仓 · 30.27408, 120.15507 (±12 m)',
      'Copy · original SHA-256 abababababababab…',
    ]);
  });

  test('of a chosen file that it is none of this moment', () => {
    expect(copyLines(chosen, { ...about, place: '' })).toEqual([
      '浙A D3K907 · 左侧',
      'Added 2026-11-21 09:52:07 UTC+08:00',
      'From the gallery, not taken on the spot · the file says 2026-11-20 18:00:00 UTC+09:00',
      'Copy · original SHA-256 cdcdcdcdcdcdcdcd…',
    ]);
  });

  test('nothing that is not known', () => {
    const { position, ...bare } = live;
    expect(position).toBeDefined();
    expect([positionText(bare), fileTimeText(bare)]).toEqual([null, null]);
    expect([offsetOf(live.at, 'UTC'), offsetOf(live.at, 'Asia/Kolkata')]).toEqual(['UTC+00:00', 'UTC+05:30']);
  });
});
