/** What lies aside, as the office's page keeps it; what a lost device's files come to. */
import { describe, expect, it } from 'vitest';
import type { AsideEntry, AsidePage, AwaitedFile } from '$generated/types';
import type { Fetch } from './api';
import { AsideState } from './aside.svelte';
import { filesByHandover } from './report';

const DEVICE = '0190a000-0000-7000-8000-000000000001';

function entry(seq: number, state: AsideEntry['state'] = 'waiting'): AsideEntry {
  return {
    epoch: 0,
    seq,
    hash: String(seq).padStart(64, '0'),
    reason: 'revoked',
    received_at: '2026-11-21T10:00:00.000Z',
    skew_ms: 0,
    size: 100,
    id: null,
    action: 'photo.add',
    actor: null,
    at: null,
    zone: null,
    blobs: 0,
    private: 0,
    erased: false,
    state,
    decision: null,
    outcome: null,
  };
}

/** A server with these pages, in order; asked once more, it begins anew. */
function server(...pages: AsideEntry[][]): { ask: Fetch; asked: string[] } {
  const asked: string[] = [];
  const ask: Fetch = (url) => {
    asked.push(url);
    const at = Number(new URL(url, 'http://x').searchParams.get('after') ?? '0');
    const page: AsidePage = {
      device: DEVICE,
      waiting: 3,
      entries: pages[at] ?? [],
      next: at + 1 < pages.length ? String(at + 1) : null,
    };
    return Promise.resolve(Response.json(page));
  };
  return { ask, asked };
}

describe('what lies aside', () => {
  it('comes page by page, and is read anew as far as it was shown', async () => {
    const { ask, asked } = server([entry(1), entry(2)], [entry(3)]);
    const aside = new AsideState();
    await aside.load(DEVICE, ask);
    expect(aside.entries?.map((one) => one.seq)).toEqual([1, 2]);
    await aside.more(DEVICE, ask);
    expect(aside.entries?.map((one) => one.seq)).toEqual([1, 2, 3]);
    expect(aside.next).toBeNull();
    asked.length = 0;
    await aside.load(DEVICE, ask);
    expect(aside.entries?.map((one) => one.seq)).toEqual([1, 2, 3]);
    expect(asked.length).toBe(2);
  });

  it('is chosen only while it waits, one by one or all of it', async () => {
    const { ask } = server([entry(1), entry(2, 'admitted'), entry(3)]);
    const aside = new AsideState();
    await aside.load(DEVICE, ask);
    aside.toggleAll();
    expect([...aside.chosen.values()].map((one) => one.seq)).toEqual([1, 3]);
    aside.toggleAll();
    expect(aside.chosen.size).toBe(0);
    aside.toggle(entry(3));
    await aside.load(DEVICE, server([entry(1), entry(3, 'dismissed')]).ask);
    expect(aside.chosen.size).toBe(0);
  });

  it('keeps what is shown when a question fails', async () => {
    const aside = new AsideState();
    await aside.load(DEVICE, server([entry(1)]).ask);
    await aside.load(DEVICE, () => Promise.reject(new TypeError('no network')));
    expect(aside.problem?.code).toBe('network');
    expect(aside.entries?.length).toBe(1);
  });
});

describe('files that never came', () => {
  it('are gathered by their handover, each once', () => {
    const file = (role: string, ...records: [string, string][]): AwaitedFile => ({
      sha256: '0'.repeat(64),
      size: 1,
      type: 'image/jpeg',
      role,
      state: 'awaited',
      code: null,
      records,
    });
    const files = [file('photo', ['handover', 'h1']), file('photo', ['damage', 'd1'], ['handover', 'h1'])];
    expect(filesByHandover([...files, file('signature', ['handover', 'h1']), file('photo')])).toEqual([
      {
        handover: 'h1',
        roles: [
          ['photo', 2],
          ['signature', 1],
        ],
      },
      { handover: null, roles: [['photo', 1]] },
    ]);
  });
});
