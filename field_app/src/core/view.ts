/**
 * What the screens see: replica records with this device's pending entries' effects applied in order. Pure.
 *
 * Neighbours: `replica.ts` holds the records and calls `overlay` again whenever records or entries change (that is the whole
 * rebase). Invariant: the overlay is a function of replica and outbox alone, so nothing optimistic is stored and nothing
 * optimistic can go stale.
 */
import { ACTIONS, type ActionRule } from '../generated/actions';
import { RECORDS, type RecordRule } from '../generated/policies';
import type { EntryBody } from '../generated/types';
import { type Filled, fill, type Scene, type Values } from './effects';
import { mergeField } from './merge';

/** A record touched by pending work. `madeBy`: the pending entry that first makes it, null when the server has it. */
export interface Overlaid {
  kind: string;
  id: string;
  data: Values;
  madeBy: string | null;
}

export type Lookup = (kind: string, id: string) => Values | undefined;
export type Overlay = Map<string, Overlaid>;

export const keyOf = (kind: string, id: string): string => `${kind}/${id}`;

export function ruleOf(action: string): ActionRule | undefined {
  return Object.hasOwn(ACTIONS, action) ? ACTIONS[action as keyof typeof ACTIONS] : undefined;
}

function recordRule(kind: string): RecordRule | undefined {
  return Object.hasOwn(RECORDS, kind) ? RECORDS[kind as keyof typeof RECORDS] : undefined;
}

/** What an entry declares it shows, filled in. */
export function effectsOf(entry: EntryBody, device: string, lookup: Lookup): Filled[] {
  const rule = ruleOf(entry.action);
  if (!rule) return [];
  const scene: Scene = {
    args: { ...rule.defaults, ...entry.args },
    entry: {
      id: entry.id,
      at: entry.at,
      zone: entry.zone,
      actor: entry.actor,
      device,
      seq: entry.seq,
      epoch: entry.epoch,
    },
    blobs: entry.blobs,
    lookup,
  };
  return fill(rule.effects, scene);
}

/** Applies the entries in order over `base`. An effect on a record that is not there counts only if it makes it. */
export function overlay(base: Lookup, entries: readonly EntryBody[], device: string): Overlay {
  const found: Overlay = new Map();
  const lookup: Lookup = (kind, id) => found.get(keyOf(kind, id))?.data ?? base(kind, id);
  for (const entry of entries) {
    for (const effect of effectsOf(entry, device, lookup)) {
      const key = keyOf(effect.kind, effect.id);
      const present = lookup(effect.kind, effect.id);
      const rule = recordRule(effect.kind);
      if (!rule || (!present && !effect.create)) continue;
      const madeBy = found.get(key)?.madeBy ?? (present ? null : entry.id);
      const data = merged(rule, present, effect);
      found.set(key, { kind: effect.kind, id: effect.id, data, madeBy });
    }
  }
  return found;
}

/** The record after an effect; a fresh one starts from its kind's defaults. */
export function merged(rule: RecordRule, present: Values | undefined, effect: Filled): Values {
  const data: Values = present ? { ...present } : { ...rule.defaults, id: effect.id };
  for (const [field, value] of Object.entries(effect.values)) {
    const policy = rule.fields[field] ?? 'last_writer';
    data[field] = mergeField(policy, data[field], value, !present);
  }
  return data;
}
