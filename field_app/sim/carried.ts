/**
 * What a phone has not sent, taken to the office as one file: written by the shipped core, read by the shipped server, once or twice,
 * torn or changed on its way, while the phone may send the same itself.
 *
 * Neighbours: `mischief.ts` lets it happen; `tests/support/piped_app.py` takes the file in. Invariants: a broken file is refused and
 * changes nothing; a whole one is taken in, unless the phone or the server has gone back to a backup meanwhile.
 */
import type { Host } from './host.ts';
import type { Phone, World } from './phone.ts';
import type { Random } from './random.ts';

/** Refusals that a phone or a server which has gone back to a backup explains. */
const EXPLAINED = new Set(['import_contradicts', 'epoch_unknown', 'device_unknown']);

interface Brought {
  /** Why it was refused; null: it is in. */
  code: string | null;
}

interface Road {
  world: World;
  host: Host;
  phone: Phone;
}

/** Somebody exports the phone and brings the file to the office a while later. */
export function carry(world: World, host: Host, phone: Phone, random: Random): void {
  const road = { world, host, phone };
  const { weather, scheduler } = world;
  const later = (run: () => Promise<void>): void => {
    scheduler.after(random.int(1_000, 50_000), run, null);
  };
  phone.export((file) => {
    world.log(`export ${phone.name}`);
    if (weather.strikes('file_damaged', 0.5)) later(() => bringBroken(road, broken(file, random)));
    later(() => bring(road, file, 'file_imported'));
    if (weather.strikes('file_imported_again', 0.5)) later(() => bring(road, file, 'file_imported_again'));
  });
}

/** Torn, or with one bit that is another. */
function broken(file: Uint8Array, random: Random): Uint8Array {
  const at = random.int(0, file.length - 1);
  if (random.chance(0.3)) return file.slice(0, at);
  const changed = file.slice();
  changed[at] = (changed[at] ?? 0) ^ (1 << random.int(0, 7));
  return changed;
}

async function bring(
  { world, host, phone }: Road,
  file: Uint8Array,
  fault: 'file_imported' | 'file_imported_again',
): Promise<void> {
  const { code } = await host.call<Brought>('import', command(world, file));
  world.log(`import ${phone.name} ${code ?? 'taken in'}`);
  if (code === null) world.weather.count(fault);
  else if (!EXPLAINED.has(code)) world.oracle.violated('import', `${phone.name}: ${code}`);
}

async function bringBroken({ world, host, phone }: Road, file: Uint8Array): Promise<void> {
  const before = JSON.stringify(await host.call('known'));
  const { code } = await host.call<Brought>('import', command(world, file));
  world.weather.count('file_damaged');
  world.log(`import ${phone.name} broken ${code}`);
  if (code === null) world.oracle.violated('import', `${phone.name}: a broken file was taken in`);
  else if (JSON.stringify(await host.call('known')) !== before)
    world.oracle.violated('import', `${phone.name}: a broken file changed something`);
}

const command = (world: World, file: Uint8Array): Record<string, unknown> => ({
  now: world.net.now(),
  file: Buffer.from(file).toString('base64'),
});
