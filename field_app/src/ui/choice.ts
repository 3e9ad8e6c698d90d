/** One option of ChoiceChips and ChoiceCards. `value` is what is stored; `text` is already in the reader's language. */
import type { IconName } from './icons';
import type { Tone } from './tones';

export interface Choice<T extends string | number> {
  value: T;
  text: string;
  note?: string;
  icon?: IconName;
  tone?: Tone;
  disabled?: boolean;
}
