/**
 * What the office asks the server of notices: where one is reached, and what has gone out.
 *
 * Neighbours: `server/http/notices.py`; the settings' sections. Invariants: every failure is a `CoreError` with a problem in both
 * languages · an address goes to the server whole and is shown in part.
 */
import type { NoticesAnswer, OutboxPage, SendChannel, TodoCode } from '$generated/types';
import { asked, type Fetch, saying } from './api';

const TIMEOUT_MS = 30_000;

/** Kinds of to-dos a person chooses for. */
export const NOTICE_CODES: readonly TodoCode[] = [
  'free',
  'return_due',
  'return_overdue',
  'customer_call',
  'task_moved',
  'rental_draft_again',
  'rental_cancelled',
  'battery_low',
  'service_missed',
];
export const ROBOTS: readonly SendChannel[] = ['wecom', 'dingtalk', 'feishu'];

export const readNotices = (ask: Fetch): Promise<NoticesAnswer> => call(ask, '/api/v1/notices');

export const setAddress = (
  ask: Fetch,
  channel: SendChannel,
  value: string,
  secret = '',
): Promise<NoticesAnswer> => call(ask, '/api/v1/notices/address', { channel, value, secret });

/** A page of the outbox; `before`: the `next` of the page before. */
export const readOutbox = (ask: Fetch, before: string | null): Promise<OutboxPage> =>
  call(ask, `/api/v1/notices/outbox${before === null ? '' : `?before=${encodeURIComponent(before)}`}`);

export const retryNotice = (
  ask: Fetch,
  todo_id: string,
  target: string,
  channel: SendChannel,
): Promise<null> => call(ask, '/api/v1/notices/outbox/retry', { todo_id, target, channel });

function call<T>(ask: Fetch, url: string, body?: object): Promise<T> {
  return asked(ask, url, body ? saying(body) : {}, TIMEOUT_MS);
}

/** "22:30" of minutes of the day, and back; null when it is no time. */
export const clockOf = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

export function minutesOf(text: string): number | null {
  const found = /^(\d{1,2}):(\d\d)$/.exec(text.trim());
  if (!found) return null;
  const [hours, minutes] = [Number(found[1]), Number(found[2])];
  return hours < 24 && minutes < 60 ? hours * 60 + minutes : null;
}
