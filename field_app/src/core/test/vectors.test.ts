/** The golden vectors (tests/vectors, made by the Python code): chain, clock, ids, effects and merges are the same here. */
import { hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import chain from '../../../../tests/vectors/chain.json';
import conflicts from '../../../../tests/vectors/conflicts.json';
import digest from '../../../../tests/vectors/digest.json';
import effects from '../../../../tests/vectors/effects.json';
import hlc from '../../../../tests/vectors/hlc.json';
import ids from '../../../../tests/vectors/ids.json';
import merges from '../../../../tests/vectors/merge.json';
import templates from '../../../../tests/vectors/templates.json';
import type { Effect } from '../../generated/actions';
import { CONFLICT_WORDS } from '../../generated/conflicts';
import type { MergePolicy } from '../../generated/policies';
import type { EntryBody } from '../../generated/types';
import { utf8 } from '../bytes';
import { extend, genesis, headText, sha256Hex } from '../chain';
import { itemOf, NO_TALLY, partOf, Tallies } from '../digest';
import { fill, type Values } from '../effects';
import { tick } from '../hlc';
import { uuid7 } from '../ids';
import { mergeField } from '../merge';
import { effectsOf, overlay } from '../view';

describe('golden vectors', () => {
  it('chains alike', () => {
    for (const { organisation, device, epoch, base_hash, hash } of chain.genesis)
      expect(genesis(organisation, device, epoch, base_hash ?? undefined)).toBe(hash);
    for (const { previous, seq, body, hash } of chain.links)
      expect(extend(previous, seq, utf8(body))).toBe(hash);
    expect(sha256Hex(hexToBytes(chain.private.salted_hex))).toBe(chain.private.hash);
    const first = chain.genesis[0];
    const { epoch, seq, hash, text } = chain.head;
    expect(headText(first?.organisation ?? '', first?.device ?? '', epoch, seq, hash)).toBe(text);
  });

  it('tallies alike', () => {
    const tallies = new Tallies();
    for (const record of [...digest.records].reverse()) {
      expect(partOf(record.id)).toBe(record.part);
      expect(itemOf(record)).toBe(record.item);
      tallies.add(record);
    }
    for (const { part, ...tally } of digest.parts) expect(tallies.of(part)).toEqual(tally);
    expect(tallies.total()).toEqual(digest.total);
    expect(tallies.of(1)).toEqual(digest.empty);
    expect(new Tallies().total()).toEqual(NO_TALLY);
  });

  it('says the same to whoever lost', () => {
    expect(CONFLICT_WORDS).toEqual(conflicts.words);
    for (const { conflicts: found } of conflicts.scenarios)
      for (const { rule } of found) expect(Object.keys(CONFLICT_WORDS)).toContain(rule);
  });

  it('ticks alike', () => {
    for (const { last, now, next } of hlc) expect(tick(last, now)).toBe(next);
  });

  it('names alike', () => {
    for (const { ms, random_hex, id } of ids) expect(uuid7(ms, hexToBytes(random_hex))).toBe(id);
  });

  it('fills templates alike', () => {
    for (const { scene, cases } of templates) {
      const records = scene.records as Record<string, Values>;
      for (const { values, filled } of cases) {
        const effect = { kind: 'asset', id: 'a', values, create: false } as unknown as Effect;
        const lookup = (kind: string, id: string): Values | undefined => records[`${kind}/${id}`];
        const [found] = fill([effect], { args: scene.args, entry: scene.entry, blobs: scene.blobs, lookup });
        expect(found?.values).toEqual(filled);
      }
    }
  });

  it('merges alike whatever a writer writes over a value it has seen', () => {
    const tried = new Set<string>();
    for (const { policy, steps } of merges) {
      let before: unknown;
      const earlier: { version: number; device: string }[] = [];
      for (const { write, stands } of steps) {
        const { value, version, device, seen } = write;
        // A device shows its own work over what it holds: the rules for writers who had not seen each other are the server's.
        if (earlier.every((one) => one.device === device || one.version <= seen)) {
          expect(mergeField(policy as MergePolicy, before, value, before === undefined), policy).toEqual(
            stands,
          );
          tried.add(policy);
        }
        earlier.push({ version, device });
        before = stands;
      }
    }
    const policies = ['counter', 'immutable', 'last_writer', 'max', 'min', 'review', 'server', 'union'];
    expect([...tried].sort()).toEqual(policies);
  });

  it('shows the same effects, entry by entry', () => {
    const base = effects.before as Record<string, Values>;
    const done: EntryBody[] = [];
    for (const step of effects.steps) {
      const entry = { ...step.entry, action: step.action, args: step.args, blobs: step.blobs };
      const before = overlay((kind, id) => base[`${kind}/${id}`], done, effects.device);
      const lookup = (kind: string, id: string): Values | undefined =>
        before.get(`${kind}/${id}`)?.data ?? base[`${kind}/${id}`];
      expect(effectsOf(entry as unknown as EntryBody, effects.device, lookup)).toEqual(step.filled);
      done.push(entry as unknown as EntryBody);
      const after = overlay((kind, id) => base[`${kind}/${id}`], done, effects.device);
      const all = { ...base, ...Object.fromEntries([...after].map(([key, one]) => [key, one.data])) };
      expect(all).toEqual(step.after);
    }
  });
});
