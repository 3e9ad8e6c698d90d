/** The export file: what stands in it, that its device has signed all of it, and the golden vectors of both. */
import { afterEach, describe, expect, it } from 'vitest';
import vectors from '../../../../tests/vectors/exported.json';
import { fromBase64, fromBase64url, fromUtf8, utf8 } from '../bytes';
import { exportText } from '../chain';
import { Db, got, type OutboxRow } from '../db';
import { dbName } from '../enrol';
import { Carried, RECORD } from '../exportfile';
import { type Unsealed, unseal } from './unseal';
import { begin, shoot, turns, until, World } from './world';

let world: World;
afterEach(() => world?.end());

interface End {
  entries: number;
  blobs: number;
  signature: string;
}
const json = (content: Uint8Array): unknown => JSON.parse(fromUtf8(content));
const endOf = ({ records }: Unsealed): End => json(records.at(-1)?.content ?? new Uint8Array()) as End;

/** The text the device of a file must have signed, from what stands in the file alone. */
function textOf({ head, header, records }: Unsealed): string {
  const carried = new Carried(head);
  for (const { type, content } of records) carried.add(new Uint8Array([type, ...content]));
  const first = records.find((record) => record.type === RECORD.entry);
  const span = {
    epoch: Number(header.epoch),
    first: first ? (json(first.content) as OutboxRow).seq : 0,
    seq: Number(header.seq),
    hash: String(header.hash),
  };
  return exportText(header.organisation, header.device, span, carried.digest());
}

async function isSigned(file: Unsealed, { x, y }: { x: string; y: string }): Promise<boolean> {
  const curve = { name: 'ECDSA', namedCurve: 'P-256' };
  const key = await crypto.subtle.importKey('jwk', { kty: 'EC', crv: 'P-256', x, y }, curve, false, [
    'verify',
  ]);
  const signature = fromBase64url(endOf(file).signature ?? '');
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, utf8(textOf(file)));
}

describe('golden vectors of export files', () => {
  const office = (): Promise<CryptoKey> =>
    crypto.subtle.importKey('jwk', vectors.export_key, { name: 'ECDH', namedCurve: 'P-256' }, false, [
      'deriveBits',
    ]);
  const fileOf = (base64: string): Blob => new Blob([fromBase64(base64)]);

  it('open alike, say the same and are signed for the same text', async () => {
    const { file, text, records, said, digest } = vectors.good;
    const found = await unseal(fileOf(file), await office());
    expect(found.records.map(({ type }) => type)).toEqual(records.map(({ type }) => type));
    for (const [at, { content }] of records.entries())
      expect(found.records[at]?.content).toEqual(fromBase64(content));
    const { organisation, device, ...span } = said;
    expect(exportText(organisation, device, span, digest)).toBe(text);
    expect(textOf(found)).toBe(text);
    expect(await isSigned(found, vectors.device_key)).toBe(true);
  });

  it.each(vectors.refused)('$name: $code', async ({ code, file }) => {
    const opened = unseal(fileOf(file), await office());
    if (code === 'import_unsigned') expect(await isSigned(await opened, vectors.device_key)).toBe(false);
    else if (code === 'import_foreign')
      expect((await opened).header.organisation).not.toBe(vectors.good.said.organisation);
    else await expect(opened).rejects.toThrow();
  });
});

describe('the export file', () => {
  it('opens with the organisation key alone, whole, and its device has signed it', async () => {
    world = await World.make();
    const core = await world.ready();
    world.server.down = true;
    await shoot(core, await begin(core), 1, 1_500_000);
    const file = await unseal(await core.exportFile(), world.server.exportKey.privateKey);
    const { entry, bytes, end } = RECORD;
    expect(file.records.map((record) => record.type)).toEqual([entry, entry, RECORD.file, bytes, bytes, end]);
    const second = json(file.records[1]?.content ?? new Uint8Array()) as OutboxRow;
    expect(JSON.parse(second.body)).toMatchObject({ action: 'photo.add', seq: 2 });
    const size = file.records
      .filter((record) => record.type === bytes)
      .reduce((sum, one) => sum + one.content.length, 0);
    expect(size).toBe(1_500_000);
    expect(endOf(file)).toMatchObject({ entries: 2, blobs: 1 });
    const key = world.server.key ?? { x: '', y: '' };
    expect(await isSigned(file, key)).toBe(true);
    for (const record of file.records)
      if (record.type === RECORD.file)
        record.content = utf8(fromUtf8(record.content).replace('photo', 'other'));
    expect(await isSigned(file, key)).toBe(false);
    await turns(1);
  });

  it('holds what is not proven, and leaves out a body that is no longer what was written', async () => {
    world = await World.make();
    const core = await world.ready();
    await begin(core);
    await until(() => core.status.get().unsent.entries === 0);
    world.server.down = true;
    for (let count = 0; count < 4; count++) await begin(core);
    const db = await Db.open(world.indexedDB, dbName('field', world.server.device));
    await db.write(['outbox'], async (tx) => {
      const outbox = tx.objectStore('outbox');
      outbox.put({ ...(await got<OutboxRow>(outbox.get([0, 2]))), proven: true });
      const row = await got<OutboxRow>(outbox.get([0, 3]));
      outbox.put({ ...row, body: row.body.replace('check_in', 'check_im') });
    });
    db.close();
    const file = await unseal(await core.exportFile(), world.server.exportKey.privateKey);
    const held = file.records
      .filter((record) => record.type === RECORD.entry)
      .map((record) => json(record.content) as OutboxRow);
    expect(held.map((row) => row.seq)).toEqual([4, 5]);
    expect(file.header).toMatchObject({ epoch: 0, seq: 5, hash: held[1]?.hash });
    expect(await isSigned(file, world.server.key ?? { x: '', y: '' })).toBe(true);
  });
});
