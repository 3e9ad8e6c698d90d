/**
 * What a label can carry. Pure.
 *
 * Neighbours: `schemas/labels.py:is_tag` is the same in Python (`tests/vectors/tags.json` holds both equal); the scanner, the
 * office's forms. Invariant: a tag is one step in the path of an address, whatever reads it.
 */
const TAG = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u;

/** Letters and digits of any script, and `.`, `_`, `-` after the first: at most 64. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}
