/**
 * How figures, times and plates are written, in both languages. Pure: the language is an argument.
 *
 * Neighbours: index.ts binds these to the current language as `fmt`.
 * Units: money in integer fen, bytes in bytes (MB = 1,000,000), distance in km, durations in milliseconds,
 * times as UTC ISO 8601 with the IANA zone beside. Invariant: a value that cannot be read is written "—", never thrown.
 */
import type { Lang } from './translate';

export const NOTHING = '—';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

function tag(lang: Lang): string {
  return lang === 'zh' ? 'zh-CN' : 'en-GB';
}

/** A plate for reading: 浙AD3K907 → 浙A·D3K907; a plate already dotted and foreign plates stay as they are. */
export function plate(raw: string): string {
  const compact = raw
    .trim()
    .toUpperCase()
    .replace(/[\s·.]/g, '');
  const chinese = /^([\u4e00-\u9fff][A-Z])([A-Z0-9]{4,6}[\u4e00-\u9fff]?)$/.exec(compact);
  return chinese ? `${chinese[1]}·${chinese[2]}` : raw.trim();
}

const whole = new Map<Lang, Intl.NumberFormat>();

/** A whole number with separators. A grid writes tens of thousands of them: the formatter is made once. */
export function count(value: number, lang: Lang): string {
  if (!Number.isFinite(value)) return NOTHING;
  const format = whole.get(lang) ?? new Intl.NumberFormat(tag(lang));
  whole.set(lang, format);
  return format.format(Math.round(value));
}

