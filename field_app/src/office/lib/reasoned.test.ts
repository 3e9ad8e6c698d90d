/** Nothing is done without a reason, nor twice at once; what was typed stays when it fails. */
import { describe, expect, it } from 'vitest';
import { CoreError } from '$core/index';
import { Reasoned } from './reasoned.svelte';

describe('what needs a reason', () => {
  it('is not done without one, and says so only when asked', async () => {
    const form = new Reasoned();
    let done = 0;
    form.reason = '  ';
    expect(form.missing).toBe(false);
    expect(await form.go(async () => (done += 1))).toBe(false);
    expect(form.missing).toBe(true);
    form.reason = ' wet ';
    expect(await form.go(async () => (done += 1), false)).toBe(false);
    expect([done, form.missing]).toEqual([0, false]);
  });

  it('is done once, however often it is pressed', async () => {
    const form = new Reasoned();
    const said: string[] = [];
    form.reason = ' wet ';
    const act = async (reason: string): Promise<void> => void said.push(reason);
    expect(await Promise.all([form.go(act), form.go(act)])).toEqual([true, false]);
    expect(said).toEqual(['wet']);
  });

  it('keeps what was typed when it fails', async () => {
    const form = new Reasoned();
    form.reason = 'wet';
    const fails = async (): Promise<void> => {
      throw new CoreError('storage_full');
    };
    expect(await form.go(fails)).toBe(false);
    expect([form.reason, form.busy, form.problem?.code]).toEqual(['wet', false, 'storage_full']);
    form.clear();
    expect([form.reason, form.asked, form.problem]).toEqual(['', false, null]);
  });
});
