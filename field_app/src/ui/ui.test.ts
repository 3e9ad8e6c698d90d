/** The tokens keep their contrast, and the pure parts of the components do what they say. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { toStrokes } from './signature';
import { type Column, sorted } from './table';
import { parseLook } from './theme.svelte';
import { dismiss, hold, toast, toasts, withdraw } from './toasts.svelte';

const css = readFileSync(fileURLToPath(new URL('./tokens.css', import.meta.url)), 'utf8');

function block(start: RegExp): Record<string, string> {
  const from = css.search(start);
  expect(from).toBeGreaterThan(-1);
  const open = css.indexOf('{', from);
  const body = css.slice(open + 1, css.indexOf('}', open));
  return Object.fromEntries([...body.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((m) => [m[1], m[2]]));
}

/** WCAG 2.2 relative luminance of #rrggbb. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string | undefined, b: string | undefined): number {
  const [x, y] = [luminance(a ?? ''), luminance(b ?? '')].sort((p, q) => q - p) as [number, number];
  return (x + 0.05) / (y + 0.05);
}

const light = block(/\[data-theme="light"\]\s*\{/);
const dark = block(/^\[data-theme="dark"\]\s*\{/m);

describe.each([
  ['light', light],
  ['dark', dark],
])('the %s tokens', (_name, tokens) => {
  it('give body text AAA on every ground it stands on', () => {
    for (const ground of ['paper', 'card']) {
      expect(contrast(tokens.ink, tokens[ground]), `ink on ${ground}`).toBeGreaterThanOrEqual(7);
      expect(contrast(tokens['ink-2'], tokens[ground]), `ink-2 on ${ground}`).toBeGreaterThanOrEqual(7);
    }
    expect(contrast(tokens['on-ink-fill'], tokens['ink-fill'])).toBeGreaterThanOrEqual(7);
  });

  it('give state words AAA on their soft ground and on paper', () => {
    for (const tone of ['brand', 'signal', 'ok', 'warn', 'stop', 'info']) {
      for (const ground of [`${tone}-soft`, 'paper', 'card']) {
        expect(
          contrast(tokens[`${tone}-ink`], tokens[ground]),
          `${tone}-ink on ${ground}`,
        ).toBeGreaterThanOrEqual(7);
      }
      expect(
        contrast(tokens['ink-2'], tokens[`${tone}-soft`]),
        `ink-2 on ${tone}-soft`,
      ).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('give every other text AA and every control edge 3:1', () => {
    for (const ground of ['paper', 'card', 'sunken']) {
      expect(contrast(tokens['ink-3'], tokens[ground]), `ink-3 on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
    for (const fill of ['brand', 'signal', 'stop']) {
      expect(contrast(tokens[`on-${fill}`], tokens[fill]), `on-${fill}`).toBeGreaterThanOrEqual(4.5);
      expect(contrast(tokens[`on-${fill}`], tokens[`${fill}-press`]), `${fill}-press`).toBeGreaterThanOrEqual(
        4.5,
      );
    }
    for (const edge of ['line-2', 'focus', 'brand', 'signal', 'ok', 'warn', 'stop', 'info']) {
      expect(contrast(tokens[edge], tokens.card), `${edge} on card`).toBeGreaterThanOrEqual(3);
      expect(contrast(tokens[edge], tokens.paper), `${edge} on paper`).toBeGreaterThanOrEqual(2.9);
    }
  });
});

it('says the same dark twice: chosen, and like the device', () => {
  expect(block(/\[data-theme="auto"\]/)).toEqual(dark);
  expect(Object.keys(dark).sort()).toEqual(Object.keys(light).sort());
});

describe('strokes', () => {
  it('are shares of the pad and start at time 0', () => {
    const drawn = [
      [
        { x: 0, y: 0, time: 5000 },
        { x: 200, y: 50, time: 5016.4 },
      ],
      [],
      [{ x: 100, y: 120, time: 5300 }],
    ];
    expect(toStrokes(drawn, 200, 100)).toEqual([
      [
        [0, 0, 0],
        [1000, 500, 16],
      ],
      [[500, 1000, 300]],
    ]);
  });

  it('refuse a pad without size', () => {
    expect(() => toStrokes([], 0, 10)).toThrow(RangeError);
  });
});

describe('sorting', () => {
  const columns: Column<{ bay: string; km: number }>[] = [
    { id: 'bay', title: 'Bay', value: (row) => row.bay },
    { id: 'km', title: 'km', value: (row) => row.km },
  ];
  const rows = [
    { bay: 'B-14', km: 900 },
    { bay: 'B-2', km: 18_412 },
  ];

  it('counts the figures inside text, sorts numbers as numbers and leaves the rows alone', () => {
    expect(sorted(rows, columns, { column: 'bay', down: false }, 'zh').map((row) => row.bay)).toEqual([
      'B-2',
      'B-14',
    ]);
    expect(sorted(rows, columns, { column: 'km', down: true }, 'zh').map((row) => row.km)).toEqual([
      18_412, 900,
    ]);
    expect(sorted(rows, columns, { column: 'gone', down: true }, 'zh')).toBe(rows);
    expect(rows[0]?.bay).toBe('B-14');
  });
});

it('reads a kept look and falls back to light and normal', () => {
  expect(parseLook('dark large')).toEqual({ ground: 'dark', size: 'large' });
  expect(parseLook('pink huge')).toEqual({ ground: 'light', size: 'normal' });
  expect(parseLook(null)).toEqual({ ground: 'light', size: 'normal' });
});

describe('short messages', () => {
  it('that say something was saved are withdrawn once it was refused; others stay', () => {
    toast('saved', { ms: 0 });
    const other = toast('no network', { tone: 'warn', ms: 60_000 });
    withdraw();
    expect(toasts.map((one) => one.text)).toEqual(['no network']);
    dismiss(other);
  });

  it('are three at most, and one that can be undone leaves last', () => {
    vi.useFakeTimers();
    toast('put away', { action: { text: 'undo', run: () => undefined } });
    for (const text of ['one', 'two', 'three', 'three']) toast(text);
    expect(toasts.map((one) => one.text)).toEqual(['put away', 'two', 'three']);
    vi.advanceTimersByTime(6_000);
    expect(toasts.map((one) => one.text)).toEqual(['put away']);
    vi.advanceTimersByTime(7_000);
    expect(toasts).toEqual([]);
    vi.useRealTimers();
  });

  it('wait while somebody is at them', () => {
    vi.useFakeTimers();
    toast('saved');
    hold(true);
    vi.advanceTimersByTime(60_000);
    expect(toasts.length).toBe(1);
    hold(false);
    vi.advanceTimersByTime(4_000);
    expect(toasts).toEqual([]);
    vi.useRealTimers();
  });
});
