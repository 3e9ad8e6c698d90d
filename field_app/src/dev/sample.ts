/**
 * Dev-only: sample records of one depot, enough to see every screen full. Times are relative to the moment of opening.
 *
 * Neighbour: `memory-core.ts`. Invariant: shapes are those of the generated records; blobs named here are drawn by `pictures.ts`.
 */
import type { RecordOf, RosterPerson } from '$core/types';
import { RECORDS } from '../generated/policies';
import type { Records } from '../generated/types';

export const id = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

const ZONE = 'Asia/Shanghai';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
export const DEPOT = id(10);
export const ME = id(21);

/** `days` from today at hh:mm on the wall in Shanghai (UTC+8, no summer time). */
function wall(days: number, hours: number, minutes = 0): string {
  const shifted = Date.now() + 8 * HOUR;
  const midnight = shifted - (shifted % DAY) - 8 * HOUR;
  return new Date(midnight + days * DAY + hours * HOUR + minutes * 60_000).toISOString();
}

export const ROSTER: RosterPerson[] = [
  { id: ME, name: '陈志远', name_en: 'Chen Zhiyuan', roles: ['technician'], has_pin: true },
  { id: id(22), name: '刘海峰', name_en: 'Liu Haifeng', roles: ['driver'], has_pin: true },
  { id: id(23), name: '王秀英', name_en: 'Wang Xiuying', roles: ['operations'], has_pin: false },
];

const slot = (name: string, zh: string, en: string, hint: string, hintEn: string, view: string | null) => ({
  id: name,
  zh,
  en,
  required: name !== 'cargo',
  hint_zh: hint,
  hint_en: hintEn,
  view: view as 'front' | null,
});

