/** The dictionaries are whole in both languages, and the format helpers write what people expect to read. */
import { describe, expect, it } from 'vitest';
import { ROLES } from '$generated/people';
import type {
  AcceptanceState,
  AssetState,
  DiagramView,
  GatePolicy,
  HandoverState,
  HandoverType,
  OutcomeState,
  RentalState,
  Role,
} from '$generated/types';
import * as f from './format';
import { handoutPair } from './handout';
import { fieldPair, isKey, tIn } from './index';
import { firstLang, locale } from './locale.svelte';
import { lossPair } from './losses';
import { tIn as officeIn, officePair } from './office';
import { phonelockPair } from './phonelock';
import { photosPair } from './photos';
import { transferPair } from './transfer';
import { fill } from './translate';
import { voicePair } from './voice';
import { walkinPair } from './walkin';

const names = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)/g)].map((match) => match[1] ?? ''))].sort();

describe.each([
  ['field', fieldPair],
  ['office', officePair],
  ['walk-in', walkinPair],
  ["the phone's own lock", phonelockPair],
  ['hand-out', handoutPair],
  ['transfer', transferPair],
  ['losses', lossPair],
  ['photos', photosPair],
  ['voice notes', voicePair],
])('the %s dictionary', (_name, pair) => {
  const zh: Readonly<Record<string, string>> = pair.zh;
  const en: Readonly<Record<string, string>> = pair.en;

  it('has the same keys in both languages', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  });

  it('has no empty text and the same parameters on both sides', () => {
    for (const [key, text] of Object.entries(zh)) {
      expect(text.trim(), key).not.toBe('');
      expect(en[key]?.trim(), key).not.toBe('');
      expect(names(en[key] ?? ''), key).toEqual(names(text));
    }
  });

  it('keeps Chinese out of the English texts', () => {
    for (const [key, text] of Object.entries(en)) {
      expect(text, key).not.toMatch(/[\u3400-\u9fff]/);
    }
  });
});

/** A word for every value the wire may carry: a new value without its word is a type error here. */
type Word =
  | `acceptance.${AcceptanceState}`
  | `assetState.${AssetState}`
  | `gatePolicy.${GatePolicy}`
  | `handoverState.${HandoverState}`
  | `handoverType.${HandoverType}`
  | `outcome.${OutcomeState}`
  | `rentalState.${RentalState}`
  | `role.${Role}`
  | `view.${DiagramView}`;

it('has a word for every value of the wire', () => {
  const words: Readonly<Record<Word, string>> = officePair.zh;
  for (const role of ROLES) {
    expect(words[`role.${role}`]).toBeTruthy();
  }
});

describe('translation', () => {
  it('fills parameters, chooses the English plural and separates thousands', () => {
    expect(tIn('zh', 'truth.photos', { n: 12 })).toBe('12 张照片');
    expect(tIn('en', 'truth.photos', { n: 1 })).toBe('1 photo');
    expect(tIn('en', 'truth.photos', { n: 0 })).toBe('0 photos');
    expect(tIn('en', 'gate.sending', { entries: 1, photos: 1200 })).toBe('Uploading 1 record · 1,200 photos');
    expect(tIn('en', 'gate.grace', { entries: 2, time: '1 h', left: 1 })).toContain('at most 1 record;');
    expect(officeIn('en', 'proof.entryOf', { n: 214, count: 214 })).toBe('Record 214 of 214');
  });

  it('says exactly the gate sentence', () => {
    expect(tIn('zh', 'gate.connect')).toBe('请连接Wi-Fi重试');
  });

  it('shows a slot without its parameter instead of hiding it', () => {
    expect(fill('{a} {b}', { a: 'x' }, 'en')).toBe('x {b}');
  });

  it('treats inherited names as unknown', () => {
    expect(isKey('truth.ok')).toBe(true);
    expect(isKey('constructor')).toBe(false);
  });
});

describe('the locale', () => {
  it('starts from the kept choice, then from the browser', () => {
    expect(firstLang('en', 'zh-CN')).toBe('en');
    expect(firstLang('xx', 'zh-TW')).toBe('zh');
    expect(firstLang(null, 'de-DE')).toBe('en');
    expect(firstLang(null, undefined)).toBe('zh');
  });

  it("gives the person's language back after a customer's", () => {
    locale.set('zh');
    locale.borrow();
    locale.set('en');
    expect(locale.current).toBe('en');
    locale.endBorrow();
    expect(locale.current).toBe('zh');
  });
});

