/**
 * Turning a key and its parameters into a sentence. Pure: no state, no browser.
 *
 * Neighbours: zh/*.ts and en/*.ts (the dictionaries), index.ts and office.ts (which bind a dictionary to the locale).
 * Grammar of a text: `{name}` is replaced by the parameter; `{name|one|many}` chooses by the number in `name`
 * (English needs it; Chinese does not). A number is written with thousands separators.
 * Invariant: the Chinese dictionary defines keys and parameters; the English one must have exactly the same keys.
 */
export type Lang = 'zh' | 'en';

export const LANGS: readonly Lang[] = ['zh', 'en'];

export type Dictionary = Readonly<Record<string, string>>;

/** One dictionary in both languages; the English one is checked against the Chinese keys. */
export type Pair<D extends Dictionary> = { readonly zh: D; readonly en: Readonly<Record<keyof D, string>> };

type NameOf<P extends string> = P extends `${infer N}|${string}` ? N : P;

/** The names of the parameters in a text, as a union of strings. */
export type ParamNames<S extends string> = S extends `${string}{${infer P}}${infer Rest}`
  ? NameOf<P> | ParamNames<Rest>
  : never;

export type ParamValue = string | number;

/** The arguments `t` takes after the key: nothing, or one object with every parameter of the text. */
export type Args<S extends string> = [ParamNames<S>] extends [never]
  ? []
  : [params: Readonly<Record<ParamNames<S>, ParamValue>>];

const SLOT = /\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g;

/**
 * The text with its slots filled. `lang` decides the separators of numbers.
 * A slot without its parameter stays visible as written, so that a mistake is seen and not hidden.
 */
export function fill(text: string, params: Readonly<Record<string, ParamValue>>, lang: Lang): string {
  return text.replace(SLOT, (slot, name: string, one?: string, many?: string) => {
    const value = params[name];
    if (value === undefined) {
      return slot;
    }
    if (one !== undefined && many !== undefined) {
      return Number(value) === 1 ? one : many;
    }
    return typeof value === 'number' ? value.toLocaleString(lang === 'zh' ? 'zh-CN' : 'en-GB') : value;
  });
}

/** `t` for a dictionary in a language fixed by the caller (the text a customer signs, tests, exports). */
export function translator<D extends Dictionary>(pair: Pair<D>) {
  return <K extends keyof D & string>(lang: Lang, key: K, ...args: Args<D[K]>): string =>
    fill(pair[lang][key] ?? key, args[0] ?? {}, lang);
}
