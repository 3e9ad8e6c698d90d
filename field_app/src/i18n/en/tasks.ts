/** English: work that is no handover, and what the office changes of it, on the phone. Neighbour: ../zh/tasks.ts. */
import type { tasks as zh } from '../zh/tasks';

export const tasks: Readonly<Record<keyof typeof zh, string>> = {
  'task.service': 'Service',
  'task.readingNow': '{meter} when done',
  'task.readingWrong': 'Enter a whole number',
  'task.readingBelow': 'Less than the last one, {last}: please check',
  'task.reading': '{meter} shows {value} {unit}, service due at {due} {unit}',
  'task.due': 'Due',
  'task.start': 'Start',
  'task.finish': 'Done',
  'task.repaired': 'Repaired',
  'task.passed': 'Passed',
  'task.failed': 'Not passed',
  'task.seeAsset': 'See the asset',
  'task.remark': 'Note',
  'task.saved': 'Recorded',
  'task.by': 'For {name}',
  'task.started': 'Started',
  'task.reassignedFrom': '{task}: given to {name}',
  'task.reassignedNobody': '{task}: taken back, nobody has it yet',
  'task.cancelledFrom': '{task}: cancelled',
  'task.changedWhy': 'Reason: {reason}. What you did offline still counts.',
  'task.byRental': 'the rental changed',
};
