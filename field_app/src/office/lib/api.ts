/**
 * What the office asks the server beyond the core: the proof of a handover's journal.
 *
 * Neighbours: `server/http`; the proof panel. Invariants: every failure is a `CoreError` with a problem in both languages; a request
 * ends after a bounded time.
 */
import { CoreError } from '$core/index';
import type { HandoverProof, Problem } from '$generated/types';

const PROOF_TIMEOUT_MS = 60_000;

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

/** The proof of one handover, computed by the server at this moment. */
export async function readProof(
  handover: string,
  ask: Fetch = (url, init) => fetch(url, init),
  stop?: AbortSignal,
): Promise<HandoverProof> {
  const limit = AbortSignal.timeout(PROOF_TIMEOUT_MS);
  let answer: Response;
  try {
    answer = await ask(`/api/v1/handovers/${encodeURIComponent(handover)}/proof`, {
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
  return said as HandoverProof;
}
