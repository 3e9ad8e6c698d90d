/** Words and tones of an import's stages and counts. Neighbours: the components beside this file. */
import type { RowState, SheetImport, SheetStage } from '$generated/types';
import { fmt, t } from '$i18n/office';
import type { Tone } from '$ui/tones';

export const STAGE_TONE: Readonly<Record<SheetStage, Tone>> = {
  uploaded: 'info',
  checked: 'info',
  running: 'signal',
  done: 'ok',
  undoing: 'signal',
  undone: 'warn',
};
export const ROW_TONE: Readonly<Record<RowState, Tone>> = {
  new: 'ok',
  changed: 'info',
  unchanged: 'brand',
  bad: 'stop',
};
const SHOWN = ['new', 'changed', 'unchanged', 'bad'] as const;

/** What became of the rows, in few words; nothing before it was checked. */
export function told(one: SheetImport): string {
  if (one.stage === 'uploaded') return '';
  return SHOWN.filter((state) => one.counts[state] > 0)
    .map((state) => `${t(`sheets.count.${state}`)} ${fmt.count(one.counts[state])}`)
    .join(' · ');
}
