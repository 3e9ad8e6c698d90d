/**
 * Whatever happens around the people: the office's work, apps that die, networks that come and go, disks that fail, clocks that jump.
 *
 * Neighbours: `seed.ts` starts it and stops it for healing. Invariant: what it destroys it notes in the oracle at that moment — what the
 * server had not got and no disk holds any more is gone by its hand, and only that may be missing in the end.
 */
import type { JournalState, OutboxRow, RecordRow } from '../src/core/db.ts';
import { carry } from './carried.ts';
import type { Dump, Ground, Host } from './host.ts';
import type { Phone, World } from './phone.ts';
import type { Random } from './random.ts';
import type { Inhabitant } from './seed.ts';

interface Known {
  entries: string[];
  blobs: string[];
}

/** What the server had when its backup was taken; `devices`: each with its epoch and state. */
interface Backup extends Known {
  devices: string;
}

export class Mischief {
  private on = true;
  private readonly world: World;
  private readonly host: Host;
  private readonly inhabitants: Inhabitant[];
  private readonly ground: Ground;
  private readonly random: Random;
  private saved: Backup | null = null;
  /** People who are not with the company at the moment. */
  private readonly away = new Set<string>();
  /** Devices that were asked to empty themselves. */
  private readonly wiped = new Set<string>();

  constructor(world: World, host: Host, inhabitants: Inhabitant[], ground: Ground, random: Random) {
    this.world = world;
    this.host = host;
    this.inhabitants = inhabitants;
    this.ground = ground;
    this.random = random;
  }

  start(): void {
    const { random } = this;
    for (const inhabitant of this.inhabitants) {
      this.open(inhabitant, random.int(0, 20_000));
      this.every(15_000, 120_000, () => this.toPhone(inhabitant));
      this.every(30_000, 400_000, () => this.network(inhabitant.phone));
      this.every(2_000, 40_000, () => inhabitant.phone.look());
    }
    this.every(20_000, 300_000, () => this.office());
    this.every(60_000, 300_000, () => this.toServer());
  }

  /** No more of it; whoever had left is back. */
  async stop(): Promise<void> {
    this.on = false;
    for (const person of [...this.away]) await this.roster(person, true);
  }

  /** After the faults: whoever is not running is opened again, and stays open. */
  reopen(): void {
    for (const inhabitant of this.inhabitants) {
      const { phone } = inhabitant;
      if (!phone.boot) this.open(inhabitant, 100);
    }
    const watch = (): void => {
      for (const inhabitant of this.inhabitants) if (!inhabitant.phone.boot) this.begin(inhabitant);
      this.world.scheduler.after(5_000, watch, null);
    };
    this.world.scheduler.after(6_000, watch, null);
  }

  private every(least: number, most: number, run: () => unknown): void {
    const again = async (): Promise<void> => {
      if (!this.on) return;
      await run();
      this.world.scheduler.after(this.random.int(least, most), again, null);
    };
    this.world.scheduler.after(this.random.int(least, most), again, null);
  }

  private open(inhabitant: Inhabitant, after: number): void {
    this.world.scheduler.after(after, () => this.begin(inhabitant), null);
  }

  private begin({ phone, person }: Inhabitant): void {
    if (phone.boot) return;
    this.world.log(`app ${phone.name} opened`);
    phone.begin(() => person.live());
  }

  // --- one phone ------------------------------------------------------------------------------------------------------
  private async toPhone(inhabitant: Inhabitant): Promise<void> {
    const { phone } = inhabitant;
    const { weather } = this.world;
    this.clock(phone);
    this.store(phone);
    if (!phone.boot) {
      await this.toSleepingDisk(phone);
      this.begin(inhabitant);
    } else if (weather.strikes('file_imported', 0.12)) {
      carry(this.world, this.host, phone, this.random);
    } else if (weather.strikes('crash', 0.12)) {
      phone.die('crash');
    } else if (this.random.chance(0.05)) {
      await phone.close();
      this.world.log(`app ${phone.name} closed`);
    }
  }

  private clock(phone: Phone): void {
    if (!this.world.weather.strikes('clock_jump', 0.05)) return;
    this.world.weather.count('clock_jump');
    phone.skew += this.random.pick([-1, 1]) * this.random.pick([90_000, 3_600_000, 86_400_000 * 3]);
    this.world.log(`clock ${phone.name} ${phone.skew}`);
  }

