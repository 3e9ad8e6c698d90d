/**
 * What the office asks the server beyond the core: the proof of a handover's journal, a device's quarantine and report, entries without effect.
 *
 * Neighbours: `server/http`; the proof panel, the device's pages. Invariants: every failure is a `CoreError` with a problem in both languages; a request
 * ends after a bounded time.
 */
import { CoreError } from '$core/index';
import type {
  AsideBody,
  AsideEntry,
  AsidePage,
  DeviceReport,
  HandoverProof,
  HistoryPage,
  Problem,
  SearchPage,
  TrailPage,
  WaitingPage,
} from '$generated/types';
import type { Lang } from '$i18n/translate';

const READ_TIMEOUT_MS = 60_000;

/** Not the core's words: what is asked here does not wait on the device and is not tried again by itself. */
export function unreachable(): CoreError {
  return new CoreError({
    code: 'network',
    zh: '连不上服务器。这一部分要联网才能看和办；这台设备里的记录都安全。请检查网络后重试。',
    en: 'The server cannot be reached. This part needs it; the records on this device are safe. Check the network and try again.',
    detail: {},
    retry_after_s: null,
  });
}

function silent(): CoreError {
  return new CoreError({
    code: 'server_away',
    zh: '服务器没有应答。这一部分要联网才能看和办；这台设备里的记录都安全。请稍后重试。',
    en: 'The server does not answer. This part needs it; the records on this device are safe. Try again in a while.',
    detail: {},
    retry_after_s: null,
  });
}

/** What a manager's word settles, or what is only kept. */
export type WaitingWhich = 'decide' | 'kept';
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Whether an answer is the server's own word on a failure. */
export function isProblem(value: unknown): value is Problem {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { code?: unknown }).code === 'string' &&
    typeof (value as { zh?: unknown }).zh === 'string' &&
    typeof (value as { en?: unknown }).en === 'string'
  );
}

const plain: Fetch = (url, init) => fetch(url, init);

/** The proof of one handover, computed by the server at this moment. */
export function readProof(handover: string, ask: Fetch = plain, stop?: AbortSignal): Promise<HandoverProof> {
  return read(`/api/v1/handovers/${encodeURIComponent(handover)}/proof`, ask, stop);
}

/** A page of what lies aside of a device; `after`: the `next` of the page before. */
export function readAside(
  device: string,
  after: string | null,
  ask: Fetch = plain,
  stop?: AbortSignal,
): Promise<AsidePage> {
  const from = after === null ? '' : `?after=${encodeURIComponent(after)}`;
  return read(`/api/v1/devices/${encodeURIComponent(device)}/quarantine${from}`, ask, stop);
}

/** One entry that lies aside, whole. */
export function readAsideBody(
  device: string,
  one: Pick<AsideEntry, 'epoch' | 'seq' | 'hash'>,
  ask: Fetch = plain,
  stop?: AbortSignal,
): Promise<AsideBody> {
  const place = `${one.epoch}/${one.seq}/${encodeURIComponent(one.hash)}`;
  return read(`/api/v1/devices/${encodeURIComponent(device)}/quarantine/${place}`, ask, stop);
}

/** A page of entries without effect; `after`: the `next` of the page before. */
export function readWaiting(
  which: WaitingWhich,
  after: string | null,
  ask: Fetch = plain,
  stop?: AbortSignal,
): Promise<WaitingPage> {
  const from = after === null ? '' : `&after=${encodeURIComponent(after)}`;
  return read(`/api/v1/waiting?which=${which}${from}`, ask, stop);
}

/** A page of archived records that have all the words; `after`: the `next` of the page before. */
export function readSearch(
  kind: 'asset',
  words: string,
  after: string | null,
  ask: Fetch = plain,
  stop?: AbortSignal,
): Promise<SearchPage> {
  const from = after === null ? '' : `&after=${encodeURIComponent(after)}`;
  return read(`/api/v1/search?kind=${kind}&q=${encodeURIComponent(words)}${from}`, ask, stop);
}

/** What is presumed missing with a device, computed by the server at this moment. */
export function readReport(device: string, ask: Fetch = plain, stop?: AbortSignal): Promise<DeviceReport> {
  return read(`/api/v1/devices/${encodeURIComponent(device)}/report`, ask, stop);
}

/** What entries changed of one record, newest first; `near`: with everything about what belongs to it. */
export function readHistory(
  of: { kind: string; id: string; near: boolean; language: Lang },
  after: string | null,
  ask: Fetch = plain,
  stop?: AbortSignal,
): Promise<HistoryPage> {
  const asked = new URLSearchParams({ ...of, near: String(of.near) });
  if (after !== null) asked.set('after', after);
  return read(`/api/v1/history?${asked}`, ask, stop);
}

/** A page of who did what; `filter` as the route names its parameters. */
export function readTrail(
  filter: Readonly<Record<string, string>>,
  language: Lang,
  after: string | null,
  ask: Fetch = plain,
  stop?: AbortSignal,
): Promise<TrailPage> {
  const asked = new URLSearchParams({ ...filter, language });
  if (after !== null) asked.set('after', after);
  return read(`/api/v1/trail?${asked}`, ask, stop);
}

function read<T>(url: string, ask: Fetch, stop?: AbortSignal): Promise<T> {
  return asked(ask, url, { ...(stop ? { signal: stop } : {}) });
}

/**
 * The server's answer to a request of the office's own, read as JSON; null when it has nothing to say (204).
 *
 * Ends after `timeout_ms`. CoreError: the server's own word, or that it could not be reached or understood.
 */
export async function asked<T>(
  ask: Fetch,
  url: string,
  init: RequestInit = {},
  timeout_ms = READ_TIMEOUT_MS,
): Promise<T> {
  const limit = AbortSignal.timeout(timeout_ms);
  let answer: Response;
  try {
    answer = await ask(url, {
      ...init,
      headers: { Accept: 'application/json', 'X-Handover': '1', ...init.headers },
      credentials: 'same-origin',
      cache: 'no-store',
      signal: init.signal ? AbortSignal.any([init.signal, limit]) : limit,
    });
  } catch {
    throw unreachable();
  }
  if (answer.status === 204) return null as T;
  let said: unknown;
  try {
    said = await answer.json();
  } catch {
    throw answer.ok ? new CoreError('answer_unreadable') : silent();
  }
  if (!answer.ok) throw isProblem(said) ? new CoreError(said) : silent();
  return said as T;
}

/** What makes a request say something in JSON. */
export function saying(body: unknown): RequestInit {
  return { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}
