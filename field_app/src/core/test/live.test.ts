/** Whether "live" is true: heard lately, here or through the leading tab; and how soon it is no longer said. */
import { afterEach, describe, expect, it } from 'vitest';
import { SILENCE_MS } from '../live';
import { turns, until, World } from './world';

let world: World;

afterEach(() => world.end());

describe('the live mark', () => {
  it('is said once the server was heard, and no longer once the socket is gone', async () => {
    world = await World.make();
    const core = await world.ready();
    expect(core.status.get().live).toBe(false);
    world.sockets.at(-1)?.say({ hello: 1 });
    expect(core.status.get()).toMatchObject({ live: true, heardAt: new Date(world.time.now).toISOString() });
    world.sockets.at(-1)?.drop();
    expect(core.status.get().live).toBe(false);
  });

  it('outlives silence that a ping breaks, not a longer one: the socket is then opened anew', async () => {
    world = await World.make();
    const core = await world.ready();
    const socket = world.sockets.at(-1);
    socket?.say({ hello: 1 });
    await world.pass(SILENCE_MS - 1000);
    socket?.say({ ping: true });
    await world.pass(SILENCE_MS - 1000);
    expect(core.status.get().live).toBe(true);
    await world.pass(1000);
    expect(core.status.get().live).toBe(false);
    expect(socket?.closed).toBe(true);
    await world.pass(2000);
    expect(world.sockets).toHaveLength(2);
    socket?.say({ ping: true }); // what was given up says nothing any more
    expect(core.status.get().live).toBe(false);
    world.sockets.at(-1)?.say({ hello: 1 });
    expect(core.status.get().live).toBe(true);
  });

  it('asks whether anybody is there when the socket cannot be opened again', async () => {
    world = await World.make();
    const core = await world.ready();
    world.sockets.at(-1)?.say({ hello: 1 });
    await until(() => core.status.get().network === 'idle');
    world.server.down = true;
    world.sockets.at(-1)?.drop();
    await world.pass(2000);
    world.sockets.at(-1)?.drop();
    await until(() => core.status.get().network === 'failing');
  });

  it('opens the socket at once when an exchange came through', async () => {
    world = await World.make();
    const core = await world.ready();
    for (let turn = 0; turn < 6; turn++) {
      world.sockets.at(-1)?.drop();
      await world.pass(1);
    }
    const before = world.sockets.length;
    core.retryNow();
    await until(() => world.sockets.length > before);
  });

  it('is told to the tabs that follow, to those there and to those that come later', async () => {
    world = await World.make();
    const leader = await world.ready();
    const early = world.core();
    await early.start();
    world.sockets.at(-1)?.say({ hello: 1 });
    await until(() => early.status.get().live);
    const late = world.core();
    await late.start();
    await until(() => late.status.get().live);
    expect(late.status.get().heardAt).toBe(leader.status.get().heardAt);
    await until(() => leader.status.get().network === 'idle'); // an exchange that ends later opens the socket anew
    world.sockets.at(-1)?.drop();
    await until(() => !early.status.get().live && !late.status.get().live);
    expect(world.sockets).toHaveLength(1);
  });

  it('remembers over a restart when the server was last heard', async () => {
    world = await World.make();
    const core = await world.ready();
    const heard = core.status.get().heardAt;
    expect(heard).not.toBeNull();
    world.server.down = true;
    await world.pass(5000);
    const next = await world.restart(core);
    await turns(3);
    expect(next.status.get()).toMatchObject({ live: false, heardAt: heard });
  });
});
