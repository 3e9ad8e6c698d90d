/**
 * Requests to the server: JSON in and out, a time limit on each, failures as problems.
 *
 * Neighbours: `enrol.ts`, `sync.ts`, `blobs.ts`, `pins.ts` send through it. Invariants: `navigator.onLine` is never asked; a
 * request that ran out of time is aborted before another is sent; every one carries the cookie, changing ones `X-Handover: 1`;
 * a device whose token has run out renews it silently by signing a challenge, once per request.
 */
import type { Problem as WireProblem } from '../generated/types';
import type { Deps } from './deps';
import { CoreError, problem } from './problems';

export const SYNC_MS = 30_000;
export const CHUNK_MS = 60_000;
export const SHORT_MS = 10_000;

export interface Ask {
  method: 'GET' | 'POST' | 'HEAD' | 'PATCH' | 'DELETE';
  path: string;
  headers?: Record<string, string>;
  body?: BodyInit;
  timeoutMs: number;
  signal?: AbortSignal;
  /** Statuses that are an answer, not a failure, beside 2xx. */
  accept?: readonly number[];
}

export class Http {
  private readonly deps: Deps;
  /** Set once the device has a key: makes the session valid again; false when it cannot. */
  renew: (() => Promise<boolean>) | null = null;

  constructor(deps: Deps) {
    this.deps = deps;
  }

  /** The response, if its status is 2xx or accepted. CoreError otherwise. */
  async ask(ask: Ask): Promise<Response> {
    const response = await this.once(ask);
    if (!(await this.mayRenew(response)) || !(await this.renew?.())) return this.settled(ask, response);
    return this.settled(ask, await this.once(ask));
  }

  async json<T>(method: 'GET' | 'POST', path: string, body?: unknown, timeoutMs = SHORT_MS): Promise<T> {
    return (await this.read(await this.ask(jsonAsk(method, path, body, timeoutMs)))) as T;
  }

  /** Like `json`, but a 401 is not renewed: for the renewal itself and for logins. */
  async plainJson<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    const ask = jsonAsk(method, path, body, SHORT_MS);
    return (await this.read(await this.settled(ask, await this.once(ask)))) as T;
  }

  private async mayRenew(response: Response): Promise<boolean> {
    if ((response.status !== 401 && response.status !== 404) || !this.renew) return false;
    const { code } = await problemIn(response.clone());
    return code === 'not_signed_in' || code === 'device_unknown'; // unknown: the cookie speaks for another journal
  }

  private async once(ask: Ask): Promise<Response> {
    const abort = new AbortController();
    const stop = (): void => abort.abort();
    ask.signal?.addEventListener('abort', stop, { once: true });
    let late = false;
    const timer = this.deps.setTimeout(() => {
      late = true;
      abort.abort();
    }, ask.timeoutMs);
    try {
      const response = await this.deps.fetch(`${this.deps.base}${ask.path}`, {
        method: ask.method,
        headers: {
          ...ask.headers,
          ...(ask.method === 'GET' || ask.method === 'HEAD' ? {} : { 'X-Handover': '1' }),
        },
        ...(ask.body === undefined ? {} : { body: ask.body }),
        credentials: 'same-origin',
        cache: 'no-store',
        signal: abort.signal,
      });
      if (isPortal(response)) throw new CoreError(problem('captive_portal', { status: response.status }));
      // The body is read within the same limit: an answer cut half-way is a failure of the network.
      const bytes = ask.method === 'HEAD' ? null : await response.arrayBuffer();
      const empty = response.status === 204 || response.status === 205 || response.status === 304;
      return new Response(empty ? null : bytes, { status: response.status, headers: response.headers });
    } catch (fault) {
      if (fault instanceof CoreError) throw fault;
      throw new CoreError(problem(late ? 'server_away' : 'network', { fault: String(fault) }));
    } finally {
      this.deps.clearTimeout(timer);
      ask.signal?.removeEventListener('abort', stop);
    }
  }

  private async settled(ask: Ask, response: Response): Promise<Response> {
    if (response.ok || ask.accept?.includes(response.status)) return response;
    throw new CoreError(await problemIn(response));
  }

  private async read(response: Response): Promise<unknown> {
    if (response.status === 204) return null;
    const text = await response.text();
    if (text === '') return null;
    try {
      return JSON.parse(text);
    } catch {
      throw new CoreError('answer_unreadable');
    }
  }
}

/**
 * A hotel's or a shop's network that answers in our server's place, or leads elsewhere, until somebody has logged in there. Ours never
 * answers a request with a page; a proxy before it does, when it is away (5xx, but for 511, which says just this: RFC 6585).
 */
function isPortal({ status, redirected, headers }: Response): boolean {
  if (status >= 500 && status !== 511) return false;
  return redirected || status === 511 || (headers.get('content-type') ?? '').startsWith('text/html');
}

function jsonAsk(method: 'GET' | 'POST', path: string, body: unknown, timeoutMs: number): Ask {
  const ask: Ask = { method, path, timeoutMs };
  if (body === undefined) return ask;
  return { ...ask, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

/** The problem an error answer speaks of; one without a readable body gets its status's. */
export async function problemIn(response: Response): Promise<WireProblem | ReturnType<typeof problem>> {
  try {
    const said = JSON.parse(await response.text()) as Partial<WireProblem>;
    if (typeof said.code === 'string' && typeof said.zh === 'string' && typeof said.en === 'string')
      return {
        ...(said as WireProblem),
        detail: said.detail ?? {},
        retry_after_s: said.retry_after_s ?? null,
      };
  } catch {
    // not ours: a proxy or a captive portal spoke
  }
  if (response.status === 401) return problem('not_signed_in');
  if (response.status === 403) return problem('forbidden');
  if (response.status === 404) return problem('not_found');
  if (response.status === 413) return problem('body_too_large');
  return problem('server_away', { status: response.status });
}
