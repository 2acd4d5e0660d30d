/** Peers for tests of the checks: servers of a few lines that answer as a honeypot does, and our own decoys in their place. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { findDecoy } from '@netsentinel/decoys/index';
import { createPersona } from '@netsentinel/decoys/persona/persona';
import { loadPersona } from '@netsentinel/decoys/persona/persona-library';
import type { Persona } from '@netsentinel/decoys/persona/persona.types';
import { createDecoyContext, listenFor, type DecoyListener } from '@netsentinel/testkit/decoy-harness';
import type { PlayedDecoy } from '../personas/played-decoys.ts';
import { protocolChecks } from './checks/index.ts';
import { openProbe, type Probe } from './probe.ts';
import type { CheckOutcome, VerifyTarget } from './verify.types.ts';

const SEED = Buffer.alloc(32, 9);
export const persona = createPersona(SEED, 'debian-12-server');

const servers: Server[] = [];
const sockets = new Set<Socket>();
const listeners: DecoyListener[] = [];

export async function closePeers(): Promise<void> {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
  for (const listener of listeners.splice(0)) await listener.close();
  sockets.clear();
}

/** Says `greeting`, and to each chunk what `answer` makes of it; ends where that is `undefined`, or with `ends` after it. */
export async function peer(
  greeting: string,
  answer: (said: string, turn: number) => string | undefined = () => '',
  ends = false,
): Promise<number> {
  const server = createServer((socket) => {
    sockets.add(socket);
    let turn = 0;
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    if (greeting !== '') socket.write(Buffer.from(greeting, 'latin1'));
    socket.on('data', (chunk) => {
      const said = answer(chunk.toString('latin1'), turn++);
      if (said === undefined) socket.end();
      else if (said !== '') socket.write(Buffer.from(said, 'latin1'));
      if (ends) socket.end();
    });
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

export interface Own {
  readonly type: string;
  readonly port: number;
  readonly persona: Persona;
  readonly product: string;
  readonly version: string;
}

/** The decoys of a persona, each on a port of loopback. */
export async function ownDecoys(
  name: string,
  changed: Readonly<Record<string, unknown>> = {},
): Promise<readonly Own[]> {
  const machine = createPersona(SEED, name);
  const { ctx } = createDecoyContext({ seed: SEED });
  const own: Own[] = [];
  for (const [at, service] of machine.services.entries()) {
    const definition = await findDecoy(service.decoy);
    if (definition === undefined || service.transport !== 'tcp') continue;
    const config = definition.config.parse({ ...service.options, ...changed });
    const decoy = definition.create(
      { ...ctx, decoy: `d${at}`, persona: loadPersona(name), servicePort: service.port },
      config,
    );
    const listener = await listenFor(decoy);
    listeners.push(listener);
    const { product = '', version = '' } = definition.describe?.(machine, config) ?? {};
    own.push({ type: service.decoy, port: listener.port, persona: machine, product, version });
  }
  return own;
}

export function played(one: Partial<Own> & Pick<Own, 'type' | 'port'>): PlayedDecoy {
  const { type, port, product = '', version = '' } = one;
  return {
    planned: {
      id: `${type}-1`,
      type,
      transport: 'tcp',
      address: '127.0.0.1',
      port,
      movable: false,
      persona: 'p',
      options: {},
      where: 'here',
    },
    persona: one.persona ?? persona,
    description: { service: type, product, version },
    isStopped: false,
  };
}

/** Outcomes by check, of all that are for this type and whose id `only` names. */
export async function outcomes(
  one: Partial<Own> & Pick<Own, 'type' | 'port'>,
  only: RegExp,
): Promise<Readonly<Record<string, CheckOutcome>>> {
  const open: Probe[] = [];
  const { planned, description, persona: machine } = played(one);
  const target: VerifyTarget = {
    decoy: planned.id,
    type: one.type,
    address: '127.0.0.1',
    port: one.port,
    transport: 'tcp',
    persona: machine,
    description,
    options: {},
    from: undefined,
    connect: async () => {
      const probe = await openProbe('127.0.0.1', one.port);
      open.push(probe);
      return probe;
    },
  };
  const checks = protocolChecks
    .filter(({ types }) => types.includes('*') || types.includes(one.type))
    .flatMap((group) => group.checks)
    .filter(({ id }) => only.test(id));
  const found = await Promise.all(
    checks.map(
      async (check) =>
        [
          check.id,
          await check
            .run(target)
            .catch((error: unknown): CheckOutcome => ({ result: 'skipped', reason: String(error) })),
        ] as const,
    ),
  );
  for (const probe of open) probe.close();
  return Object.fromEntries(found);
}

export function tellsOf(found: Readonly<Record<string, CheckOutcome>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(found).flatMap(([id, outcome]) => (outcome.result === 'tell' ? [[id, outcome.tell] as const] : [])),
  );
}
