/**
 * What stands behind the office's grid: columns, the index its search looks through, its order, the columns a person chose. Pure but
 * for the browser's storage of that choice.
 *
 * Neighbours: Grid.svelte. Invariants: a record that did not change is neither read nor sorted again (records are new objects when
 * they change) · rows are never changed, lists handed out are new · 50,000 rows are searched and scrolled without the document
 * holding more than a screen of them.
 */
import type { Problem } from '$core/types';
import type { Tone } from '$ui/tones';

/** How a cell is edited in its place. What was typed is given to `onedit` as text; `''` empties the field. */
export interface CellEdit<T> {
  type: 'text' | 'number' | 'date' | 'choice';
  /** What the field holds now, as it would be typed. */
  from: (row: T) => string;
  options?: readonly { value: string; text: string }[];
  /** What is wrong with the text, in words; null: nothing. */
  wrong?: (text: string) => string | null;
  /** Whether this row's cell may be edited; left out: every row's. */
  may?: (row: T) => boolean;
}

export interface GridColumn<T> {
  id: string;
  title: string;
  /** What is sorted by, and shown unless `text` says otherwise. */
  value: (row: T) => string | number;
  text?: (row: T) => string;
  align?: 'left' | 'right';
  /** In pixels. */
  width?: number;
  chip?: (row: T) => { tone: Tone; text: string } | null;
  /** Not shown until somebody chooses it. */
  hidden?: boolean;
  /** Left out of a narrow screen's cards, which have room for three lines. */
  aside?: boolean;
  /** Plates, serials and tags: figures of one width. */
  plate?: boolean;
  edit?: CellEdit<T>;
}

export interface GridFilter<T> {
  id: string;
  label: string;
  options: readonly { value: string; text: string }[];
  /** Whether a row is shown when this value is chosen. */
  fits: (row: T, chosen: string) => boolean;
}

/** Writes one field; null when it is saved. */
export type OnEdit<T> = (row: T, column: string, text: string) => Promise<Problem | null>;

export interface GridSort {
  column: string;
  down: boolean;
}

/**
 * Rows put together from several records: a row whose parts are the very ones it was made of stays the same object, so that the grid
 * neither reads nor sorts it again.
 */
export function joined<P extends readonly unknown[], T>(
  make: (...parts: P) => T,
): (key: string, ...parts: P) => T {
  const kept = new Map<string, { parts: P; row: T }>();
  return (key, ...parts) => {
    const known = kept.get(key);
    if (known?.parts.every((part, at) => Object.is(part, parts[at]))) return known.row;
    const row = make(...parts);
    kept.set(key, { parts, row });
    return row;
  };
}

export function shownText<T>(column: GridColumn<T>, row: T): string {
  return column.chip?.(row)?.text ?? column.text?.(row) ?? String(column.value(row));
}

/** One case and one width, so that 浙ａ·1 finds 浙A·1. */
export function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** All shown text of each row in lower case, read once per state of a record and for as long as the columns stay. */
export class SearchIndex<T extends object> {
  private readonly texts = new WeakMap<T, string>();
  private readonly columns: readonly GridColumn<T>[];
  private last: { rows: readonly T[]; texts: readonly string[] } | null = null;
  private at = 0;
  /** How many rows the last search did not look at, because they are not read yet. */
  passed = 0;

  constructor(columns: readonly GridColumn<T>[]) {
    this.columns = columns;
  }

  textOf(row: T): string {
    let text = this.texts.get(row);
    if (text === undefined) {
      text = folded(this.columns.map((column) => shownText(column, row)).join('\n'));
      this.texts.set(row, text);
    }
    return text;
  }

  /** Reads some rows nobody has asked for yet, `most` at once; whether any is left. */
  ahead(rows: readonly T[], most: number): boolean {
    let read = 0;
    while (this.at < rows.length && read < most) {
      const row = rows[this.at] as T;
      if (!this.texts.has(row)) {
        this.textOf(row);
        read += 1;
      }
      this.at += 1;
    }
    return this.at < rows.length;
  }

  /** Other rows are to be read ahead. */
  anew(): void {
    this.at = 0;
  }

  /**
   * The rows that hold every word, in their order. At most `most` rows are read for it that were not read before; the others are
   * not looked at yet (`passed`): who types is answered at once, and asks again when more is read.
   */
  search(rows: readonly T[], asked: string, most = Number.POSITIVE_INFINITY): readonly T[] {
    this.passed = 0;
    const words = folded(asked).split(/\s+/).filter(Boolean);
    if (words.length === 0) return rows;
    const texts = this.textsOf(rows, most);
    return rows.filter((_, at) => words.every((word) => (texts[at] as string).includes(word)));
  }

