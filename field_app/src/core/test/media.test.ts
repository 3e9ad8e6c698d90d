/** Where pictures are worked on: by the worker, and by this thread when the worker cannot. */
import { expect, test } from 'vitest';
import { measure } from '../imaging';
import { type Answer, type Helper, hashOf, type Own, type Question, Studio } from '../media';

const blob = new Blob(['a picture']);
const SHA = 'f8c8b4aebae3a13a4b7bd4a5bd1c28c1f2b0a7e9d5c6b3a2918070605040302a';
const seen = { width: 4, height: 3, preview: new Blob(['small']), sharpness: 20, brightness: 90 };

class Fake implements Helper {
  onmessage: Helper['onmessage'] = null;
  onerror: Helper['onerror'] = null;
  ended = false;
  readonly asked: Question[] = [];
  private readonly answer: (question: Question) => Answer | 'dies';

  constructor(answer: (question: Question) => Answer | 'dies') {
    this.answer = answer;
  }

  postMessage(question: Question): void {
    this.asked.push(question);
    queueMicrotask(() => {
      const data = this.answer(question);
      if (data === 'dies') this.onerror?.({} as ErrorEvent);
      else this.onmessage?.({ data } as MessageEvent<Answer>);
    });
  }

  terminate(): void {
    this.ended = true;
  }
}

const own: Own = { examine: async () => seen, stamp: async () => new Blob(['stamped here']) };

test('the worker answers, and its hash is the one that is saved', async () => {
  const helper = new Fake(({ id }) => ({ id, job: 'capture', made: { sha256: SHA, ...seen } }));
  const studio = new Studio(
    () => helper,
    () => Promise.reject(new Error('not this thread')),
  );
  expect(await studio.capture({ crypto }, blob)).toEqual({ sha256: SHA, ...seen });
  expect(await hashOf({ crypto }, blob, new ArrayBuffer(0))).toBe(SHA);
});

test('a worker that cannot draw, or dies, or cannot be made is not asked again', async () => {
  const makers: [string, () => Fake][] = [
    ['unable', () => new Fake(({ id }) => ({ id, unable: true }))],
    ['dies', () => new Fake(() => 'dies')],
    [
      'refused',
      () => {
        throw new TypeError('no workers here');
      },
    ],
  ];
  for (const [name, make] of makers) {
    let made = 0;
    const studio = new Studio(
      () => {
        made += 1;
        return make();
      },
      async () => own,
    );
    const fresh = new Blob([name]);
    const both = await Promise.all([studio.capture({ crypto }, fresh), studio.stamped(fresh, ['x'])]);
    expect(both[0].sha256).toBe(await hashOf({ crypto }, new Blob([name]), await fresh.arrayBuffer()));
    expect(await both[1].text()).toBe('stamped here');
    await studio.capture({ crypto }, fresh);
    expect(made, name).toBe(1);
  }
});

test('what is no picture says so from either place', async () => {
  const there = new Studio(
    () => new Fake(({ id }) => ({ id, fault: 'EncodingError' })),
    async () => own,
  );
  await expect(there.capture({ crypto }, blob)).rejects.toMatchObject({ problem: { code: 'not_an_image' } });
  const here = new Studio(
    () => new Fake(({ id }) => ({ id, unable: true })),
    async () => ({ ...own, examine: () => Promise.reject(new Error('no picture')) }),
  );
  await expect(here.capture({ crypto }, blob)).rejects.toMatchObject({ problem: { code: 'not_an_image' } });
});

test('sharpness tells a checkerboard from a plain sheet, brightness black from white', () => {
  const picture = (of: (x: number, y: number) => number) => {
    const data = new Uint8ClampedArray(16 * 16 * 4);
    for (let at = 0; at < 256; at++) data.fill(of(at % 16, Math.floor(at / 16)), 4 * at, 4 * at + 3);
    return { data, width: 16, height: 16 };
  };
  expect(measure(picture(() => 255))).toEqual({ sharpness: 0, brightness: 255 });
  expect(measure(picture((x, y) => ((x + y) % 2) * 255)).sharpness).toBeGreaterThan(10_000);
});
