/** One handover of the made-up company, with its photos and signatures. Neighbour: company.ts puts them together. */
import type { Kind, RecordOf } from '$core/types';

export type Any = { [K in Kind]: { kind: K; data: RecordOf<K> } }[Kind];

const now = Date.now();
export const ago = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();
export const id = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
export const ZONE = 'Asia/Shanghai';
export const SLOTS = [
  ['front', '正面', 'Front'],
  ['left', '左侧', 'Left'],
  ['right', '右侧', 'Right'],
  ['rear', '后面', 'Rear'],
  ['cabin', '驾驶室', 'Cabin'],
  ['cargo', '货厢', 'Cargo bay'],
  ['dial', '仪表', 'Dial'],
  ['tyre', '轮胎', 'Tyre'],
] as const;

export function photo(slot: string, when: string, minutes: number, damage?: string) {
  return {
    slot,
    sha256: `${slot}-${when}`,
    size: 412_000,
    type: 'image/jpeg' as const,
    how: 'still' as const,
    source: 'camera' as const,
    width: 1280,
    height: 960,
    at: ago(minutes),
    entry: id(900),
    ...(damage ? { damage_id: damage } : {}),
  };
}

export function sign(party: 'customer' | 'staff', minutes: number, reserved: string[] = []) {
  return {
    party,
    decision: reserved.length > 0 ? ('reservation' as const) : ('agree' as const),
    reservations: reserved,
    role: party === 'customer' ? ('driver' as const) : ('staff' as const),
    authority: party === 'customer' ? ('entrusted' as const) : ('self' as const),
    language: 'zh' as const,
    document_sha256: '3fd1b9c07e2a4d55b8f01c6e9a7d42e8c15b90fa34d6e7781209abcdef012345',
    image_sha256: 'signature',
    at: ago(minutes),
    entry: id(901),
    actor_id: id(10),
    ...(party === 'customer' ? { signer_id: id(70) } : {}),
  };
}

export function handover(n: number, over: Partial<RecordOf<'handover'>>): Any {
  return {
    kind: 'handover',
    data: {
      id: id(n),
      from_depot_id: null,
      to_depot_id: null,
      receiver_id: null,
      type: 'check_in',
      asset_id: id(20),
      rental_id: id(40),
      customer_id: id(30),
      depot_id: id(2),
      task_id: null,
      baseline_id: null,
      state: 'complete',
      actor_id: id(10),
      device_id: id(50),
      started_at: ago(60),
      completed_at: ago(50),
      zone: ZONE,
      acceptance: 'intact',
      photos: {},
      waived: {},
      readings: {},
      damages: {},
      accessories: {},
      signatures: {},
      flags: {},
      evidence: { declared: 9, received: 9, rejected: 0 },
      proof: {},
      supplement_of: null,
      supplements: {},
      gate: {},
      note: '',
      voices: {},
      ...over,
    },
  };
}
