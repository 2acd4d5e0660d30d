/**
 * Binds what the decoys listen on. A decoy that may move takes the port it had at the last start, else the one of its plan, else the next free one
 * above; where it came to stand is kept in the data folder.
 */
import type { Socket as DatagramSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { passivePortsOf } from '@netsentinel/contracts/passive-ports';
import { isNetSentinelError, NetSentinelError } from '@netsentinel/kernel/errors';
import { writeWhole } from '@netsentinel/kernel/write-whole';
import type { DecoyPlan, PersonaChoice, PlannedDecoy } from '../config/decoy-plan.ts';
import { bindDatagram, bindListener } from './listeners.ts';

export type DecoyListener = Server | DatagramSocket;

/** Ports tried one after another until one is free. */
const TRIES = 200;
const PASSIVE_TRIES = 40;
const MAX_PORT = 65_535;

/** What is kept of a start, to be told by other commands and to be found again at the next. */
export interface Placement {
  /** The machine that was asked for on the command line. */
  readonly choice: PersonaChoice;
  /** Where decoys that can move came to stand, by id. */
  readonly ports: Readonly<Record<string, number>>;
  /** Ids of decoys that a person has stopped. */
  readonly stopped: readonly string[];
}

/** `root`: the data folder. */
export function readPlacement(root: string): Placement {
  try {
    const { choice, ports, stopped } = JSON.parse(readFileSync(placementFile(root), 'utf8')) as Partial<Placement>;
    const valid = Object.entries(ports ?? {}).filter(
      ([, port]) => Number.isInteger(port) && port > 0 && port <= MAX_PORT,
    );
    return { choice: choice ?? {}, ports: Object.fromEntries(valid), stopped: Array.isArray(stopped) ? stopped : [] };
  } catch {
    return { choice: {}, ports: {}, stopped: [] };
  }
}

function placementFile(root: string): string {
  return join(root, 'decoys.json');
}

/** The decoys as they were last placed; those that cannot move as planned. */
export function placedDecoys(decoys: readonly PlannedDecoy[], root: string): PlannedDecoy[] {
  const { ports } = readPlacement(root);
  return decoys.map((decoy) => (decoy.movable ? { ...decoy, port: ports[decoy.id] ?? decoy.port } : decoy));
}

/** Binds all that are not stopped, those that cannot move first. Nothing stays bound where one fails. */
export async function bindDecoys(
  { decoys: planned, choice }: DecoyPlan,
  root: string,
): Promise<{ decoys: PlannedDecoy[]; listeners: Map<string, DecoyListener>; stopped: readonly string[] }> {
  const { stopped } = readPlacement(root);
  const listeners = new Map<string, DecoyListener>();
  const placed = new Map<string, PlannedDecoy>();
  try {
    for (const decoy of placedDecoys(planned, root).toSorted((a, b) => Number(a.movable) - Number(b.movable))) {
      if (stopped.includes(decoy.id)) {
        placed.set(decoy.id, decoy);
        continue;
      }
      const [listener, port] = await bindNear(decoy);
      listeners.set(decoy.id, listener);
      const [passive, options] = await bindPassiveNear(decoy);
      for (const [further, it] of passive) listeners.set(passiveName(decoy, further), it);
      placed.set(decoy.id, { ...decoy, port, options });
    }
  } catch (error) {
    for (const listener of listeners.values()) listener.close();
    throw error;
  }
  const decoys = planned.map(({ id }) => placed.get(id)!);
  keepPlacement(root, { choice, ports: portsOf(decoys) });
  return { decoys, listeners, stopped };
}

export function bindDecoy({ transport, address, port, where }: PlannedDecoy): Promise<DecoyListener> {
  return transport === 'tcp' ? bindListener(address, port, where) : bindDatagram(address, port, where);
}

/** What the further listeners of a decoy are called beside its own. */
export function passiveName({ id }: PlannedDecoy, port: number): string {
  return `${id} ${port}`;
}

/** All of its passive ports, or none: where it may move, the next range that is free, which its options then name. */
async function bindPassiveNear(decoy: PlannedDecoy): Promise<[Map<number, DecoyListener>, unknown]> {
  const ports = passivePortsOf(decoy.options);
  for (let i = 0; ; i++) {
    const moved = ports.map((port) => port + i * ports.length);
    const bound = new Map<number, DecoyListener>();
    try {
      for (const port of moved) bound.set(port, await bindDecoy({ ...decoy, port }));
      if (i === 0) return [bound, decoy.options];
      return [bound, { ...(decoy.options as object), passivePorts: { from: moved[0]!, to: moved.at(-1)! } }];
    } catch (error) {
      for (const listener of bound.values()) listener.close();
      const more = decoy.movable && i < PASSIVE_TRIES && moved.at(-1)! + ports.length <= MAX_PORT;
      if (!more || !isNetSentinelError(error, 'LISTEN_IN_USE')) throw error;
    }
  }
}

async function bindNear(decoy: PlannedDecoy): Promise<[DecoyListener, number]> {
  if (!decoy.movable) return [await bindDecoy(decoy), decoy.port];
  for (let i = 0; i < TRIES; i++) {
    const port = decoy.port + i <= MAX_PORT ? decoy.port + i : 10_000 + i;
    try {
      return [await bindDecoy({ ...decoy, port }), port];
    } catch (error) {
      if (!isNetSentinelError(error, 'LISTEN_IN_USE')) throw error;
    }
  }
  throw new NetSentinelError('LISTEN_NONE_FREE', 'user', `no free port near ${decoy.port} for ${decoy.id}`, {
    where: decoy.where,
    hint: 'Give the persona an address of its own, or `ports: real`.',
  });
}

function portsOf(decoys: readonly PlannedDecoy[]): Record<string, number> {
  return Object.fromEntries(decoys.filter(({ movable }) => movable).map(({ id, port }) => [id, port]));
}

/** What other personas had at earlier starts stays known. */
function keepPlacement(root: string, { choice, ports }: Omit<Placement, 'stopped'>): void {
  const before = readPlacement(root);
  writePlacement(root, { choice, ports: { ...before.ports, ...ports }, stopped: before.stopped });
}

/** So that they stay stopped at the next start. */
export function keepStopped(root: string, stopped: readonly string[]): void {
  writePlacement(root, { ...readPlacement(root), stopped });
}

function writePlacement(root: string, placement: Placement): void {
  writeWhole(placementFile(root), `${JSON.stringify(placement, undefined, 2)}\n`, 0o600);
}