describe('format', () => {
  const at = '2026-11-21T01:52:07Z';
  const zone = 'Asia/Shanghai';

  it('writes plates', () => {
    expect(f.plate('浙AD3K907')).toBe('浙A·D3K907');
    expect(f.plate('浙A·D3K907')).toBe('浙A·D3K907');
    expect(f.plate(' 粤BF12345 ')).toBe('粤B·F12345');
    expect(f.plate('HH-AB 123')).toBe('HH-AB 123');
  });

  it('writes bytes', () => {
    expect(f.bytes(38_000_000, 'zh')).toBe('38.0\u00a0MB');
    expect(f.bytes(999, 'en')).toBe('999\u00a0B');
    expect(f.bytes(999_960, 'en')).toBe('1.0\u00a0MB');
    expect(f.bytes(Number.NaN, 'en')).toBe('—');
    expect(f.bytesOf(23_100_000, 38_000_000, 'zh')).toBe('23.1\u00a0/ 38.0\u00a0MB');
    expect(f.bytesOf(12, 900, 'zh')).toBe('12\u00a0/ 900\u00a0B');
  });

  it('writes money from whole fen only', () => {
    expect(f.money(-200_000, 'zh')).toBe('−2,000.00');
    expect(f.money(5, 'en')).toBe('0.05');
    expect(f.money(69_000, 'zh', true)).toBe('¥690.00');
    expect(() => f.money(0.5, 'zh')).toThrow(RangeError);
  });

  it('writes times in their own zone', () => {
    expect(f.dateTime(at, zone, 'zh')).toBe('11-21 09:52');
    expect(f.dateTime(at, 'Europe/Berlin', 'en', true)).toBe('2026-11-21 02:52:07');
    expect(f.clock('2026-11-20T16:00:00Z', zone, 'zh')).toBe('00:00');
    expect(f.date('2026-11-20T16:00:00Z', zone, 'zh')).toBe('2026-11-21');
    expect(f.dateTime(at, zone, 'zh', false, '2027-01-01T00:00:00Z')).toBe('2026-11-21 09:52');
    expect(f.dateTime(at, zone, 'zh', false, '2026-12-31T15:59:00Z')).toBe('11-21 09:52');
    expect(f.shortDay('2025-12-31T16:00:00Z', zone, 'zh', at)).toBe('01-01');
    expect(f.dateTime('nonsense', zone, 'zh')).toBe('—');
    expect(f.dateTime(at, 'No/Where', 'zh')).toBe('—');
  });

  it('names days relative to now by the calendar of the zone', () => {
    expect(f.dayName(at, zone, 'zh')).toBe('周六 11月21日');
    expect(f.dayName(at, zone, 'en')).toBe('Sat 21 Nov');
    expect(f.dayName(at, zone, 'zh', '2027-01-02T00:00:00Z')).toBe('周六 2026年11月21日');
    expect(f.relativeDay(at, zone, '2026-11-20T16:30:00Z', 'zh')).toBe('今天');
    expect(f.relativeDay(at, zone, '2026-11-20T15:30:00Z', 'zh')).toBe('明天');
    expect(f.relativeDay(at, zone, '2026-11-22T15:30:00Z', 'en')).toBe('yesterday');
    expect(f.daysAway('2026-11-19T04:00:00Z', zone, at)).toBe(-2);
  });

  it('says lateness in days by the calendar, below a day in hours, below an hour in minutes', () => {
    const now = '2026-11-21T01:00:00Z';
    const zone = 'Asia/Shanghai';
    expect(f.lateBy('2026-11-19T12:00:00Z', zone, now)).toEqual({ days: 2 });
    expect(f.lateBy('2026-11-20T01:00:00Z', zone, now)).toEqual({ days: 1 });
    expect(f.lateBy('2026-11-20T15:30:00Z', zone, now)).toEqual({ hours: 9 });
    expect(f.lateBy('2026-11-21T00:30:00Z', zone, now)).toEqual({ minutes: 30 });
    expect(f.lateBy('2026-11-21T02:00:00Z', zone, now)).toBeNull();
  });

  it('writes distances and durations', () => {
    expect(f.distance(18_412, 'zh')).toBe('18,412 km');
    expect(f.duration(40_000, 'zh')).toBe('40 秒');
    expect(f.duration(5 * 3_600_000 + 12 * 60_000, 'zh')).toBe('5 小时 12 分');
    expect(f.duration(51 * 3_600_000, 'en')).toBe('2 d 3 h');
    expect(f.timeLeft('2026-11-21T02:32:07Z', at, 'zh')).toBe('剩 40 分钟');
    expect(f.timeLeft('2026-11-21T01:12:07Z', at, 'en')).toBe('40 min late');
  });
});
