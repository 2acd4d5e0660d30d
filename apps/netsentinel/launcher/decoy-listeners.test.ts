import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DecoyPlan, PlannedDecoy } from '../config/decoy-plan.ts';
import { bindDecoys, placedDecoys, readPlacement, type DecoyListener } from './decoy-listeners.ts';

let root: string;
const open: (Server | DecoyListener)[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ns-places-'));
});
afterEach(() => {
  for (const listener of open.splice(0)) listener.close();
  rmSync(root, { recursive: true, force: true });
});

async function taken(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  open.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const decoy = (port: number, fields: Partial<PlannedDecoy> = {}): PlannedDecoy => ({
  id: `d-${port}`,
  type: 'ssh',
  transport: 'tcp',
  address: '127.0.0.1',
  port,
  movable: true,
  persona: 'p',
  options: {},
  where: 'persona p',
  ...fields,
});
const plan = (...decoys: PlannedDecoy[]): DecoyPlan => ({
  choice: { persona: 'p' },
  decoys,
  personas: {},
  notBuilt: [],
});

async function bind(of: DecoyPlan): Promise<readonly PlannedDecoy[]> {
  const { decoys, listeners } = await bindDecoys(of, root);
  open.push(...listeners.values());
  return decoys;
}

describe('a decoy that may move', () => {
  it('takes the next free port, and has it again at the next start', async () => {
    const port = await taken();
    const [placed] = await bind(plan(decoy(port)));
    expect(placed!.port).toBeGreaterThan(port);
    expect(readPlacement(root)).toEqual({
      choice: { persona: 'p' },
      ports: { [`d-${port}`]: placed!.port },
      stopped: [],
    });
    for (const listener of open.splice(0)) listener.close();
    const [again] = await bind(plan(decoy(port)));
    expect(again!.port).toBe(placed!.port);
    expect(placedDecoys([decoy(port)], root)[0]!.port).toBe(placed!.port);
  });

  it('is out of the way of one that may not', async () => {
    const port = await taken();
    for (const listener of open.splice(0)) listener.close();
    const [first, second] = await bind(
      plan(decoy(port, { id: 'moves' }), decoy(port, { id: 'stays', movable: false })),
    );
    expect([first!.id, second!.id, second!.port]).toEqual(['moves', 'stays', port]);
    expect(first!.port).not.toBe(port);
  });

  it('listens for datagrams where its transport is UDP', async () => {
    const [placed] = await bind(plan(decoy(20_161, { transport: 'udp' })));
    expect((open[0] as DecoyListener).address()).toMatchObject({ port: placed!.port });
  });
});

it('one that may not move fails with what asked for it, and nothing stays bound', async () => {
  const port = await taken();
  const free = await taken();
  open.pop()!.close();
  const failing = plan(decoy(free, { movable: false }), decoy(port, { movable: false, where: 'netsentinel.yaml:4:2' }));
  await expect(bindDecoys(failing, root)).rejects.toMatchObject({
    code: 'LISTEN_IN_USE',
    where: 'netsentinel.yaml:4:2',
  });
  await bind(plan(decoy(free, { movable: false })));
});

it('what was kept and is damaged counts as nothing', () => {
  expect(readPlacement(root)).toEqual({ choice: {}, ports: {}, stopped: [] });
});
