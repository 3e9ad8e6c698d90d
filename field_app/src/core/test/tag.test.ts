/** What a label can carry is the same here as in Python (tests/vectors/tags.json). */
import { expect, it } from 'vitest';
import vectors from '../../../../tests/vectors/tags.json';
import { isTag } from '../tag';

it.each(vectors)('$text can stand on a label: $fits', ({ text, fits }) => {
  expect(isTag(text)).toBe(fits);
});