  /** The store fails for a while: transactions abort, the disk is full. */
  private store(phone: Phone): void {
    const { weather } = this.world;
    if (weather.strikes('store_closed', 0.06)) {
      weather.count('store_closed');
      phone.disk.closeConnections();
    }
    const aborts = weather.strikes('store_aborts', 0.12);
    const full = weather.strikes('store_full', 0.08);
    phone.disk.strike =
      aborts || full
        ? (mode) => {
            if (!weather.on || mode !== 'readwrite' || !this.random.chance(0.04)) return null;
            weather.count(full ? 'store_full' : 'store_aborts');
            return full ? 'full' : 'abort';
          }
        : null;
  }

  /** What befalls a disk while no app runs on it. */
  private async toSleepingDisk(phone: Phone): Promise<void> {
    const { weather } = this.world;
    if (phone.device === '') return;
    if (weather.strikes('body_lost', 0.2)) this.loseBody(phone, false);
    if (weather.strikes('body_spoiled', 0.25)) this.loseBody(phone, true);
    if (weather.strikes('record_lost', 0.15)) this.loseRecord(phone);
    if (weather.strikes('store_evicted', 0.12)) await this.evict(phone);
    else if (!phone.backup && this.random.chance(0.5)) phone.backup = phone.disk.copy();
    else if (phone.backup && weather.strikes('store_restored', 0.2)) await this.restoreStore(phone);
  }

  /** One row of the journal cannot be read any more, or not as it was written. */
  private loseBody(phone: Phone, spoiled: boolean): void {
    const { oracle, weather } = this.world;
    const rows = phone.disk.values<OutboxRow>('outbox').filter((row) => !row.proven);
    if (rows.length === 0) return;
    const row = this.random.pick(rows);
    const attempt = oracle.attempts.find((one) => one.saved?.id === row.id);
    if (!attempt) return; // it died before the screen was told: nothing was promised
    weather.count(spoiled ? 'body_spoiled' : 'body_lost');
    if (spoiled) {
      const at = this.random.int(0, row.body.length - 1);
      const changed = row.body[at] === 'x' ? 'y' : 'x';
      const body = row.body.slice(0, at) + changed + row.body.slice(at + 1);
      phone.disk.spoil('outbox', [row.epoch, row.seq], { ...row, body });
    } else phone.disk.lose('outbox', [row.epoch, row.seq]);
    attempt.destroyed = true;
    attempt.mustBeDeclared = true;
    this.world.log(`disk ${phone.name} ${spoiled ? 'spoils' : 'loses'} ${row.epoch}/${row.seq}`);
  }

  /** A row of the replica is gone: only the server's digest can tell. */
  private loseRecord(phone: Phone): void {
    const rows = phone.disk.values<RecordRow>('records');
    if (rows.length === 0) return;
    const { kind, id } = this.random.pick(rows);
    this.world.weather.count('record_lost');
    phone.harmed = true;
    phone.disk.lose('records', [kind, id]);
    this.world.log(`disk ${phone.name} loses ${kind}/${id}`);
  }

  /** What lies on this disk and nowhere else is gone. */
  private async destroy(phone: Phone, survives: (id: string) => boolean): Promise<void> {
    const known = await this.host.call<Known>('known');
    const entries = new Set(known.entries);
    const blobs = new Set(known.blobs);
    this.world.oracle.diskLost.add(phone.device);
    for (const attempt of this.world.oracle.savedOf(phone.device)) {
      const id = attempt.saved?.id ?? '';
      if (!entries.has(id) && !survives(id)) attempt.destroyed = true;
      if (!attempt.files.every((file) => blobs.has(file.sha256)) && !survives(id)) attempt.destroyed = true;
      attempt.here = attempt.here && survives(id);
      if (!survives(id)) for (const file of attempt.files) phone.gone.add(file.sha256);
    }
  }

  private async evict(phone: Phone): Promise<void> {
    this.world.weather.count('store_evicted');
    await this.destroy(phone, () => false);
    phone.disk.evict();
    phone.backup = null;
    if (this.random.chance(0.2)) phone.cookies.clear();
    this.world.log(`disk ${phone.name} evicted`);
  }

  private async restoreStore(phone: Phone): Promise<void> {
    const copies = phone.backup ?? [];
    const inCopy = new Set(
      copies.flatMap(({ stores }) =>
        stores
          .filter((store) => store.name === 'outbox')
          .flatMap((store) => store.records.map((record) => (record.value as OutboxRow).id)),
      ),
    );
    this.world.weather.count('store_restored');
    await this.destroy(phone, (id) => inCopy.has(id));
    await phone.disk.restore(copies);
    phone.backup = null;
    const journal = phone.disk.meta<JournalState>('journal');
    this.world.log(`disk ${phone.name} restored ${journal?.epoch}/${journal?.seq}`);
  }

