/** Dev-only: the status and outbox the address asks for. Neighbour: `memory-core.ts`. */
import { problem } from '$core/problems';
import type { DeviceInfo, OutboxItem, Status } from '$core/types';
import { DEPOT, id, ROSTER } from './sample';

export function deviceInfo(): DeviceInfo {
  return {
    device: id(90),
    name: '平板 SM-02',
    type: 'field',
    depot: DEPOT,
    person: null,
    organisation: { id: id(1), name: '迅达租赁', name_en: 'Xunda Rental', zone: 'Asia/Shanghai', keys: [] },
    roster: ROSTER,
    policy: {
      gate: 'strict',
      opening_hidden_ms: 300_000,
      grace_hours: 12,
      grace_entries: 200,
      files_hours: 24,
    },
  };
}

/** phase=, gate=shut, network=failing, unsent=1, wiped=1, update=1 */
export function firstStatus(query: URLSearchParams): Status {
  const phase = (query.get('phase') ?? 'ready') as Status['phase'];
  const shut = query.get('gate') === 'shut';
  const failing = query.get('network') === 'failing';
  const unsent = shut || query.get('unsent') === '1';
  return {
    phase,
    gate: shut ? 'shut' : 'open',
    device: phase === 'not_enrolled' || phase === 'evicted' ? null : deviceInfo(),
    person: phase === 'ready' ? (ROSTER[0] ?? null) : null,
    eviction: phase === 'evicted' ? { device: id(90), name: '平板 SM-02', epoch: 0, provenSeq: 412 } : null,
    wiped:
      query.get('wiped') === '1'
        ? { name: '平板 SM-02', seq: 412, at: new Date().toISOString(), told: true }
        : null,
    unsent: unsent
      ? { entries: 3, photos: 5, blobs: 6, bytes: 14_900_000 }
      : { entries: 0, photos: 0, blobs: 0, bytes: 0 },
    opening: shut ? { entries: 11, photos: 10, blobs: 12, bytes: 38_000_000 } : null,
    sending:
      shut && !failing
        ? { what: 'blob', label: '浙A·D3K907 右侧', sent: 1_200_000, size: 3_100_000 }
        : { what: null, label: '', sent: 0, size: 0 },
    network: failing ? 'failing' : shut ? 'sending' : 'idle',
    nextRetryAt: failing ? Date.now() + 8_400 : null,
    problem: failing ? problem('network') : null,
    proven: { epoch: 0, seq: 37, at: new Date(Date.now() - 300_000).toISOString() },
    lastFullUploadAt: new Date(Date.now() - 7_200_000).toISOString(),
    reading: false,
    storage: { used: 412_000_000, quota: 6_400_000_000, persisted: true },
    live: true,
    skewMs: null,
    heardAt: new Date().toISOString(),
    leader: true,
    grace: null,
    updateWaiting: query.get('update') === '1',
  };
}

export function sampleOutbox(query: URLSearchParams): OutboxItem[] {
  if (query.get('gate') !== 'shut' && query.get('unsent') !== '1') return [];
  const at = new Date(Date.now() - 900_000).toISOString();
  const first = id(301);
  const entry = (n: number, label: string, state: 'waiting' | 'sending' | 'proven'): OutboxItem => ({
    type: 'entry',
    id: id(4000 + n),
    epoch: 0,
    seq: 37 + n,
    action: n === 1 ? 'handover.start' : 'photo.add',
    label,
    at,
    actor: ROSTER[0]?.id ?? '',
    handover: first,
    state,
    outcome: null,
    bytes: 900,
  });
  const photo = (n: number, label: string, state: 'pending' | 'uploading' | 'done'): OutboxItem => ({
    type: 'blob',
    sha256: `sample-${n}`,
    role: 'photo',
    label,
    at,
    handover: first,
    state,
    sent: state === 'done' ? 3_100_000 : state === 'uploading' ? 1_200_000 : 0,
    size: 3_100_000,
    problem: null,
  });
  return [
    entry(1, '开始归还', 'proven'),
    entry(2, '里程', 'sending'),
    entry(3, '照片：正面', 'waiting'),
    photo(1, '正面', 'done'),
    photo(2, '右侧', 'uploading'),
    photo(3, '后面', 'pending'),
  ];
}
