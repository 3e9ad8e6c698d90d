/**
 * Columns and sorting of the office's tables. Pure.
 *
 * Neighbour: DataTable.svelte. Invariants: sorting is stable and leaves the rows it was given untouched; numbers sort as
 * numbers, text by the reader's language with figures inside it counted ("B-2" before "B-14").
 */
import type { Tone } from './tones';

export interface Column<T> {
  id: string;
  title: string;
  /** What is sorted by, and shown unless `text` says otherwise. */
  value: (row: T) => string | number;
  text?: (row: T) => string;
  align?: 'left' | 'right';
  /** A CSS width. */
  width?: string;
  /** A state instead of plain text. */
  chip?: (row: T) => { tone: Tone; text: string } | null;
  sortable?: boolean;
  /** Long text may take several lines; everything else stays on one. */
  wrap?: boolean;
}

export interface Sort {
  column: string;
  down: boolean;
}

/** The rows in the order of `sort`, or as given without one or with an unknown column. */
export function sorted<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  sort: Sort | null,
  lang: string,
): readonly T[] {
  const column = columns.find((one) => one.id === sort?.column);
  if (!sort || !column) {
    return rows;
  }
  const collator = new Intl.Collator(lang, { numeric: true });
  const sign = sort.down ? -1 : 1;
  return rows.toSorted((a, b) => {
    const left = column.value(a);
    const right = column.value(b);
    if (typeof left === 'number' && typeof right === 'number') {
      return sign * (left - right);
    }
    return sign * collator.compare(String(left), String(right));
  });
}
