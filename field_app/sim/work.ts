/**
 * A check-in as the field app records it: start, readings, photos, damages, accessories, both signatures, completion.
 *
 * Neighbours: `person.ts` takes the steps one by one. Invariants: pictures are real (the server decodes them) and no two are
 * alike; a step whose saving failed is taken again with the same content; what a customer signs travels in private parts.
 */
import { crc32, deflateSync } from 'node:zlib';
import type { NewBlob, NewEntry } from '../src/core/types.ts';
import type { BlobRole, BlobType } from '../src/generated/types.ts';
import { sha256 } from './crypto.ts';
import type { File } from './oracle.ts';
import type { Random } from './random.ts';

/** What a person saves in one go. */
export interface Step {
  items: NewEntry[];
  files: File[][];
}

/** A check-in under way, as the person holding the phone knows it. */
export interface Checkin {
  handover: string;
  asset: string;
  steps: ((random: Random) => Step)[];
  /** The step that is to be taken next. */
  at: number;
  /** Made once, so that a repeat saves the same. */
  made: Step | null;
  /** Ids of entries that were saved. */
  entries: string[];
  /** The start itself was saved. */
  begun: boolean;
}

/** A Blob whose bytes are there at once: nothing happens outside simulated time. */
export class SimBlob extends Blob {
  private readonly raw: Uint8Array<ArrayBuffer>;

  /** `parts`: bytes, or others of its kind; there is nothing else the core makes one of. */
  constructor(parts: BlobPart[] = [], options?: BlobPropertyBag) {
    super(parts, options);
    const raw = parts.map((part) => (part instanceof SimBlob ? part.raw : (part as Uint8Array)));
    this.raw = new Uint8Array(Buffer.concat(raw));
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    return Promise.resolve(this.raw.slice().buffer);
  }
}

function chunk(name: string, data: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, sum]);
}

/** A small PNG of noise. */
export function picture(random: Random): Uint8Array<ArrayBuffer> {
  const edge = random.int(8, 24);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(edge, 0);
  head.writeUInt32BE(edge, 4);
  head.set([8, 2, 0, 0, 0], 8); // 8 bits a channel, colour
  const rows = Buffer.alloc(edge * (1 + 3 * edge));
  for (let at = 0; at < rows.length; at++) rows[at] = at % (1 + 3 * edge) === 0 ? 0 : random.int(0, 255);
  const png = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
  return new Uint8Array(png);
}

function fileOf(
  bytes: Uint8Array<ArrayBuffer>,
  type: BlobType,
  role: BlobRole,
): { blob: NewBlob; file: File } {
  const file: File = { sha256: sha256(bytes), size: bytes.length, type, role };
  return { blob: { bytes: new SimBlob([bytes], { type }), type, role, sha256: file.sha256 }, file };
}

const one = (item: NewEntry, files: File[] = []): Step => ({ items: [item], files: [files] });
const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

const PACKS = {
  machine: { slots: ['front', 'left', 'dial'], meters: ['hours'], accessories: ['key', 'manual'] },
  vehicle: {
    slots: ['front', 'left', 'rear', 'right', 'cabin', 'cargo', 'dial', 'tyre'],
    meters: ['odometer', 'battery'],
    accessories: ['keys', 'jack'],
  },
} as const;

function photo(
  handover: string,
  id: string,
  slot: string,
  random: Random,
  damage: string | null = null,
): Step {
  const { blob, file } = fileOf(picture(random), 'image/png', damage ? 'damage' : 'photo');
  const args = {
    handover_id: handover,
    photo_id: id,
    slot,
    how: 'still',
    source: 'camera',
    width: 16,
    height: 16,
  } as const;
  return one(
    {
      action: 'photo.add',
      args: damage ? { ...args, damage_id: damage } : args,
      extra: { blobs: [blob], label: slot },
    },
    [file],
  );
}