/** Bytes for people: one decimal from kB on, decimal units as phones show them. Figure and unit stay on one line. */
export function bytes(value: number, lang: Lang): string {
  if (!Number.isFinite(value) || value < 0) {
    return NOTHING;
  }
  const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
  let size = value;
  let unit = 0;
  while (size >= 999.95 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const digits = unit === 0 ? 0 : 1;
  const text = size.toLocaleString(tag(lang), {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `${text}\u00a0${units[unit]}`;
}

/** Two sizes in the unit of the greater one: "23.1 / 38.0 MB". */
export function bytesOf(done: number, total: number, lang: Lang): string {
  const whole = bytes(total, lang);
  const [, unit = 'B'] = whole.split('\u00a0');
  const power = ['B', 'kB', 'MB', 'GB', 'TB'].indexOf(unit);
  const digits = power === 0 ? 0 : 1;
  const part = (done / 1000 ** power).toLocaleString(tag(lang), {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `${part}\u00a0/ ${whole}`;
}

/** Distance in km with separators: 18412 → "18,412 km". */
export function distance(km: number, lang: Lang): string {
  if (!Number.isFinite(km)) {
    return NOTHING;
  }
  return `${km.toLocaleString(tag(lang), { maximumFractionDigits: 1 })} km`;
}

/** A share 0..1 as a percentage. */
export function percent(share: number, lang: Lang): string {
  return Number.isFinite(share) ? share.toLocaleString(tag(lang), { style: 'percent' }) : NOTHING;
}

/** Integer fen as yuan with two decimals and a true minus sign: -200000 → "−2,000.00". Throws on a fraction of a fen. */
export function money(fen: number, lang: Lang, currency = false): string {
  if (!Number.isSafeInteger(fen)) {
    throw new RangeError('money is whole fen');
  }
  const whole = Math.trunc(Math.abs(fen) / 100).toLocaleString(tag(lang));
  const cents = String(Math.abs(fen) % 100).padStart(2, '0');
  return `${fen < 0 ? '−' : ''}${currency ? '¥' : ''}${whole}.${cents}`;
}

type Parts = Readonly<Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'weekday', string>>;

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string, lang: Lang): Intl.DateTimeFormat {
  const key = `${zone} ${lang}`;
  const known = formatters.get(key);
  if (known) {
    return known;
  }
  const made = new Intl.DateTimeFormat(tag(lang), {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    weekday: 'short',
  });
  // Making a formatter is slow on phones; a device meets few zones, so the bound is only a guard.
  if (formatters.size < 32) {
    formatters.set(key, made);
  }
  return made;
}

function partsOf(iso: string, zone: string, lang: Lang): Parts | null {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) {
    return null;
  }
  try {
    const found: Record<string, string> = {};
    for (const part of formatter(zone, lang).formatToParts(at)) {
      found[part.type] = part.value;
    }
    return found as Parts;
  } catch {
    return null;
  }
}

/** "11-21 09:52", with the year when it is not the year of `nowIso`; with `long` "2026-11-21 09:52:07", for certificates and proofs. */
export function dateTime(iso: string, zone: string, lang: Lang, long = false, nowIso: string = iso): string {
  const p = partsOf(iso, zone, lang);
  if (!p) {
    return NOTHING;
  }
  const day = shortDay(iso, zone, lang, long ? null : nowIso);
  return long ? `${day} ${p.hour}:${p.minute}:${p.second}` : `${day} ${p.hour}:${p.minute}`;
}

/** "11-21", or "2025-11-21" when that is not the year of `nowIso` (null: always with the year). */
export function shortDay(iso: string, zone: string, lang: Lang, nowIso: string | null = iso): string {
  const p = partsOf(iso, zone, lang);
  if (!p) {
    return NOTHING;
  }
  const sameYear = nowIso !== null && partsOf(nowIso, zone, lang)?.year === p.year;
  return sameYear ? `${p.month}-${p.day}` : `${p.year}-${p.month}-${p.day}`;
}

/** "09:52" */
export function clock(iso: string, zone: string, lang: Lang): string {
  const p = partsOf(iso, zone, lang);
  return p ? `${p.hour}:${p.minute}` : NOTHING;
}

/** "2026-11-21" */
export function date(iso: string, zone: string, lang: Lang): string {
  const p = partsOf(iso, zone, lang);
  return p ? `${p.year}-${p.month}-${p.day}` : NOTHING;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** "周六 11月21日" / "Sat 21 Nov", with the year when it is not the year of `nowIso`. */
export function dayName(iso: string, zone: string, lang: Lang, nowIso: string = iso): string {
  const p = partsOf(iso, zone, lang);
  if (!p) {
    return NOTHING;
  }
  const year = partsOf(nowIso, zone, lang)?.year === p.year ? null : p.year;
  if (lang === 'zh') {
    return `${p.weekday} ${year ? `${year}年` : ''}${Number(p.month)}月${Number(p.day)}日`;
  }
  return `${p.weekday} ${Number(p.day)} ${MONTHS[Number(p.month) - 1]}${year ? ` ${year}` : ''}`;
}

const NEAR: Readonly<Record<Lang, Readonly<Record<string, string>>>> = {
  zh: { '-2': '前天', '-1': '昨天', '0': '今天', '1': '明天', '2': '后天' },
  en: { '-1': 'yesterday', '0': 'today', '1': 'tomorrow' },
};

/** Days from now to `iso` by the calendar of the zone: 0 today, -2 the day before yesterday. NaN when unreadable. */
export function daysAway(iso: string, zone: string, nowIso: string): number {
  const there = partsOf(iso, zone, 'en');
  const here = partsOf(nowIso, zone, 'en');
  if (!there || !here) {
    return Number.NaN;
  }
  const day = (p: Parts): number => Date.UTC(Number(p.year), Number(p.month) - 1, Number(p.day)) / DAY_MS;
  return day(there) - day(here);
}

/**
 * How late: from a whole day on the days by the zone's calendar (due the 19th, now the 21st: two), before that whole hours, within
 * the first hour minutes. null while there is time.
 */
export function lateBy(
  dueIso: string,
  zone: string,
  nowIso: string,
): { days: number } | { hours: number } | { minutes: number } | null {
  const ms = Date.parse(nowIso) - Date.parse(dueIso);
  if (!(ms > 0)) {
    return null;
  }
  if (ms >= DAY_MS) {
    return { days: -daysAway(dueIso, zone, nowIso) };
  }
  const minutes = Math.floor(ms / MINUTE_MS);
  return minutes >= 60 ? { hours: Math.floor(minutes / 60) } : { minutes: Math.max(1, minutes) };
}

/** "今天", "明天", else the day's name. */
export function relativeDay(iso: string, zone: string, nowIso: string, lang: Lang): string {
  return NEAR[lang][String(daysAway(iso, zone, nowIso))] ?? dayName(iso, zone, lang, nowIso);
}

/** "40 秒", "5 小时 12 分", "2 天 3 小时" / "40 s", "5 h 12 min", "2 d 3 h": the two greatest units, rounded down. */
export function duration(ms: number, lang: Lang): string {
  if (!Number.isFinite(ms)) {
    return NOTHING;
  }
  const left = Math.abs(ms);
  const u = lang === 'zh' ? { d: '天', h: '小时', m: '分', s: '秒' } : { d: 'd', h: 'h', m: 'min', s: 's' };
  if (left < MINUTE_MS) {
    return `${Math.round(left / 1000)} ${u.s}`;
  }
  const minutes = Math.floor(left / MINUTE_MS);
  if (minutes < 60) {
    return lang === 'zh' ? `${minutes} 分钟` : `${minutes} ${u.m}`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 24) {
    return minutes % 60 === 0 ? `${hours} ${u.h}` : `${hours} ${u.h} ${minutes % 60} ${u.m}`;
  }
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} ${u.d}` : `${days} ${u.d} ${hours % 24} ${u.h}`;
}

/** Space-separated word before a unit that ends at a moment, "剩 5 小时 12 分" / "5 h 12 min left", or how late it is. */
export function timeLeft(dueIso: string, nowIso: string, lang: Lang): string {
  const ms = new Date(dueIso).getTime() - new Date(nowIso).getTime();
  if (!Number.isFinite(ms)) {
    return NOTHING;
  }
  const span = duration(ms, lang);
  if (lang === 'zh') {
    return ms < 0 ? `超时 ${span}` : `剩 ${span}`;
  }
  return ms < 0 ? `${span} late` : `${span} left`;
}
