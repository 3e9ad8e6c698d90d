/**
 * What the field app says of a value that lost, with the names of fields: loaded only where somebody lost something.
 *
 * Neighbours: `src/field/Losses.svelte`; the names are the office's (`zh/fields.ts`, `zh/trail.ts`).
 */
import { fields as enFields } from './en/fields';
import { trail as enTrail } from './en/trail';
import { locale } from './locale.svelte';
import { type Args, translator } from './translate';
import { fields as zhFields } from './zh/fields';
import { trail as zhTrail } from './zh/trail';

const zh = {
  'loss.one': '“{field}”：你写的是“{said}”，没有采用；现在是“{stands}”，{who} 写于 {when}。',
  'loss.decided':
    '“{field}”：你写的是“{said}”，{who} 于 {when} 写的是“{stands}”。两个都留着，等有权的人决定。',
  'loss.unknown': '（不再可查）',
  'loss.hidden': '（你看不到）',
  'loss.empty': '（空）',
  'loss.yes': '是',
  'loss.no': '否',
  'loss.somebody': '同事',
  'loss.office': '系统',
  'loss.again': '再写一次我的值',
  'loss.written': '已再写一次',
} as const;

const en: Record<keyof typeof zh, string> = {
  'loss.one':
    '{field}: you wrote “{said}”, which does not stand; now it is “{stands}”, written by {who} at {when}.',
  'loss.decided':
    '{field}: you wrote “{said}”, {who} wrote “{stands}” at {when}. Both are kept until somebody with the right decides.',
  'loss.unknown': '(no more known)',
  'loss.hidden': '(not yours to see)',
  'loss.empty': '(empty)',
  'loss.yes': 'yes',
  'loss.no': 'no',
  'loss.somebody': 'a colleague',
  'loss.office': 'the system',
  'loss.again': 'Write my value again',
  'loss.written': 'Written again',
};

const NAMES: Readonly<Record<'zh' | 'en', Readonly<Record<string, string>>>> = {
  zh: { ...zhTrail, ...zhFields },
  en: { ...enTrail, ...enFields },
};

export const lossPair = { zh, en };

const inLang = translator<typeof zh>(lossPair);

export function tl<K extends keyof typeof zh>(key: K, ...args: Args<(typeof zh)[K]>): string {
  return inLang(locale.current, key, ...args);
}

/** What a field is called; its own name where there is no word. */
export function fieldWord(name: string): string {
  return NAMES[locale.current][`field.${name}`] ?? name;
}
