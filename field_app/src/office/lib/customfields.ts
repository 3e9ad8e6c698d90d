/**
 * The organisation's own fields as columns and inputs: a value as text, text as a value. Pure but for the language.
 *
 * Neighbours: OwnFields.svelte, OwnInputs.svelte, the grids of assets, customers and rentals; `server/domain/custom_fields.py` judges what is written. Invariant: an
 * empty text takes the value away.
 */
import type { CustomField } from '$generated/types';
import { t } from '$i18n/office';
import type { Lang } from '$i18n/translate';
import type { CellEdit, GridColumn } from './grid';

export type CustomValue = string | number | boolean | null;

interface Customised {
  custom?: Readonly<Record<string, unknown>>;
}

/** The fields of a kind that are filled in now, in their order. */
export function fieldsOf(all: readonly CustomField[], kind: CustomField['belongs_to']): CustomField[] {
  return all
    .filter((field) => field.belongs_to === kind && field.active)
    .toSorted((a, b) => a.order - b.order || a.code.localeCompare(b.code));
}

export function customName(field: Pick<CustomField, 'zh' | 'en'>, lang: Lang): string {
  return field[lang] || field.zh;
}

/** What an input for the field holds. */
export function customInput(field: CustomField, row: Customised): string {
  const value = row.custom?.[field.code];
  if (value === undefined || value === null) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value);
}

/** The value as a person reads it. */
export function customText(
  field: CustomField,
  row: Customised,
  lang: Lang,
  words: { yes: string; no: string },
): string {
  const text = customInput(field, row);
  if (field.type === 'yes_no') return text === '' ? '' : text === 'yes' ? words.yes : words.no;
  if (field.type !== 'choice') return text;
  const choice = field.choices?.find((one) => one.id === text);
  return choice ? customName(choice, lang) : text;
}

/** The value to write. */
export function customValue(field: CustomField, text: string): CustomValue {
  if (text === '') return null;
  if (field.type === 'number') return Number(text);
  if (field.type === 'yes_no') return text === 'yes';
  return text;
}

/** A mobile number, an ID number, an e-mail address: of customers and rentals they are a contact's, where they can be erased. */
const PERSONAL = /(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)\d{17}[\dXx](?![\dA-Za-z])|[^\s@]+@[^\s@]+\.[^\s@]+/;

/** Whether a text can be a value of the field. The server judges again (`server/domain/custom_fields.py`). */
export function customFits(field: CustomField, text: string): boolean {
  if (field.type === 'text' && field.belongs_to !== 'asset') return !PERSONAL.test(text);
  if (text === '' || field.type !== 'number') return true;
  return /^-?\d{1,15}(\.\d{1,6})?$/.test(text);
}

export interface CustomWords {
  yes: string;
  no: string;
  none: string;
  notNumber: string;
  personal: string;
}

/** The words the columns need, in the language of the screen. */
export function customWords(): CustomWords {
  return {
    yes: t('common.yes'),
    no: t('common.no'),
    none: t('common.none'),
    notNumber: t('custom.notNumber'),
    personal: t('custom.personal'),
  };
}

/** What was typed into a column `custom.<code>` as the map an edit takes; null: it is no such column. */
export function customArgs(
  column: string,
  text: string,
  fields: readonly CustomField[],
): Record<string, CustomValue> | null {
  const field = fields.find((one) => `custom.${one.code}` === column);
  return field ? { [field.code]: customValue(field, text) } : null;
}

/** What a form holds as the values to write; null: one of them fits no field. Empty ones are left out. */
export function customFrom(
  fields: readonly CustomField[],
  values: Readonly<Record<string, string>>,
): Record<string, CustomValue> | null {
  const found: Record<string, CustomValue> = {};
  for (const field of fields) {
    const text = (values[field.code] ?? '').trim();
    if (!customFits(field, text)) return null;
    if (text !== '') found[field.code] = customValue(field, text);
  }
  return found;
}

/** Each field as a column of a grid; its id is `custom.<code>`. Hidden until somebody chooses it. */
export function customColumns<T extends Customised>(
  fields: readonly CustomField[],
  lang: Lang,
  words: CustomWords,
): GridColumn<T>[] {
  return fields.map((field) => ({
    id: `custom.${field.code}`,
    title: customName(field, lang),
    value: (row) => {
      const value = row.custom?.[field.code];
      return typeof value === 'number' ? value : customText(field, row, lang, words);
    },
    text: (row) => customText(field, row, lang, words),
    align: field.type === 'number' ? 'right' : 'left',
    hidden: true,
    edit: customEdit(field, lang, words),
  }));
}

function customEdit<T extends Customised>(field: CustomField, lang: Lang, words: CustomWords): CellEdit<T> {
  const from = (row: T): string => customInput(field, row);
  const wrong = (text: string): string | null =>
    customFits(field, text) ? null : field.type === 'number' ? words.notNumber : words.personal;
  if (field.type === 'choice' || field.type === 'yes_no') {
    const options =
      field.type === 'choice'
        ? (field.choices ?? []).map((one) => ({ value: one.id, text: customName(one, lang) }))
        : [
            { value: 'yes', text: words.yes },
            { value: 'no', text: words.no },
          ];
    return { type: 'choice', from, options: [{ value: '', text: words.none }, ...options] };
  }
  return { type: field.type, from, wrong };
}

/** Choices as a person writes them: a line each, `中文 / English`. */
export function choicesText(choices: CustomField['choices']): string {
  return choices.map((one) => (one.en === one.zh ? one.zh : `${one.zh} / ${one.en}`)).join('\n');
}

/** The choices of such a text. One whose Chinese words stay keeps its id, so that values written before still mean it. */
export function choicesFrom(text: string, before: CustomField['choices']): CustomField['choices'] {
  const taken = new Set(before.map((one) => one.id));
  const found = new Map<string, CustomField['choices'][number]>();
  let number = 0;
  for (const line of text.split('\n')) {
    const [zh = '', en = ''] = line.split(' / ').map((word) => word.trim());
    if (zh === '' || found.has(zh)) continue;
    const known = before.find((one) => one.zh === zh);
    let id = known?.id;
    while (id === undefined) {
      number += 1;
      if (!taken.has(`c${number}`)) id = `c${number}`;
    }
    found.set(zh, { id, zh, en: en || zh });
  }
  return [...found.values()];
}

/** A code nobody has to think of: from the English name where there is one, always with a part of the id. */
export function codeOf(en: string, id: string): string {
  const words = en
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '')
    .slice(0, 24);
  return `${words || 'field'}_${id.slice(-6)}`;
}
