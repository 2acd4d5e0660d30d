import { once } from 'node:events';
import { connect, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '@netsentinel/kernel/log';
import { freePort } from '@netsentinel/testkit/free-port';
import type { PlannedDecoy } from '../config/decoy-plan.ts';
import type { DecoyListener } from './decoy-listeners.ts';
import { BoundListeners } from './bound-listeners.ts';
import { DecoySwitch } from './decoy-switch.ts';
import { bindListener } from './listeners.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function decoyAt(id: string, options: unknown = {}): Promise<PlannedDecoy> {
  const port = await freePort();
  const fixed = { type: 'ssh', transport: 'tcp', address: '127.0.0.1', movable: false, persona: 'p' } as const;
  return { id, port, options, where: 'netsentinel.yaml:1:1', ...fixed };
}

/** A decoy host that holds what it is given, in this process; with `isDeaf` it lets go of nothing. */
class FakeHost {
  readonly held = new Map<string, DecoyListener[]>();
  running = true;
  isDeaf = false;
  renewed = 0;

  constructor() {
    closing.push(() => this.#drop());
  }

  handOver(message: unknown, listener: DecoyListener): Promise<void> {
    const { decoy } = message as { decoy: string };
    this.held.set(decoy, [...(this.held.get(decoy) ?? []), listener]);
    return Promise.resolve();
  }

  send(message: unknown): void {
    const { t, decoy } = message as { t: string; decoy: string };
    if (t !== 'unlisten' || this.isDeaf) return;
    for (const one of this.held.get(decoy) ?? []) one.close();
    this.held.delete(decoy);
  }

  renew(): void {
    this.renewed++;
    this.#drop();
  }

  #drop(): void {
    for (const one of [...this.held.values()].flat()) one.close();
    this.held.clear();
  }
}

function made(decoys: readonly PlannedDecoy[], stopped: readonly string[] = []) {
  const host = new FakeHost();
  const kept: (readonly string[])[] = [];
  const bound = new BoundListeners();
  const it = new DecoySwitch({
    decoys,
    stopped,
    host,
    bound,
    keep: (ids) => kept.push(ids),
    log: silentLogger,
    closeMs: 200,
  });
  return { host, kept, bound, it };
}

async function isOpen({ port }: PlannedDecoy): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return once(socket, 'connect').then(
    () => {
      socket.destroy();
      return true;
    },
    () => false,
  );
}

describe('a decoy that is stopped', () => {
  it('has its port closed, with its passive ones, and has them again when it is started', async () => {
    const from = await freePort();
    const ftp = await decoyAt('ftp', { passivePorts: { from, to: from } });
    const other = await decoyAt('other');
    const { host, kept, it: decoys } = made([ftp, other]);
    await decoys.serve();
    expect([...host.held].map(([id, own]) => [id, own.length])).toEqual([
      ['ftp', 2],
      ['other', 1],
    ]);
    await decoys.set('ftp', false);
    expect([await isOpen(ftp), await isOpen({ ...ftp, port: from }), await isOpen(other)]).toEqual([
      false,
      false,
      true,
    ]);
    expect([decoys.isStopped('ftp'), kept]).toEqual([true, [['ftp']]]);
    // Again: nothing to do.
    await decoys.set('ftp', false);
    expect(kept).toHaveLength(1);
    await decoys.set('ftp', true);
    expect([await isOpen(ftp), await isOpen({ ...ftp, port: from })]).toEqual([true, true]);
    expect([decoys.isStopped('ftp'), kept.at(-1)]).toEqual([false, []]);
    expect(host.renewed).toBe(0);
  });

  it('is not given to a decoy host that is started then, and to the next one once it was started meanwhile', async () => {
    const [a, b] = [await decoyAt('a'), await decoyAt('b')];
    const { host, it: decoys } = made([a, b], ['a', 'long-gone']);
    await decoys.serve();
    expect([...host.held.keys()]).toEqual(['b']);
    host.renew();
    decoys.hostStarted();
    await decoys.set('a', true);
    // It is not ready yet, and will be given all.
    expect([...host.held.keys()]).toEqual([]);
    await decoys.serve();
    expect([...host.held.keys()]).toEqual(['a', 'b']);
  });

  it('is closed where no decoy host has it yet', async () => {
    const decoy = await decoyAt('a');
    const { host, bound, it: decoys } = made([decoy]);
    bound.add('a', await bindListener('127.0.0.1', decoy.port, ''));
    await decoys.set('a', false);
    expect(await isOpen(decoy)).toBe(false);
    await decoys.serve();
    expect([host.renewed, host.held.size]).toEqual([0, 0]);
  });

  it('is closed though the decoy host does not let go: that is started anew', async () => {
    const decoy = await decoyAt('a');
    const { host, it: decoys } = made([decoy]);
    await decoys.serve();
    host.isDeaf = true;
    await decoys.set('a', false);
    expect([host.renewed, await isOpen(decoy)]).toEqual([1, false]);
  });

  it('stays stopped where another program has its port', async () => {
    const decoy = await decoyAt('a');
    const { it: decoys } = made([decoy], ['a']);
    const thief: Server = await bindListener('127.0.0.1', decoy.port, '');
    closing.push(() => thief.close());
    expect(await decoys.obey({ t: 'decoy', request: 7, decoy: 'a', listening: true })).toMatchObject({
      t: 'decoy-set',
      request: 7,
      error: { code: 'LISTEN_IN_USE' },
    });
    expect(decoys.isStopped('a')).toBe(true);
    await expect(decoys.set('nobody', true)).rejects.toMatchObject({ code: 'DECOY_UNKNOWN' });
  });
});
