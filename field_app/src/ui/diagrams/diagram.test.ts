/** Every drawing is whole, and its parts answer where a finger points. */
import { describe, expect, it } from 'vitest';
import { type Drawing, isPlaced, viewOf } from './diagram';
import { DIAGRAMS, drawing, fetchDrawing, partName } from './drawings.svelte';
import { inside, partNear } from './touch';

const all: Drawing[] = (await Promise.all(DIAGRAMS.map(fetchDrawing))).filter((one) => one !== null);
const views = all.flatMap((one) => one.views.map((view) => ({ name: `${one.code}/${view.id}`, view })));

/** Where small parts lie side by side each keeps at least a square of this many px for itself. */
const OWN_PX = 20;

/** Px per thousandth on a phone of 360 px, whose card leaves 300. */
const onPhone = (view: { share: number; height: number }): [number, number] => {
  const width = Math.min(300, (560 * view.share) / 100);
  return [width / 1000, ((width / 1000) * view.height) / 1000];
};

describe('the drawings', () => {
  it('are five, each by its code', () => {
    expect(all.map((one) => one.code)).toEqual(['van', 'car', 'truck', 'kit', 'machine']);
    for (const code of ['van', 'car', 'truck', 'machine']) {
      const five = drawing(code)
        ?.views.slice(0, 5)
        .map((view) => view.id);
      expect(five).toEqual(['front', 'left', 'right', 'rear', 'top']);
    }
  });

  it.each(views)('$name has lines and named parts', ({ view }) => {
    expect(view.lines.length).toBeGreaterThan(8);
    expect(view.parts.length).toBeGreaterThan(6);
    for (const lang of ['zh', 'en'] as const) {
      const names = view.parts.map((part) => part[lang]);
      expect(new Set(names).size).toBe(names.length);
      expect(names.every((name) => name.length > 1 && !/[{}]/.test(name))).toBe(true);
    }
    expect(new Set(view.parts.map((part) => part.id)).size).toBe(view.parts.length);
  });

  it.each(views)('$name finds every part at its own middle', ({ view }) => {
    for (const part of view.parts) {
      expect(inside(part.polygon, part.x, part.y), part.id).toBe(true);
    }
  });

  it.each(views)('$name gives every part a place to touch on a small phone', ({ view }) => {
    const scale = onPhone(view);
    const px = new Map<string, number>();
    const step = 4;
    for (let x = 0; x <= 1000; x += step / scale[0]) {
      for (let y = 0; y <= 1000; y += step / scale[1]) {
        const hit = partNear(view, x, y, scale)?.id;
        if (hit) px.set(hit, (px.get(hit) ?? 0) + step * step);
      }
    }
    for (const part of view.parts) {
      expect(px.get(part.id) ?? 0, part.id).toBeGreaterThan(OWN_PX ** 2);
    }
  });
});

describe('a touch', () => {
  const van = drawing('van');
  const right = viewOf(van, 'right');
  const scale: [number, number] = [0.3, 0.135];

  it('finds the sliding door, a lamp beside the finger, and nothing in the sky', () => {
    expect(right && partNear(right, 490, 600, scale)?.id).toBe('sliding_door_right');
    expect(right && partNear(right, 985, 560, scale)?.id).toBe('headlamp_right');
    expect(right && partNear(right, 990, 10, scale)).toBeUndefined();
  });

  it('knows which damage a drawing can show', () => {
    expect(isPlaced(van, { view: 'right', part: 'sliding_door_right' })).toBe(true);
    expect(isPlaced(van, { view: 'top', part: 'sliding_door_right' })).toBe(false);
    expect(isPlaced(null, { view: 'right', part: 'sliding_door_right' })).toBe(false);
  });
});

describe('the name of a part', () => {
  it('comes from the drawing it was pinned on, whatever the pack has now', () => {
    const door = { view: 'right', part: 'sliding_door_right' };
    expect(partName(door, 'van', 'zh')).toBe('右侧滑门');
    expect(partName(door, 'car', 'zh')).toBeNull();
    expect(partName({ ...door, diagram: 'van' }, 'car', 'en')).toBe('Sliding door, right');
    expect(partName({ view: 'right', part: 'wing' }, 'van', 'en')).toBeNull();
    expect(partName(door, 'boat', 'en')).toBeNull();
  });
});