  private network(phone: Phone): void {
    phone.online = phone.online ? !this.world.weather.strikes('offline', 0.4) : true;
    if (!phone.online || this.world.weather.strikes('socket_dropped', 0.3)) {
      if (phone.boot) {
        this.world.weather.count('socket_dropped');
        this.world.net.dropSockets(phone.boot);
      }
    }
    this.world.log(`net ${phone.name} ${phone.online ? 'online' : 'offline'}`);
  }

  // --- the office and the server --------------------------------------------------------------------------------------
  private async office(): Promise<void> {
    const { random, world, ground } = this;
    const number = random.int(0, ground.assets.length - 1);
    const now = world.net.now();
    await this.host.call('system', {
      now,
      action: 'asset.define',
      args: {
        id: ground.assets[number],
        label: `浙A·S${number}`,
        tag: `S-${String(number).padStart(4, '0')}`,
        pack: number % 3 ? 'machine' : 'vehicle',
        home_depot_id: ground.depots[0],
        depot_id: ground.depots[random.chance(0.9) ? 0 : 1],
        bay: `B-${random.int(1, 99)}`,
        state: 'out',
      },
    });
    world.log(`office asset ${number}`);
    if (world.weather.strikes('person_left', 0.15)) await this.leave(random.pick(ground.people));
    const { phone } = random.pick(this.inhabitants);
    if (phone.device === '' || phone.revoked) return;
    const args = { device_id: phone.device };
    if (!this.wiped.has(phone.device) && world.weather.strikes('device_wiped', 0.1)) {
      this.wiped.add(phone.device);
      world.weather.count('device_wiped');
      await this.host.call('system', { now, action: 'device.wipe', args });
      world.log(`office wipes ${phone.name}`);
    } else if (world.weather.strikes('device_revoked', 0.15)) {
      world.weather.count('device_revoked');
      phone.revoked = true;
      await this.host.call('system', { now, action: 'device.revoke', args });
      world.log(`office revokes ${phone.name}`);
    }
  }

  /** Somebody is not with the company for a while: every phone lets them go, whatever they were at. */
  private async leave(person: string): Promise<void> {
    if (this.away.has(person)) return;
    this.world.weather.count('person_left');
    await this.roster(person, false);
    this.world.scheduler.after(
      this.random.int(30_000, 300_000),
      () => this.away.has(person) && this.roster(person, true),
      null,
    );
  }

  private async roster(person: string, active: boolean): Promise<void> {
    if (active) this.away.delete(person);
    else this.away.add(person);
    await this.host.call('roster', { now: this.world.net.now(), person, active });
    this.world.log(`office ${active ? 'takes back' : 'dismisses'} ${person.slice(0, 8)}`);
  }

  private async toServer(): Promise<void> {
    const { weather, net, log } = this.world;
    if (weather.strikes('session_expired', 0.2)) {
      weather.count('session_expired');
      await this.host.call('expire', { now: net.now() });
      log('server sessions expired');
    }
    if (weather.strikes('server_restarted', 0.2)) {
      weather.count('server_restarted');
      await this.host.call('restart', { now: net.now() });
      log('server restarted');
    }
    if (this.saved) {
      if (weather.strikes('server_restored', 0.35)) await this.restoreServer(this.saved);
    } else if (this.allEnrolled() && this.random.chance(0.5)) {
      this.saved = { ...(await this.host.call<Known>('known')), devices: await this.devices() };
      await this.host.call('snapshot');
      log('server backup');
    }
  }

  /** A backup from before an enrolment would not know the device at all: that is refused and left to people. */
  private allEnrolled(): boolean {
    return this.inhabitants.every(({ phone }) => phone.device !== '' && !phone.revoked);
  }

  private async devices(): Promise<string> {
    const { devices } = await this.host.call<Dump>('dump');
    return JSON.stringify(devices.map(({ id, state, epoch }) => [id, state, epoch]));
  }

  private async restoreServer(saved: Backup): Promise<void> {
    const { oracle, weather, net, log } = this.world;
    this.saved = null;
    // A backup that does not know a device, or its epoch, is refused by the protocol: those devices are enrolled anew by hand.
    if ((await this.devices()) !== saved.devices) return;
    const [entries, blobs] = [new Set(saved.entries), new Set(saved.blobs)];
    await this.host.call('restore', { now: net.now() });
    weather.count('server_restored');
    for (const { phone } of this.inhabitants) {
      phone.look();
      phone.harmed = true;
    }
    for (const attempt of oracle.attempts) {
      if (!attempt.saved) continue;
      if (attempt.here) {
        attempt.receiptMayBeOut ||= !entries.has(attempt.saved.id);
        continue;
      }
      if (!entries.has(attempt.saved.id)) attempt.fellBack = true;
      if (!attempt.files.every((file) => blobs.has(file.sha256))) attempt.filesFellBack = true;
    }
    log('server restored');
  }
}
