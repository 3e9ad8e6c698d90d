/** The office says who may use a tablet: the lock screen follows, whoever was taken off is locked out, an ended PIN opens nothing. */
import { afterEach, expect, it } from 'vitest';
import { PERSON } from './server';
import { until, World } from './world';

let world: World;
afterEach(() => world?.end());

const LI = { name: '李伟', name_en: 'Li Wei', roles: ['technician'], depot_ids: {}, active: true };
const OTHER = '0197f3a0-0000-7000-8000-00000000abcd';
const other = { id: OTHER, name: '王芳', name_en: 'Wang Fang', roles: ['driver'], has_pin: true };

it('shows somebody new as soon as the list has changed', async () => {
  world = await World.make();
  const core = await world.ready();
  world.server.roster = [...world.server.roster, other];
  world.server.put('roster', '0197f3a0-0000-7000-8000-00000000aaaa', {
    device_id: 'x',
    by: 'chosen',
    people: {},
  });
  core.retryNow();
  await until(() => core.status.get().device?.roster.length === 2);
  expect(core.status.get().phase).toBe('ready');
});

it('locks out whoever is taken off while working, with the next exchange', async () => {
  world = await World.make();
  const core = await world.ready();
  world.server.roster = [other];
  world.server.put('person', PERSON, { ...LI, active: false });
  core.retryNow();
  await until(() => core.status.get().phase === 'locked');
  expect(core.status.get().person).toBeNull();
  await expect(core.unlock(PERSON, world.server.pin)).rejects.toMatchObject({
    problem: { code: 'not_ready' },
  });
});

it('asks again when the list could not be had', async () => {
  world = await World.make();
  const core = await world.ready();
  world.server.roster = [...world.server.roster, other];
  const { fetch } = world.server;
  let refused = 0;
  Object.assign(world.server, {
    fetch: async (url: string, init: RequestInit) => {
      if (url.endsWith('/api/v1/device') && refused < 1) {
        refused += 1;
        throw new TypeError('away');
      }
      return fetch(url, init);
    },
  });
  world.server.put('person', OTHER, { ...LI, name: '王芳' });
  core.retryNow();
  await until(() => refused === 1);
  await world.pass(1000);
  core.retryNow();
  await until(() => core.status.get().device?.roster.length === 2);
});

it('does not open with a PIN that was ended since, not even offline', async () => {
  world = await World.make();
  const core = await world.ready();
  world.server.put('person', PERSON, { ...LI, pin_reset_at: '2027-01-15T08:00:00.000Z' });
  core.retryNow();
  await until(() => core.liveOne('person', PERSON).get()?.pin_reset_at != null);
  core.lock();
  world.server.down = true;
  expect(await core.unlock(PERSON, world.server.pin)).toEqual({ ok: false, needsNetwork: true });
  world.server.down = false;
  expect(await core.unlock(PERSON, world.server.pin)).toEqual({ ok: true }); // set anew meanwhile, the server says yes
  core.lock();
  world.server.down = true;
  expect(await core.unlock(PERSON, world.server.pin)).toEqual({ ok: true });
});