function damage(handover: string, newId: () => string, random: Random): Step {
  const id = newId();
  const args = {
    handover_id: handover,
    damage_id: id,
    view: 'front',
    part: 'bumper',
    x: random.int(0, 1000),
    y: random.int(0, 1000),
    type: 'scratch',
    severity: 'minor_damage',
    size_range: 'under_5_cm',
  };
  const found = { action: 'damage.record', args } as unknown as NewEntry;
  const wide = photo(handover, newId(), 'wide', random, id);
  const close = photo(handover, newId(), 'close', random, id);
  return {
    items: [found, ...wide.items, ...close.items],
    files: [[], ...wide.files, ...close.files],
  };
}

interface Closing {
  document: string;
}

function signature(
  checkin: Checkin,
  party: 'customer' | 'staff',
  closing: Closing,
  id: string,
  random: Random,
): Step {
  const drawn = fileOf(picture(random), 'image/png', 'signature');
  const strokes = JSON.stringify({ strokes: [[[random.int(0, 1000), random.int(0, 1000), 0]]] });
  const customer = party === 'customer';
  const parts = customer ? [utf8(JSON.stringify({ name: `客户${random.next()}`, phone: '138' }))] : [];
  parts.push(utf8(strokes));
  const text = utf8(closing.document);
  const paper = fileOf(text, 'application/json', 'document');
  const files = customer ? [paper, drawn] : [drawn];
  return one(
    {
      action: 'signature.capture',
      args: {
        handover_id: checkin.handover,
        signature_id: id,
        party,
        decision: 'agree',
        role: customer ? 'driver' : 'staff',
        language: 'zh',
        document_sha256: paper.file.sha256,
        image_sha256: drawn.file.sha256,
        ...(customer ? { signer: 0, strokes: 1 } : { strokes: 0 }),
      },
      extra: { blobs: files.map(({ blob }) => blob), private: parts },
    },
    files.map(({ file }) => file),
  );
}

/** The steps of a check-in, in the order of the screens; some are left out, some come twice, as in life. */
export function checkin(
  random: Random,
  newId: () => string,
  now: () => string,
  asset: string,
  pack: keyof typeof PACKS,
): Checkin {
  const handover = newId();
  const made: Checkin = { handover, asset, steps: [], at: 0, made: null, entries: [], begun: false };
  const steps: Checkin['steps'] = [];
  const { slots, meters, accessories } = PACKS[pack];
  const wizard = { handover, flow: 'check_in' as const, step: 'meters', data: {}, startedAt: now() };
  steps.push(() =>
    one({
      action: 'handover.start',
      args: { handover_id: handover, type: 'check_in', asset_id: asset },
      extra: { wizard },
    }),
  );
  for (const meter of meters)
    steps.push((chance) =>
      one({
        action: 'reading.record',
        args: { handover_id: handover, meter, value: chance.int(0, 90) },
        extra: { wizard: { ...wizard, step: meter } },
      }),
    );
  for (const slot of slots)
    steps.push((chance) =>
      chance.chance(0.75)
        ? photo(handover, newId(), slot, chance)
        : one({ action: 'photo.waive', args: { handover_id: handover, slot, reason: '雨太大' } }),
    );
  if (random.chance(0.4)) steps.push((chance) => damage(handover, newId, chance));
  if (random.chance(0.3))
    steps.push((chance) =>
      one({
        action: 'accessory.report',
        args: { handover_id: handover, accessory: chance.pick(accessories), state: 'missing' },
      }),
    );
  const closing = { document: JSON.stringify({ format: 'handover-document-v1', handover }) };
  steps.push((chance) => signature(made, 'customer', closing, newId(), chance));
  steps.push((chance) => signature(made, 'staff', closing, newId(), chance));
  steps.push(() =>
    one({
      action: 'return.complete',
      args: {
        handover_id: handover,
        acceptance: 'intact',
        confirmed: { first_at: now(), second_at: now() },
        document_sha256: sha256(closing.document),
        entries: [...made.entries],
      },
      extra: { wizard: null },
    }),
  );
  made.steps = steps;
  return made;
}
