/** The van's parts answer where a finger points. */
import { describe, expect, it } from 'vitest';
import { inside, PARTS, partAt, partName, partsOf, VAN, VAN_VIEWS } from './van';

describe('van diagram', () => {
  it('has strokes and parts in every view', () => {
    for (const view of VAN_VIEWS) {
      expect(VAN[view].shapes.length).toBeGreaterThan(8);
      expect(partsOf(view).length).toBeGreaterThan(6);
    }
  });

  it('names each part once in a view, in both languages', () => {
    const keys = PARTS.map((part) => `${part.view}/${part.id}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(PARTS.every((part) => part.zh.length > 1 && part.en.length > 2)).toBe(true);
  });

  it('finds every part at its own centre', () => {
    for (const part of PARTS) {
      expect(inside(part.polygon, part.x, part.y), `${part.view}/${part.id}`).toBe(true);
    }
  });

  it('finds the sliding door, the nearest lamp, and nothing in the sky', () => {
    expect(partAt('right', 490, 600)?.id).toBe('sliding_door_right');
    expect(partAt('front', 210, 636)?.id).toBe('headlamp_right');
    expect(partAt('left', 990, 10)).toBeUndefined();
  });

  it('names parts, and gives back an id it does not know', () => {
    expect(partName('right', 'sliding_door_right', 'zh')).toBe('右侧滑门');
    expect(partName('right', 'wing', 'en')).toBe('wing');
  });
});
