/** What a person reads of an entry's arguments. */
import { describe, expect, it } from 'vitest';
import { tIn } from '$i18n/office';
import { fieldName } from './values';

describe('the name of an argument', () => {
  it('says of entries that are admitted what they are, not what a conflict says of those without effect', () => {
    const without = [tIn('zh', 'said.entries'), tIn('en', 'said.entries')];
    expect(without).not.toContain(fieldName('entries'));
    expect(fieldName('entries')).not.toBe('entries');
  });
});
