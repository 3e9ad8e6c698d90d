/**
 * The groups of the dictionary that have the words for a field's codes, where a person reads an entry's arguments.
 *
 * Neighbour: values.ts. Invariant: every code that an action of the vocabulary may hold is in one of its field's groups
 * (`tests/architecture/test_words.py` reads this table).
 */
export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  about: ['kind'],
  authority: ['authority'],
  belongs_to: ['kind'],
  by: ['code.by'],
  by_code: ['alertCode', 'code.channel'],
  channel: ['code.channel'],
  channels: ['code.channel'],
  choice: ['code.choice'],
  code: ['alertCode', 'leavingName'],
  cause: ['code.cause'],
  decision: ['decision'],
  diagram: ['code.diagram'],
  differs: ['field', 'said'],
  cleared: ['field'],
  empty: ['field'],
  empty_terms: ['field'],
  found: ['code.found'],
  gate_policy: ['gatePolicy'],
  guess: ['guess'],
  how: ['photoHow', 'code.how'],
  kind: ['kind'],
  language: ['code.language'],
  level: ['code.level'],
  may: ['signing'],
  meter: ['meter'],
  method: ['payMethod'],
  party: ['party'],
  path: ['gatePath'],
  result: ['code.result'],
  role: ['role', 'contactRole', 'signerRole'],
  roster_by: ['code.by'],
  rule: ['leavingName', 'alertCode'],
  severity: ['acceptance'],
  severity_max: ['acceptance'],
  size_range: ['sizeRange'],
  slot: ['slot'],
  source: ['photoSource'],
  state: ['accessoryState', 'lineState', 'swapState', 'code.state'],
  step: ['depositStep', 'code.step'],
  test: ['gateTest'],
  tier: ['tier'],
  type: ['taskType', 'handoverType', 'customerType', 'damageType', 'code.type'],
  unit: ['rateUnit'],
  use: ['textUse'],
  values: ['assetState', 'tier', 'rentalState'],
  verdict: ['code.verdict'],
  view: ['view'],
  what: ['code.what', 'taskWas'],
};

/** The groups of every field: what an asset's or a role's codes are called, wherever they stand. */
export const ANYWHERE: readonly string[] = ['acceptance', 'role'];
