/** The last receipt of a transfer: this device's, this handover's, and nothing at all where the store has none or something else. */
import { describe, expect, it } from 'vitest';
import { keepReceipt, keptReceipt, type Shown } from './lastreceipt';

function store(): { getItem(key: string): string | null; setItem(key: string, value: string): void } {
  const kept = new Map<string, string>();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
}

const shown = (more: object = {}): Shown =>
  ({
    handover: { id: 'h', type: 'transfer', state: 'complete', asset_id: 'a', ...more },
    asset: { id: 'a', label: 'A-1' },
  }) as unknown as Shown;

describe('the last receipt', () => {
  it('is shown again on the device it was shown on', () => {
    const here = store();
    keepReceipt(() => here, 'd', shown());
    expect(keptReceipt(() => here, 'd', 'h')).toEqual(shown());
    expect(keptReceipt(() => here, 'other', 'h')).toBeNull();
    expect(keptReceipt(() => here, 'd', 'another')).toBeNull();
  });

  it('is kept of a finished transfer alone', () => {
    const here = store();
    keepReceipt(() => here, 'd', shown({ type: 'check_in' }));
    keepReceipt(() => here, 'd', shown({ state: 'started' }));
    expect(keptReceipt(() => here, 'd', 'h')).toBeNull();
  });

  it('is none where the store has something else, or may not be used', () => {
    const here = store();
    for (const text of [
      '',
      '{',
      '7',
      '{"device":"d"}',
      '{"device":"d","handover":{"id":"h","asset_id":"b"},"asset":{"id":"a"}}',
    ]) {
      here.setItem('handover.receipt', text);
      expect(keptReceipt(() => here, 'd', 'h')).toBeNull();
    }
    const forbidden = (): never => {
      throw new DOMException('', 'SecurityError');
    };
    keepReceipt(forbidden, 'd', shown());
    expect(keptReceipt(forbidden, 'd', 'h')).toBeNull();
  });
});