  /** The texts beside their rows: while one types, the rows stay the same. An unread row has none. */
  private textsOf(rows: readonly T[], most: number): readonly string[] {
    if (this.last?.rows === rows) return this.last.texts;
    let read = 0;
    const texts = rows.map((row) => {
      const known = this.texts.get(row);
      if (known !== undefined) return known;
      if (read >= most) {
        this.passed += 1;
        return '';
      }
      read += 1;
      return this.textOf(row);
    });
    if (this.passed === 0) this.last = { rows, texts };
    return texts;
  }
}

/** Words and figures by turns, a figure without its leading noughts: ["b-", "14"]; the even places are words. */
type Pieces = readonly string[];

function piecesOf(text: string): Pieces {
  return text.split(/(\d+)/).map((piece, at) => (at % 2 ? piece.replace(/^0+(?=\d)/, '') : piece));
}

const asPieces = (key: Pieces | number): Pieces => (typeof key === 'number' ? piecesOf(String(key)) : key);

/** Words by the language's order, figures by their size. Most words of a column are the same: only others are collated. */
function comparePieces(a: Pieces, b: Pieces, words: Intl.Collator): number {
  for (let at = 0; at < a.length && at < b.length; at += 1) {
    const [one, other] = [a[at] as string, b[at] as string];
    if (one === other) continue;
    const order = at % 2 ? one.length - other.length || (one < other ? -1 : 1) : words.compare(one, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Rows in an order, kept: when some change, only they are put in their places anew. */
export class Ordered<T extends object> {
  private rows: readonly T[] = [];
  private known = new Set<T>();
  private readonly keys = new WeakMap<T, Pieces | number>();
  private readonly compare: (a: T, b: T) => number;

  constructor(column: GridColumn<T>, down: boolean, lang: string) {
    const collator = new Intl.Collator(lang);
    const sign = down ? -1 : 1;
    const key = (row: T): Pieces | number => {
      let found = this.keys.get(row);
      if (found === undefined) {
        const value = column.value(row);
        found = typeof value === 'number' ? value : piecesOf(value);
        this.keys.set(row, found);
      }
      return found;
    };
    this.compare = (one, other) => {
      const [a, b] = [key(one), key(other)];
      if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
      return sign * comparePieces(asPieces(a), asPieces(b), collator);
    };
  }

  of(rows: readonly T[]): readonly T[] {
    const now = new Set(rows);
    const stay = this.rows.filter((row) => now.has(row));
    const fresh = rows.filter((row) => !this.known.has(row));
    if (fresh.length > 0 || stay.length !== this.rows.length) this.rows = this.merged(stay, fresh);
    this.known = now;
    return this.rows;
  }

  private merged(stay: readonly T[], fresh: readonly T[]): readonly T[] {
    const rest = fresh.toSorted(this.compare);
    const all: T[] = [];
    let at = 0;
    for (const row of stay) {
      while (at < rest.length && this.compare(rest[at] as T, row) < 0) all.push(rest[at++] as T);
      all.push(row);
    }
    return all.concat(rest.slice(at));
  }
}

const COLUMNS_KEY = 'handover.office.grid.';

/** The columns a person chose for a grid; null: nobody chose. */
export function chosenColumns(grid: string): readonly string[] | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(COLUMNS_KEY + grid) ?? 'null');
    return Array.isArray(kept) ? kept.map(String) : null;
  } catch {
    return null;
  }
}

export function chooseColumns(grid: string, ids: readonly string[]): void {
  try {
    localStorage.setItem(COLUMNS_KEY + grid, JSON.stringify(ids));
  } catch {
    // Storage may be forbidden: the choice lasts as long as the page.
  }
}

/** Which rows are in the document: `first` and how many, for what is scrolled into sight. */
export function windowOf(
  scrolled: number,
  height: number,
  rowHeight: number,
  count: number,
): { first: number; count: number } {
  const spare = 6;
  const first = Math.max(0, Math.floor(scrolled / rowHeight) - spare);
  const most = Math.ceil(height / rowHeight) + 2 * spare;
  return { first, count: Math.max(0, Math.min(most, count - first)) };
}

/** How far a key carries the picked cell: rows down, columns to the right. `page`: rows in sight, `count`: all of them. */
export function stepOf(key: string, page: number, count: number): readonly [number, number] | undefined {
  const steps: Record<string, readonly [number, number]> = {
    ArrowDown: [1, 0],
    ArrowUp: [-1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    PageDown: [page, 0],
    PageUp: [-page, 0],
    Home: [-count, 0],
    End: [count, 0],
  };
  return steps[key];
}
