/** Records of a made-up company around the present moment. Neighbour: fake.ts keeps them as a core would. */
import type { Kind, RecordOf } from '$core/types';
import { RECORDS } from '../generated/policies';

export type Any = { [K in Kind]: { kind: K; data: RecordOf<K> } }[Kind];

const now = Date.now();
export const ago = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();
export const id = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const ZONE = 'Asia/Shanghai';
const SLOTS = [
  ['front', '正面', 'Front'],
  ['left', '左侧', 'Left'],
  ['right', '右侧', 'Right'],
  ['rear', '后面', 'Rear'],
  ['cabin', '驾驶室', 'Cabin'],
  ['cargo', '货厢', 'Cargo bay'],
  ['dial', '仪表', 'Dial'],
  ['tyre', '轮胎', 'Tyre'],
] as const;

function photo(slot: string, when: string, minutes: number, damage?: string) {
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

function sign(party: 'customer' | 'staff', minutes: number, reserved: string[] = []) {
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

function handover(n: number, over: Partial<RecordOf<'handover'>>): Any {
  return {
    kind: 'handover',
    data: {
      id: id(n),
      ...{ from_depot_id: null, to_depot_id: null, receiver_id: null },
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

const depots = [
  ['下沙仓', 'Xiasha depot'],
  ['滨江仓', 'Binjiang depot'],
] as const;
const people = [
  ['周师傅', 'Zhou Jianguo', 'technician'],
  ['何小林', 'He Xiaolin', 'driver'],
  ['管理员 小高', 'Gao Yuan', 'administrator'],
] as const;
const plates = ['浙A·D3K907', '浙A·D6F218', '浙A·D8T552', '浙A·D1M330', '浙A·D9P114', '相机套装 C-07'];
const customers = [
  ['城配快运', 'City Express'],
  ['速达便利', 'Suda Convenience'],
  ['鲜果到家', 'Fresh Fruit'],
  ['影像工坊', 'Image Studio'],
] as const;
const BASE: Any[] = [
  {
    kind: 'organisation',
    data: {
      id: id(1),
      name: '城配车租',
      name_en: 'Chengpei',
      zone: ZONE,
      gate_policy: 'strict',
      grace_hours: 12,
      grace_entries: 200,
      files_hours: 24,
      repair_days: 3,
      inspect_ahead_days: 14,
      service_ahead_km: 500,
      service_ahead_hours: 25,
      recover_after_days: 7,
    },
  },
  ...depots.map(
    ([name, name_en], n): Any => ({
      kind: 'depot',
      data: { id: id(2 + n), name, name_en, address: '', closed: false },
    }),
  ),
  ...people.map(
    ([name, name_en, role], n): Any => ({
      kind: 'person',
      data: {
        id: id(10 + n),
        name,
        name_en,
        roles: [role],
        depot_ids: { [id(2)]: true, [id(3)]: true },
        active: true,
        left_at: null,
        pin_reset_at: null,
      },
    }),
  ),
  ...plates.map(
    (label, n): Any => ({
      kind: 'asset',
      data: {
        id: id(20 + n),
        label,
        tag: `HV-00${n}`,
        pack: n === 5 ? 'camera_kit' : 'vehicle',
        model: '五菱 EV50',
        colour: 'white',
        serial: 'LZW',
        home_depot_id: id(2),
        depot_id: id(2),
        bay: `B-${n}`,
        state: 'out',
        rental_id: id(40),
        custodian_id: null,
        holder_id: id(30),
        odometer_km: 18_000,
        readings: {},
        baseline: null,
        last_handover_id: null,
        last_handover_at: null,
        battery_health_pct: null,
        service_due_at: null,
        service_due_km: null,
        service_due_hours: null,
        service_months: null,
        service_km: null,
        service_hours: null,
        inspection_months: null,
        accessories: {},
        kit_id: null,
        kit_members: {},
        custom: {},
        plate: '',
        vin: '',
        last_return_id: null,
        locked: false,
        inspection_due_at: null,
        open_damages: {},
        accessories_missing: {},
      },
    }),
  ),
  ...customers.map(
    ([name, name_en], n): Any => ({
      kind: 'customer',
      data: {
        id: id(30 + n),
        name,
        name_en,
        depot_id: id(2),
        type: 'company',
        tier: 'normal',
        blocked: false,
        shown_as: '',
        custom: {},
      },
    }),
  ),
  {
    kind: 'pack',
    data: {
      id: id(9),
      code: 'vehicle',
      zh: '车辆',
      en: 'Vehicle',
      diagram: 'van',
      service_months: null,
      service_km: null,
      service_hours: null,
      inspection_months: null,
      slots: SLOTS.map(([slot, zh, en]) => ({
        id: slot,
        zh,
        en,
        required: true,
        hint_zh: '',
        hint_en: '',
        view: null,
      })),
      meters: [
        {
          id: 'odometer',
          zh: '里程',
          en: 'Odometer',
          unit: 'km',
          max: 999_999,
          slot: 'dial',
          monotonic: true,
          min_out: null,
        },
        {
          id: 'battery',
          zh: '电量',
          en: 'Charge',
          unit: '%',
          max: 100,
          slot: 'dial',
          monotonic: false,
          min_out: null,
        },
      ],
      accessories: [
        { id: 'cable', zh: '充电线', en: 'Charging cable' },
        { id: 'triangle', zh: '三角牌', en: 'Warning triangle' },
        { id: 'key', zh: '备用钥匙', en: 'Spare key' },
      ],
      damage_types: [
        { id: 'scratch', zh: '划痕', en: 'Scratch' },
        { id: 'dent', zh: '凹陷', en: 'Dent' },
      ],
      checklist: [],
      wear: [],
      since: {},
      former: {},
    },
  },
];

function rentals(): Any[] {
  return [-49, -3, 5, 30, 44].map(
    (hours, n): Any => ({
      kind: 'rental',
      data: {
        ...(RECORDS.rental.defaults as Partial<RecordOf<'rental'>>),
        id: id(40 + n),
        number: `R-2026-0${311 + n}`,
        customer_id: id(30 + (n % 4)),
        depot_id: id(2),
        assets: { [id(20 + n)]: { state: 'out', handover_id: id(100) } },
        starts_at: ago(20_000),
        due_at: new Date(now + hours * 3_600_000).toISOString(),
        zone: ZONE,
        state: 'out',
        km_included: 300,
      } as RecordOf<'rental'>,
    }),
  );
}

const [d1, d2] = [id(60), id(61)];
const all = Object.fromEntries(SLOTS.map(([slot], n) => [id(200 + n), photo(slot, 'after', 55 - n)]));
const before = Object.fromEntries(SLOTS.map(([slot], n) => [id(300 + n), photo(slot, 'before', 26_000 - n)]));
const damage = (of: string, n: number, over: Partial<RecordOf<'damage'>>): Any => ({
  kind: 'damage',
  data: {
    id: of,
    asset_id: id(20),
    depot_id: id(2),
    handover_id: id(100),
    ...{ diagram: 'van', view: 'left', part: 'side', x: 300, y: 520 },
    type: 'dent',
    severity: 'minor_damage',
    size_mm: null,
    size_range: '10_to_30_cm',
    clustered_with: null,
    cluster: {},
    photos: {},
    voices: {},
    state: 'open',
    found_at: ago(26_000 - n),
    found_by: id(10),
    ...over,
  },
});
const HANDOVERS: Any[] = [
  handover(100, {
    type: 'check_out',
    started_at: ago(26_010),
    completed_at: ago(25_990),
    photos: before,
    readings: {
      odometer: { value: 18_000, at: ago(26_000), entry: id(902) },
      battery: { value: 92, at: ago(26_000), entry: id(902) },
    },
  }),
  handover(101, {
    baseline_id: id(100),
    acceptance: 'minor_damage',
    photos: {
      ...all,
      [id(220)]: photo('damage_wide', 'new', 52, d2),
      [id(221)]: photo('damage_close', 'new', 51, d2),
    },
    readings: {
      odometer: { value: 18_412, at: ago(52), entry: id(903), photo_id: id(206) },
      battery: { value: 41, at: ago(52), entry: id(903) },
    },
    damages: { [d2]: {} },
    accessories: { triangle: { state: 'missing', at: ago(51) } },
    signatures: { [id(71)]: sign('customer', 50, [d2]), [id(72)]: sign('staff', 50) },
    flags: { rental_mismatch: { claimed: id(41), left_on: id(40) } },
  }),
  handover(102, {
    asset_id: id(21),
    customer_id: id(31),
    state: 'started',
    completed_at: null,
    acceptance: null,
    started_at: ago(4),
    photos: Object.fromEntries(Object.entries(all).slice(0, 5)),
  }),
  handover(103, {
    asset_id: id(22),
    customer_id: id(32),
    type: 'check_out',
    state: 'started',
    completed_at: null,
    acceptance: null,
    started_at: ago(11),
    device_id: id(51),
    photos: all,
    signatures: { [id(73)]: sign('customer', 1) },
  }),
  handover(104, {
    asset_id: id(23),
    customer_id: id(33),
    baseline_id: null,
    completed_at: ago(130),
    started_at: ago(150),
    device_id: id(51),
    acceptance: 'severe_damage',
    photos: Object.fromEntries(
      Object.entries(all).map(([key, one], n) => [key, n > 3 ? { ...one, sha256: 'awaited' } : one]),
    ),
    evidence: { declared: 6, received: 3, rejected: 0 },
    flags: { found: { asset_state: 'available' } },
  }),
  damage(d1, 0, {}),
  damage(d2, 0, {
    handover_id: id(101),
    view: 'right',
    part: 'side',
    x: 620,
    y: 560,
    type: 'scratch',
    size_mm: 180,
    found_at: ago(52),
  }),
  {
    kind: 'signer',
    data: {
      id: id(70),
      depot_id: id(2),
      handover_id: id(101),
      signature_id: id(71),
      entry_id: id(901),
      contact_id: null,
      name: '张伟',
      phone: '138 0571 2231',
    },
  },
];

const device = (n: number, name: string, over: Partial<RecordOf<'device'>>): Any => ({
  kind: 'device',
  data: {
    id: id(n),
    depot_id: id(2),
    name,
    type: 'field',
    person_id: null,
    state: 'active',
    platform:
      'Mozilla/5.0 (Linux; Android 15; SM-X210) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36',
    app: '0.1.0',
    enrolled_at: ago(60_000),
    last_seen_at: ago(1),
    epoch: 0,
    proven_seq: 214,
    pending: { entries: 0, blobs: 0, bytes: 0 },
    storage: { used: 812_000_000, quota: 32_000_000_000, persisted: true },
    skew_ms: 420,
    lost: {},
    roster_by: 'depot',
    roster: {},
    ...over,
  },
});
const incident = (n: number, type: string, detail: Record<string, unknown>): Any => ({
  kind: 'incident',
  data: {
    id: id(n),
    depot_id: id(2),
    device_id: id(52),
    type,
    detail,
    at: ago(n),
    state: n > 82 ? 'closed' : 'open',
    closed_by: n > 83 ? id(12) : null,
    closed_at: n > 82 ? ago(3) : null,
    note: n > 83 ? '问过周师傅，照片都在' : '',
  },
});
const DEVICES: Any[] = [
  device(50, 'SM-02', {}),
  device(51, 'SM-04', { pending: { entries: 3, blobs: 12, bytes: 38_000_000 }, last_seen_at: ago(95) }),
  device(52, 'SM-07', {
    person_id: id(11),
    proven_seq: 88,
    last_seen_at: ago(2600),
    skew_ms: -400_000,
    storage: {},
  }),
  device(53, '周师傅的旧手机', { state: 'revoked', last_seen_at: ago(80_000), proven_seq: 1204 }),
  device(54, 'Office Chrome', { type: 'office', person_id: id(12) }),
  incident(80, 'gap', {
    missing: [
      [89, 91],
      [95, 95],
    ],
    epoch: 0,
  }),
  incident(81, 'clock', { skew_ms: 400_000 }),
  incident(83, 'declared_loss', { seq: 71, epoch: 0 }),
  incident(84, 'fork', { base_seq: 70 }),
  {
    kind: 'invitation',
    data: {
      id: id(90),
      depot_id: id(2),
      code_sha256: '0'.repeat(64),
      person_id: null,
      name: 'SM-08',
      replaces: null,
      expires_at: ago(-20),
      made_by: id(12),
      used_by: null,
      used_at: null,
    },
  },
  {
    kind: 'invitation',
    data: {
      id: id(91),
      depot_id: id(3),
      code_sha256: '1'.repeat(64),
      person_id: id(11),
      name: 'SM-07',
      replaces: id(53),
      expires_at: ago(2000),
      made_by: id(12),
      used_by: id(52),
      used_at: ago(2100),
    },
  },
];

export const company = (): Any[] => [...BASE, ...rentals(), ...HANDOVERS, ...DEVICES];
