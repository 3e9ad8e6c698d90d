/**
 * A task as a row of the grid — the task, its asset, its customer, who has it. Pure but for the language.
 *
 * Neighbours: TaskList.svelte; `task.edit` writes what is edited. Invariant: giving a task to somebody else needs a reason and is done in
 * the task's dialog.
 */
import type { RecordOf } from '$core/types';
import type { TaskEdit } from '$generated/types';
import { fmt, t } from '$i18n/office';
import type { Tone } from '$ui/tones';
import { type GridColumn, joined } from '../lib/grid';
import { taskName, word } from '../lib/words';
import type { Task } from './plan';

export interface TaskRow {
  id: string;
  task: Task;
  asset: string;
  customer: string;
  person: string;
  late: boolean;
}

export const taskRows = () =>
  joined(
    (task: Task, asset: string, customer: string, person: string, late: boolean): TaskRow => ({
      id: task.id,
      task,
      asset,
      customer,
      person,
      late,
    }),
  );

export const STATE_TONE: Readonly<Record<Task['state'], Tone>> = {
  proposed: 'info',
  open: 'brand',
  started: 'warn',
  done: 'ok',
  cancelled: 'info',
};

/** All columns: what and with which asset first. */
export function taskColumns(
  zone: string,
  depots: ReadonlyMap<string, RecordOf<'depot'>>,
  name: (it: RecordOf<'depot'> | undefined) => string,
): GridColumn<TaskRow>[] {
  const may = (row: TaskRow): boolean => row.task.state === 'open' || row.task.state === 'started';
  return [
    {
      id: 'what',
      title: t('plan.what'),
      value: (row) => `${taskName(row.task)} ${row.asset}`.trim(),
      width: 200,
    },
    {
      id: 'due_at',
      title: t('plan.due'),
      value: (row) => row.task.due_at,
      text: (row) => fmt.dateTime(row.task.due_at, zone),
      chip: (row) => (row.late ? { tone: 'stop', text: fmt.dateTime(row.task.due_at, zone) } : null),
      width: 170,
    },
    {
      id: 'state',
      title: t('device.state'),
      value: (row) => word('plan.state', row.task.state),
      chip: (row) => ({ tone: STATE_TONE[row.task.state], text: word('plan.state', row.task.state) }),
      width: 120,
    },
    { id: 'person', title: t('plan.person'), value: (row) => row.person, width: 120 },
    { id: 'customer', title: t('let.customer'), value: (row) => row.customer, width: 200 },
    {
      id: 'bay',
      title: t('plan.bay'),
      value: (row) => row.task.bay,
      width: 110,
      aside: true,
      edit: { type: 'text', from: (row) => row.task.bay, may },
    },
    {
      id: 'note',
      title: t('plan.note'),
      value: (row) => row.task.note,
      width: 200,
      aside: true,
      edit: { type: 'text', from: (row) => row.task.note, may },
    },
    {
      id: 'depot_id',
      title: t('asset.depot'),
      value: (row) => name(depots.get(row.task.depot_id)),
      width: 130,
      hidden: true,
    },
  ];
}

/** What was typed into a column as the arguments of `task.edit`. */
export function taskEdit(id: string, column: string, text: string): TaskEdit {
  return { task_id: id, [column]: text };
}
