/** Entries without effect: read page by page, also over empty pages; only what a word settles is chosen, once. */
import { describe, expect, it } from 'vitest';
import type { WaitingEntry, WaitingPage } from '$generated/types';
import { rejectable, WaitingState } from './waiting.svelte';

function entry(seq: number, over: Partial<WaitingEntry> = {}): WaitingEntry {
  return {
    device: 'dev1',
    epoch: 0,
    seq,
    id: `e${seq}`,
    action: 'handover.start',
    actor: 'p1',
    at: '2026-11-22T04:00:00Z',
    zone: 'Asia/Shanghai',
    received_at: '2026-11-22T04:00:01Z',
    args: { handover_id: 'h1' },
    state: 'refused',
    code: 'actor_not_on_device',
    detail: {},
    waits_for: null,
    needed: null,
    conflict: null,
    may_ratify: true,
    may_reject: true,
    rejected: null,
    ...over,
  };
}

/** A server with these pages, by their `after`; it keeps what it was asked. */
function server(pages: Record<string, WaitingPage>, asked: string[] = []) {
  return async (url: string): Promise<Response> => {
    asked.push(url);
    const after = new URL(url, 'http://x').searchParams.get('after') ?? '';
    const page = pages[after];
    return page ? Response.json(page) : Response.json({ code: 'not_found', zh: '', en: '' }, { status: 404 });
  };
}

describe('entries without effect', () => {
  it('are chosen only where they are on the screen', async () => {
    let depot = 'all';
    const list = new WaitingState((one) => depot === 'all' || one.device === depot);
    const ask = server({ '': { entries: [entry(1), entry(2, { device: 'dev2' })], next: null } });
    await list.load('decide', ask, true);
    list.toggleAll();
    expect(list.picked).toHaveLength(2);
    depot = 'dev2';
    expect(list.picked.map((one) => one.seq)).toEqual([2]);
    expect(list.everything).toBe(true);
    list.settle();
    expect([...list.decided]).toEqual(['dev2.0.2']);
    list.toggleAll();
    expect(list.picked).toEqual([]);
  });

  it('are looked for over empty pages, and so far that a person may go on', async () => {
    const asked: string[] = [];
    const list = new WaitingState();
    const ask = server(
      {
        '': { entries: [], next: 'd.1' },
        'd.1': { entries: [entry(1)], next: 'd.2' },
        'd.2': { entries: [entry(2)], next: null },
      },
      asked,
    );
    await list.load('decide', ask, true);
    expect(list.entries?.map((one) => one.seq)).toEqual([1]);
    expect(list.next).toBe('d.2');
    await list.more('decide', ask);
    expect(list.entries?.map((one) => one.seq)).toEqual([1, 2]);
    expect(list.next).toBeNull();
    expect(asked.every((url) => url.startsWith('/api/v1/waiting?which=decide'))).toBe(true);
    await list.load('decide', ask, true);
    expect(list.entries).toHaveLength(2);
  });

  it('end looking after a few empty pages', async () => {
    const asked: string[] = [];
    const list = new WaitingState();
    await list.load(
      'kept',
      async (url) => {
        asked.push(url);
        return Response.json({ entries: [], next: `d.${asked.length}` });
      },
      true,
    );
    expect(asked).toHaveLength(5);
    expect([list.entries?.length, list.next]).toEqual([0, 'd.5']);
  });

  it('stand as they were seen when the server cannot be asked', async () => {
    const list = new WaitingState();
    await list.load('decide', server({ '': { entries: [entry(1)], next: null } }), true);
    await list.load('decide', () => Promise.reject(new TypeError('fetch failed')), true);
    expect([list.entries?.length, list.problem?.code, list.busy]).toEqual([1, 'network', false]);
  });

  it('are chosen when a word settles them, and not offered again while it is on its way', async () => {
    const list = new WaitingState();
    const all = [entry(1), entry(2, { state: 'parked', may_reject: false }), entry(3, { may_ratify: false })];
    const ask = server({ '': { entries: all, next: null } });
    await list.load('decide', ask, true);
    list.toggleAll();
    expect([...list.chosen.values()].map((one) => one.seq)).toEqual([1, 2]);
    expect(rejectable([...list.chosen.values()])).toBe(false);
    list.toggle(all[1] as WaitingEntry);
    expect(rejectable([...list.chosen.values()])).toBe(true);
    expect(rejectable([])).toBe(false);
    list.settle();
    expect(list.open.map((one) => one.seq)).toEqual([2]);
    await list.load('decide', ask, false);
    expect(list.decided.has(list.keyOf(all[0] as WaitingEntry))).toBe(true);
    await list.load('decide', ask, true);
    expect(list.decided.size).toBe(0);
  });
});
