/** An export file on its way to the server: its head, its progress, and every way it can fail. */
import { describe, expect, it } from 'vitest';
import { readHead, sendFile } from './importing';

const HEAD = {
  v: 2,
  organisation: 'o1',
  device: 'd1',
  epoch: 0,
  seq: 17,
  hash: 'x',
  at: '2026-11-21T02:00:00Z',
};

function exported(head: unknown, magic = 'HVX2', cut = 0): Blob {
  const raw = new TextEncoder().encode(JSON.stringify(head));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, raw.length);
  const whole = new Blob([magic, length, raw, 'sealed']);
  return cut > 0 ? whole.slice(0, cut) : whole;
}

describe('the head of an export file', () => {
  it('says whose it is and how far it goes', async () => {
    expect(await readHead(exported(HEAD))).toMatchObject({ device: 'd1', organisation: 'o1', seq: 17 });
  });

  it.each([
    ['empty', new Blob([])],
    ['another kind', exported(HEAD, 'PK34')],
    ['cut', exported(HEAD, 'HVX2', 20)],
    ['no head of ours', exported({ v: 2, organisation: 'o1' })],
    ['not JSON', new Blob(['HVX2', new Uint8Array([0, 0, 0, 2]), '{{'])],
    ['null', exported(null)],
  ])('is refused in words when it is not readable: %s', async (_name, file) => {
    await expect(readHead(file)).rejects.toMatchObject({ problem: { code: 'import_unreadable' } });
  });

  it('beyond what the server takes at once is refused before it is sent, and says so', async () => {
    const file = { size: 2 * 1024 ** 3 + 1 } as Blob;
    await expect(readHead(file)).rejects.toMatchObject({ problem: { code: 'import_too_large' } });
  });

  it('of another format is refused by its name', async () => {
    await expect(readHead(exported(HEAD, 'HVX1'))).rejects.toMatchObject({
      problem: { code: 'import_version' },
    });
  });
});

class FakeRequest extends EventTarget {
  status = 0;
  responseText = '';
  timeout = 0;
  readonly headers: Record<string, string> = {};
  readonly upload: { onprogress: ((event: { loaded: number }) => void) | null } = { onprogress: null };
  onload: (() => void) | null = null;
  aborted = false;

  open(): void {}
  send(): void {}
  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }
  abort(): void {
    this.aborted = true;
    this.dispatchEvent(new Event('abort'));
  }
  answer(status: number, text: string): void {
    Object.assign(this, { status, responseText: text });
    this.onload?.();
  }
}

function begin(stop = new AbortController()) {
  const fake = new FakeRequest();
  const sent: number[] = [];
  const going = sendFile(new Blob(['12345678']), {
    onprogress: (bytes) => sent.push(bytes),
    stop: stop.signal,
    request: () => fake as unknown as XMLHttpRequest,
  });
  return { fake, sent, going, stop };
}

describe('sending it', () => {
  it('counts bytes, bounds the time and gives the answer', async () => {
    const { fake, sent, going } = begin();
    fake.upload.onprogress?.({ loaded: 3 });
    fake.upload.onprogress?.({ loaded: 900 }); // with its head, a request is more than its file
    fake.answer(200, '{"device":"d1","new":2}');
    expect(await going).toEqual({ device: 'd1', new: 2 });
    expect(sent).toEqual([3, 8]);
    expect(fake.headers['X-Handover']).toBe('1');
    expect(fake.timeout).toBeGreaterThan(0);
  });

  it.each([
    [409, '{"code":"import_contradicts","zh":"一","en":"a"}', 'import_contradicts'],
    [502, '<html>', 'server_away'],
    [500, '{}', 'server_away'],
    [200, '{', 'answer_unreadable'],
  ])('tells a failure in words: %i', async (status, text, code) => {
    const { fake, going } = begin();
    fake.answer(status, text);
    await expect(going).rejects.toMatchObject({ problem: { code } });
  });

  it('can be stopped, and says when the line breaks', async () => {
    const { fake, going, stop } = begin();
    stop.abort();
    await expect(going).rejects.toMatchObject({ problem: { code: 'network' } });
    expect(fake.aborted).toBe(true);
    const other = begin();
    other.fake.dispatchEvent(new Event('error'));
    await expect(other.going).rejects.toMatchObject({ problem: { code: 'network' } });
  });
});
