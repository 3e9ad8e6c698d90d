/** Dictation on a platform of our own: off until chosen, words in their order, a failure said. */
import { describe, expect, it } from 'vitest';
import { choose, type Heard, isOffered, joined, listen, type Platform, type Recogniser } from './speech';

class Fake implements Recogniser {
  static last: Fake;
  lang = '';
  continuous = false;
  interimResults = true;
  onresult: ((event: Heard) => void) | null = null;
  onend: (() => void) | null = null;
  onerror: ((event: { error: string }) => void) | null = null;
  constructor() {
    Fake.last = this;
  }
  start(): void {
    // It listens.
  }
  stop(): void {
    this.onend?.();
  }
  says(...phrases: [string, boolean][]): void {
    const results = phrases.map(([transcript, isFinal]) => Object.assign([{ transcript }], { isFinal }));
    this.onresult?.({ results, resultIndex: 0 });
  }
}

function platform(more: Partial<Platform> = {}): Platform {
  const store = new Map<string, string>();
  const kept = {
    getItem: (key: string) => store.get(key) ?? null,
    setItem: (key: string, value: string) => void store.set(key, value),
  };
  return { Recogniser: Fake, online: () => true, kept, ...more };
}

describe('dictation', () => {
  it('is offered only when chosen, where the platform has it, with a network', () => {
    const here = platform();
    expect(isOffered(here)).toBe(false);
    choose(here, true);
    expect(isOffered(here)).toBe(true);
    expect(isOffered({ ...here, online: () => false })).toBe(false);
    expect(isOffered({ ...here, Recogniser: undefined })).toBe(false);
    choose(here, false);
    expect(isOffered(here)).toBe(false);
  });

  it('hands over finished phrases only, in the language of the screen', async () => {
    const heard: string[] = [];
    const { stop, done } = listen(platform(), 'zh', (text) => heard.push(text));
    expect(Fake.last.lang).toBe('zh-CN');
    Fake.last.says(['右后灯', false], [' 右后灯不亮 ', true], ['', true]);
    stop();
    expect(await done).toBe(true);
    expect(heard).toEqual(['右后灯不亮']);
  });

  it('tells a failure from silence, and where there is none', async () => {
    const silent = listen(platform(), 'en', () => undefined);
    Fake.last.onerror?.({ error: 'no-speech' });
    Fake.last.stop();
    expect(await silent.done).toBe(true);
    const away = listen(platform(), 'en', () => undefined);
    Fake.last.onerror?.({ error: 'network' });
    Fake.last.stop();
    expect(await away.done).toBe(false);
    expect(await listen(platform({ Recogniser: undefined }), 'en', () => undefined).done).toBe(false);
  });

  it('joins phrases as each language writes them, within what the field takes', () => {
    expect(joined('lamp', 'broken', 99)).toBe('lamp broken');
    expect(joined('灯', '坏了', 99)).toBe('灯坏了');
    expect(joined('', 'broken', 3)).toBe('bro');
  });
});
