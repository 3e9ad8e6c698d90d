/** Fingers on the picture. */
import { expect, test } from 'vitest';
import { Pinch, pointIn } from './touch';

test('two fingers that part bring nearer by as much, and are no touch', () => {
  const pinch = new Pinch();
  pinch.down(1, { x: 100, y: 100 }, 2);
  expect(pinch.move(1, { x: 90, y: 100 })).toBeNull();
  pinch.down(2, { x: 190, y: 100 }, 2);
  expect(pinch.move(2, { x: 290, y: 100 })).toBe(4);
  expect(pinch.move(2, { x: 140, y: 100 })).toBe(1);
  pinch.up(1);
  pinch.up(2);
  expect([pinch.was(), pinch.was()]).toEqual([true, false]);
  expect(pinch.move(2, { x: 0, y: 0 })).toBeNull();
});

test('fingers that begin almost together do not leap', () => {
  const pinch = new Pinch();
  pinch.down(1, { x: 100, y: 100 }, 1);
  pinch.down(2, { x: 101, y: 100 }, 1);
  expect(pinch.move(2, { x: 124, y: 100 })).toBe(1);
});

test('a touch beside the picture is none of it', () => {
  const box = { left: 10, top: 20, width: 400, height: 600 };
  const picture = { width: 1600, height: 1200 };
  expect(pointIn({ x: 210, y: 320 }, box, picture)).toEqual({ x: 0.5, y: 0.5 });
  expect(pointIn({ x: 10, y: 170 }, box, picture)).toEqual({ x: 0, y: 0 });
  expect(pointIn({ x: 210, y: 100 }, box, picture)).toBeNull();
});
