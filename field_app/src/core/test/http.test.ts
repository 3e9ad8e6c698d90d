/** Whose answer it is: ours, a proxy's before it, or a network's that wants a log-in first. */
import { describe, expect, it } from 'vitest';
import type { Deps } from '../deps';
import { Http } from '../http';
import { CoreError } from '../problems';

/** The code of what a request that was answered so comes to; the answer itself where it is one. */
async function comesTo(status: number, type: string, body: string, redirected = false): Promise<unknown> {
  const answer = new Response(body, { status, headers: { 'Content-Type': type } });
  Object.defineProperty(answer, 'redirected', { value: redirected });
  const deps = {
    base: '',
    fetch: () => Promise.resolve(answer),
    setTimeout: () => 0,
    clearTimeout: () => undefined,
  } as unknown as Deps;
  try {
    return await new Http(deps).json('GET', '/api/v1/device');
  } catch (fault) {
    return fault instanceof CoreError ? fault.problem.code : fault;
  }
}

const PAGE = '<html><title>Welcome, please log in</title></html>';

describe('an answer', () => {
  it.each([200, 401, 403, 404, 511])(
    'that is a page, with status %i, is a network that wants a log-in',
    async (status) => {
      expect(await comesTo(status, 'text/html; charset=utf-8', PAGE)).toBe('captive_portal');
    },
  );

  it('from elsewhere is one, too, whatever it holds', async () => {
    expect(await comesTo(200, 'application/json', '{}', true)).toBe('captive_portal');
  });

  it.each([500, 502, 503, 504])(
    "that is a proxy's page, with status %i, is our server away",
    async (status) => {
      expect(await comesTo(status, 'text/html', PAGE)).toBe('server_away');
    },
  );

  it('of our own is read', async () => {
    expect(await comesTo(200, 'application/json', '{"a":1}')).toEqual({ a: 1 });
  });
});