const PACK: Records['pack'] = {
  id: id(30),
  code: 'vehicle',
  zh: '车辆',
  en: 'Vehicle',
  diagram: 'van',
  service_months: null,
  service_km: null,
  service_hours: null,
  inspection_months: null,
  slots: [
    slot('front', '正面', 'Front', '站在车头正前方 3 米', 'Stand 3 m in front', 'front'),
    slot('left', '左侧', 'Left side', '整车入框', 'The whole side in the frame', 'left'),
    slot('right', '右侧', 'Right side', '整车入框', 'The whole side in the frame', 'right'),
    slot('rear', '后面', 'Rear', '后门关好', 'Doors closed', 'rear'),
    slot('cabin', '驾驶室', 'Cabin', '座椅与中控', 'Seats and dashboard', null),
    slot('cargo', '货厢', 'Cargo area', '打开后门拍地板', 'Open the doors, show the floor', null),
    slot('dial', '仪表', 'Dials', '里程和电量都要看清', 'Odometer and charge must be readable', null),
    slot('tyre', '轮胎', 'Tyre', '右前轮花纹', 'Tread of the front right wheel', null),
  ],
  meters: [
    {
      id: 'odometer',
      zh: '里程',
      en: 'Odometer',
      unit: 'km',
      max: 999999,
      slot: 'dial',
      monotonic: true,
      min_out: null,
    },
    {
      id: 'energy',
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
    { id: 'key', zh: '钥匙', en: 'Key' },
    { id: 'cable', zh: '充电线', en: 'Charging cable' },
    { id: 'triangle', zh: '三角牌', en: 'Warning triangle' },
    { id: 'jack', zh: '千斤顶', en: 'Jack' },
    { id: 'papers', zh: '行驶证', en: 'Vehicle licence' },
  ],
  damage_types: [
    { id: 'scratch', zh: '划痕', en: 'Scratch' },
    { id: 'dent', zh: '凹陷', en: 'Dent' },
    { id: 'crack', zh: '破裂', en: 'Crack' },
    { id: 'missing', zh: '缺件', en: 'Missing part' },
  ],
  checklist: [],
  wear: [],
  since: {},
  former: {},
};

const CUSTOMERS = [
  ['速达便利', 'Suda Convenience'],
  ['城配快运', 'City Freight'],
  ['鲜果到家', 'Fresh Fruit Home'],
  ['杭州蓝鲸仓储供应链管理有限公司', 'Hangzhou Blue Whale Warehousing and Supply Chain Management'],
  ['影像工坊', 'Image Workshop'],
] as const;

const VANS = [
  ['浙AD6F218', 'B-14'],
  ['浙AD3K907', 'A-03'],
  ['浙AD8T552', 'A-07'],
  ['浙AD1M330', 'C-01'],
  ['浙AD9P614', 'B-02'],
  ['浙AD5R088', ''],
] as const;

export const assetId = (at: number): string => id(100 + at);
const rentalId = (at: number): string => id(200 + at);
const baselineId = (at: number): string => id(300 + at);
const customerId = (at: number): string => id(40 + at);

function asset(at: number): RecordOf<'asset'> {
  const [label, bay] = VANS[at] ?? ['', ''];
  const out = at !== 2 && at !== 5;
  const km = 18_000 + at * 137;
  return {
    id: assetId(at),
    label,
    tag: `V${String(at + 1).padStart(4, '0')}`,
    pack: 'vehicle',
    model: '瑞驰 EC35',
    colour: '白',
    serial: `LRC0000000000${at}`,
    home_depot_id: DEPOT,
    depot_id: DEPOT,
    bay,
    state: out ? 'out' : at === 5 ? 'blocked' : 'available',
    rental_id: out ? rentalId(at) : null,
    custodian_id: null,
    holder_id: out ? customerId(at % 5) : null,
    odometer_km: km,
    readings: {
      odometer: { value: km, at: wall(-18, 9), handover_id: baselineId(at) },
      energy: { value: 92, at: wall(-18, 9), handover_id: baselineId(at) },
    },
    baseline: at === 5 ? null : baselineId(at),
    last_handover_id: at === 5 ? null : baselineId(at),
    last_return_id: null,
    locked: false,
    inspection_due_at: null,
    open_damages: {},
    accessories_missing: {},
    last_handover_at: at === 5 ? null : wall(-18, 9),
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
    _v: 5,
  };
}

function rental(at: number, dueAt: string): RecordOf<'rental'> {
  return {
    ...(RECORDS.rental.defaults as Partial<RecordOf<'rental'>>),
    id: rentalId(at),
    number: `R-2026-0${410 + at}`,
    customer_id: customerId(at % 5),
    depot_id: DEPOT,
    assets: { [assetId(at)]: { state: 'out', handover_id: baselineId(at), at: wall(-18, 9) } },
    starts_at: wall(-18, 9),
    due_at: dueAt,
    zone: ZONE,
    state: 'out',
    km_included: 1800,
    _v: 5,
  } as RecordOf<'rental'>;
}

/** The check-out a van left with; `sample-<slot>` is drawn on demand. */
function baseline(at: number): RecordOf<'handover'> {
  const started = wall(-18, 9);
  const photos = Object.fromEntries(
    PACK.slots.map((one, n) => [
      id(1000 + at * 20 + n),
      {
        slot: one.id,
        sha256: `sample-${one.view ?? one.id}`,
        size: 2_400_000,
        type: 'image/jpeg' as const,
        how: 'still' as const,
        source: 'camera' as const,
        width: 4000,
        height: 3000,
        at: started,
        entry: id(2000 + at * 20 + n),
      },
    ]),
  );
  return {
    id: baselineId(at),
    from_depot_id: null,
    to_depot_id: null,
    receiver_id: null,
    type: 'check_out',
    asset_id: assetId(at),
    rental_id: rentalId(at),
    customer_id: customerId(at % 5),
    depot_id: DEPOT,
    task_id: null,
    baseline_id: null,
    state: 'complete',
    actor_id: id(22),
    device_id: id(90),
    started_at: started,
    completed_at: wall(-18, 9, 6),
    zone: ZONE,
    acceptance: 'minor_damage',
    photos,
    waived: {},
    readings: {
      odometer: { value: 18_000 + at * 137, at: started, entry: id(3000 + at) },
      energy: { value: 92, at: started, entry: id(3100 + at) },
    },
    damages: {},
    accessories: {},
    signatures: {},
    flags: {},
    evidence: { declared: 8, received: 8, rejected: 0 },
    proof: {},
    supplement_of: null,
    supplements: {},
    gate: {},
    note: '',
    voices: {},
    _v: 5,
  };
}

function damage(
  n: number,
  view: string,
  part: string,
  x: number,
  y: number,
  type: string,
): RecordOf<'damage'> {
  return {
    id: id(500 + n),
    asset_id: assetId(1),
    depot_id: DEPOT,
    handover_id: baselineId(1),
    diagram: 'van',
    view,
    part,
    x,
    y,
    type,
    severity: n === 2 ? 'severe_damage' : 'minor_damage',
    size_mm: n === 3 ? 40 : null,
    clustered_with: null,
    cluster: {},
    size_range: n === 3 ? null : '5_to_10_cm',
    photos: {},
    voices: {},
    state: 'open',
    found_at: wall(-18, 9, 3),
    found_by: id(22),
    _v: 5,
  };
}

function task(
  n: number,
  at: number,
  type: Records['task']['type'],
  dueAt: string,
  mine = true,
): RecordOf<'task'> {
  return {
    id: id(600 + n),
    type,
    depot_id: DEPOT,
    asset_id: assetId(at),
    rental_id: rentalId(at),
    customer_id: customerId(at % 5),
    due_at: dueAt,
    zone: ZONE,
    bay: VANS[at]?.[1] ?? '',
    note: '',
    assignee_id: mine ? ME : n === 4 ? null : id(22),
    state: 'open',
    done_by_handover: null,
    changed: {},
    closed: {},
    made: {},
    damage_ids: [],
    fault_ids: [],
    photos: {},
    voices: {},
    attempts: {},
    started: {},
    result: {},
    _v: 5,
  };
}

export type Sample = { [K in keyof Records]?: RecordOf<K>[] };

const DEPOTS: RecordOf<'depot'>[] = [
  {
    id: DEPOT,
    name: '下沙仓',
    name_en: 'Xiasha depot',
    address: '杭州市钱塘区 6 号大街',
    closed: false,
    _v: 1,
  },
  { id: id(11), name: '临平仓', name_en: 'Linping depot', address: '', closed: false, _v: 1 },
];
const ORGANISATION: RecordOf<'organisation'> = {
  id: id(1),
  name: '迅达租赁',
  name_en: 'Xunda Rental',
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
  _v: 1,
};

/** Every sample record by kind. `empty`: a depot without tasks. */
export function sample(empty: boolean): Sample {
  return {
    organisation: [ORGANISATION],
    depot: DEPOTS,
    person: ROSTER.map((one) => ({
      id: one.id,
      name: one.name,
      name_en: one.name_en,
      roles: one.roles as Records['person']['roles'],
      depot_ids: { [DEPOT]: true },
      active: true,
      left_at: null,
      pin_reset_at: null,
      _v: 1,
    })),
    pack: [{ ...PACK, _v: 1 }],
    asset: VANS.map((_, at) => asset(at)),
    customer: CUSTOMERS.map(([name, name_en], at) => ({
      id: customerId(at),
      name,
      name_en,
      depot_id: DEPOT,
      type: 'company' as const,
      tier: 'normal' as const,
      blocked: false,
      shown_as: '',
      custom: {},
      _v: 1,
    })),
    rental: [
      rental(0, wall(-2, 8, 30)),
      rental(1, wall(0, 9, 40)),
      rental(3, wall(0, 14)),
      rental(4, wall(2, 10)),
    ],
    handover: [0, 1, 2, 3, 4].map(baseline),
    damage: [
      damage(1, 'right', 'door_front_right', 640, 560, 'scratch'),
      damage(2, 'right', 'side_panel_rear_right', 260, 520, 'dent'),
      damage(3, 'rear', 'bumper_rear', 500, 830, 'crack'),
    ],
    task: empty
      ? []
      : [
          task(1, 0, 'collect', wall(-2, 8, 30)),
          task(2, 1, 'collect', wall(0, 9, 40)),
          task(3, 2, 'deliver', wall(0, 10, 15)),
          task(4, 3, 'collect', wall(0, 14)),
          task(5, 4, 'collect', wall(2, 10)),
          task(6, 5, 'inspect', wall(0, 16), false),
        ],
    contract_text: [
      {
        id: id(700),
        version: '2026-10',
        published_at: null,
        published_by: null,
        use: 'check_in',
        zh: '双方确认上列车辆于所示时间归还，状态、读数和照片如上。对损坏的责任和金额另行书面认定。',
        en: 'Both sides confirm that the vehicle above was returned at the time shown, in the state, with the readings and photos above. Liability for damage and amounts are decided separately in writing.',
        _v: 1,
      },
    ],
  };
}
