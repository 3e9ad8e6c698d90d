/**
 * To-dos as the page lists them: whose they are, which come first, what they say, where they lead.
 *
 * Neighbours: `$generated/todos` has the sentences; the pages under `../todos` show them. Pure. Invariant: one whose subject has no page
 * is shown without a link.
 */
import type { RecordOf } from '$core/types';
import { TODO_SENTENCES } from '$generated/todos';
import type { Role } from '$generated/types';
import { fmt, locale } from '$i18n/office';
import { fill } from '$i18n/translate';
import { href, PLAIN_PAGES, toDevice, toHandover } from './router';

export type Todo = RecordOf<'todo'>;
export const TODO_TABS = ['mine', 'roles', 'all', 'closed'] as const;
export type TodoTab = (typeof TODO_TABS)[number];

/** Hours from now that a deadline is chosen from. */
export const DEADLINE_HOURS = [4, 24, 48, 72, 168, 336] as const;
const HOUR_MS = 3_600_000;
const CLOSED_MAX = 200;

export interface Me {
  person: string | undefined;
  roles: readonly string[];
}

export const isOverdue = (todo: Pick<Todo, 'deadline' | 'state'>, now: string): boolean =>
  todo.state === 'open' && Date.parse(todo.deadline) < Date.parse(now);

const isMine = (todo: Todo, me: Me): boolean => me.person !== undefined && todo.owner_id === me.person;
const ofMyRoles = (todo: Todo, me: Me): boolean =>
  todo.owner_role !== null && todo.owner_role !== undefined && me.roles.includes(todo.owner_role);

/** What one person is to look after: their own, and what waits for anybody of their roles. */
export const waitsForMe = (todo: Todo, me: Me): boolean =>
  todo.state === 'open' && (isMine(todo, me) || (!todo.owner_id && ofMyRoles(todo, me)));

/** The to-dos of a tab: open ones by deadline, closed ones the newest first. */
export function onTab(todos: readonly Todo[], tab: TodoTab, me: Me): Todo[] {
  if (tab === 'closed') {
    const closed = todos.filter((one) => one.state !== 'open');
    return closed
      .toSorted((a, b) => (b.closed_at ?? '').localeCompare(a.closed_at ?? ''))
      .slice(0, CLOSED_MAX);
  }
  const shown = todos.filter(
    (one) =>
      one.state === 'open' && (tab === 'all' || (tab === 'mine' ? isMine(one, me) : ofMyRoles(one, me))),
  );
  const about = (one: Todo): string => `${one.subject?.id ?? ''}/${one.code}`;
  return shown.toSorted((a, b) => a.deadline.localeCompare(b.deadline) || about(a).localeCompare(about(b)));
}

/** What it says, in the language of the screen. */
export function sentenceOf(todo: Pick<Todo, 'code' | 'params' | 'zone'>): string {
  const words = TODO_SENTENCES[todo.code]?.[locale.current];
  if (words === undefined) return todo.code;
  const shown: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(todo.params)) {
    const instant = name.endsWith('_at') && typeof value === 'string' && !Number.isNaN(Date.parse(value));
    shown[name] = instant
      ? fmt.dateTime(value, todo.zone)
      : typeof value === 'number'
        ? value
        : String(value);
  }
  return fill(words, shown, locale.current);
}

const PAGE_OF: Readonly<Record<string, string>> = {
  rental: 'rentals',
  asset: 'assets',
  customer: 'customers',
  task: 'tasks',
  person: 'people',
};

/** The address of what it is about; null where no page shows it. */
export function subjectHref(subject: Todo['subject']): string | null {
  if (!subject?.kind) return null;
  if (subject.kind === 'handover') return toHandover(subject.id);
  if (subject.kind === 'device') return toDevice(subject.id);
  if (subject.kind === 'conflict') return href({ page: 'conflicts', tab: 'open', id: subject.id });
  const page = PAGE_OF[subject.kind];
  const known = PLAIN_PAGES.find((one: string) => one === page);
  return known === undefined ? null : href({ page: known, path: [subject.id] });
}

/** Whether somebody of the office sees the to-dos of a depot: `everywhere`, or where they work. */
export function mayOwn(
  person: RecordOf<'person'>,
  depot: string,
  officeRoles: readonly Role[],
  everywhere: (roles: readonly string[]) => boolean,
): boolean {
  if (!person.active || !person.roles.some((role) => officeRoles.includes(role))) return false;
  return everywhere(person.roles) || person.depot_ids[depot] === true;
}

/** The instant so many hours from now, in whole minutes. */
export function deadlineIn(hours: number, now: string): string {
  const at = Date.parse(now) + hours * HOUR_MS;
  return new Date(Math.ceil(at / 60_000) * 60_000).toISOString();
}
