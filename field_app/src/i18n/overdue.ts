/**
 * How late something is, in words: the one way of saying it, in the field and in the office.
 *
 * Neighbours: `format.ts` (`lateBy` reckons), the task cards, the asset page, the office's board. Reading it inside a template
 * follows the language switch.
 */
import { tc } from './common';
import { lateBy } from './format';

/** "逾期 2 天", "逾期 3 小时", "逾期 40 分钟"; null while there is time. */
export function overdueText(dueIso: string, nowIso: string, zone: string): string | null {
  const late = lateBy(dueIso, zone, nowIso);
  if (late === null) return null;
  if ('days' in late) return tc('overdue.days', { n: late.days });
  if ('hours' in late) return tc('overdue.hours', { n: late.hours });
  return tc('overdue.minutes', { n: late.minutes });
}
