/**
 * Fills in the templates of an action's declared effects (`schemas/effects.py` says what they mean). Pure.
 *
 * Neighbours: `sync/effects.py` is the same interpreter, `tests/vectors/effects.json` holds both equal; `view.ts` merges the
 * result. A null argument counts as absent.
 */
import type { Effect, Template } from '../generated/actions';

export type Values = Record<string, unknown>;

/** What templates may refer to: the arguments, the entry's own facts, its blobs, other records as the device sees them. */
export interface Scene {
  args: Values;
  entry: Values;
  blobs: readonly object[];
  lookup(kind: string, id: string): Values | undefined;
}

export interface Filled {
  kind: string;
  id: string;
  values: Values;
  create: boolean;
}

/** The effects that apply: one whose id is absent (an optional argument not given) is left out. */
export function fill(effects: readonly Effect[], scene: Scene): Filled[] {
  const filled: Filled[] = [];
  for (const effect of effects) {
    const id = text(effect.id, scene);
    if (typeof id !== 'string') continue;
    filled.push({ kind: effect.kind, id, values: map(effect.values, scene), create: effect.create });
  }
  return filled;
}

function map(template: { readonly [key: string]: Template }, scene: Scene): Values {
  const result: Values = {};
  for (const [rawKey, raw] of Object.entries(template)) {
    const key = text(rawKey, scene);
    const filled = value(raw, scene);
    if (typeof key === 'string' && filled !== undefined) result[key] = filled;
  }
  return result;
}

function value(template: Template, scene: Scene): unknown {
  if (typeof template === 'string') return text(template, scene);
  if (template === null || typeof template !== 'object' || Array.isArray(template)) return template;
  return map(template as { readonly [key: string]: Template }, scene);
}

function text(template: string, scene: Scene): unknown {
  if (template.startsWith('$')) return path(scene.args, template.slice(1));
  if (template.startsWith('@blob.')) {
    const [, index = '', name = ''] = template.split('.');
    return path(scene.blobs[Number(index)], name);
  }
  if (template.startsWith('@')) return scene.entry[template.slice(1)];
  if (!template.startsWith('%')) return template;
  const [kind = '', rawId = '', name = ''] = template.slice(1).split('/');
  const id = text(rawId, scene);
  return typeof id === 'string' ? path(scene.lookup(kind, id), name) : undefined;
}

function path(source: unknown, dotted: string): unknown {
  let found: unknown = source;
  for (const name of dotted.split('.')) {
    const holds = typeof found === 'object' && found !== null && Object.hasOwn(found, name);
    found = holds ? (found as Values)[name] : undefined;
    if (found === undefined || found === null) return undefined;
  }
  return found;
}
