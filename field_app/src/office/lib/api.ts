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
  Problem,
  WaitingPage,
} from '$generated/types';

const READ_TIMEOUT_MS = 60_000;

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

/** What is presumed missing with a device, computed by the server at this moment. */
export function readReport(device: string, ask: Fetch = plain, stop?: AbortSignal): Promise<DeviceReport> {
  return read(`/api/v1/devices/${encodeURIComponent(device)}/report`, ask, stop);
}

async function read<T>(url: string, ask: Fetch, stop?: AbortSignal): Promise<T> {
  const limit = AbortSignal.timeout(READ_TIMEOUT_MS);
  let answer: Response;
  try {
    answer = await ask(url, {
      headers: { Accept: 'application/json' },
      credentials: 'same-origin',
      cache: 'no-store',
      signal: stop ? AbortSignal.any([stop, limit]) : limit,
    });
  } catch {
    throw new CoreError('network');
  }
  let said: unknown;
  try {
    said = await answer.json();
  } catch {
    throw new CoreError(answer.ok ? 'answer_unreadable' : 'server_away');
  }
  if (!answer.ok) {
    throw isProblem(said) ? new CoreError(said) : new CoreError('server_away');
  }
  return said as T;
}
