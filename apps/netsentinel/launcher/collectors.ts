/** The collector's process as the launcher starts and supplies it. It is started only where something is to be collected. */
import type { Socket as DatagramSocket } from 'node:dgram';
import type { Server, Socket } from 'node:net';
import type { Logger } from '@netsentinel/contracts/log';
import type { FromChild, ToCollectorHost } from '@netsentinel/contracts/process';
import type { CollectorPlan } from '../config/collector-plan.ts';
import { readFromChild } from './child-messages.ts';
import type { ConfinedProgram } from './confinements.ts';
import { bindDatagram, bindListener } from './listeners.ts';
import { spawnConfined, UDP_TABLES, type SandboxReport } from './sandbox.ts';
import { groupIds, shownFolders } from './shown-folders.ts';
import { Supervisor } from './supervisor.ts';

/** All that it ever says to the launcher: that it is ready, that it failed, and that a socket has arrived. */
const MESSAGE_BYTES = 1024 * 1024;

/** Names a collector's listener among all that the launcher binds. */
export const listenerName = (collector: string, name: string): string => `collector ${collector} ${name}`;

export type Bound = Server | DatagramSocket;

/** How each listener of these collectors is bound, by `listenerName`. */
export function collectorBindings(plans: readonly CollectorPlan[]): Map<string, () => Promise<Bound>> {
  const bindings = new Map<string, () => Promise<Bound>>();
  for (const { boot, listeners, where } of plans)
    for (const { name, transport, address, port } of listeners)
      bindings.set(listenerName(boot.id, name), () =>
        transport === 'tcp' ? bindListener(address, port, where) : bindDatagram(address, port, where),
      );
  return bindings;
}

export function collectorSupervisor(options: {
  readonly plans: readonly CollectorPlan[];
  readonly program: ConfinedProgram;
  readonly sandbox: SandboxReport;
  readonly codeCache: string | undefined;
  readonly log: Logger;
  readonly logLevel: Extract<ToCollectorHost, { t: 'boot' }>['logLevel'];
  /** The listener bound at the start, or a new one where the process is started again. */
  readonly listener: (name: string) => Promise<Bound>;
  readonly guard: (work: Promise<void>) => void;
  /** Links each of them to the platform, where that is running. */
  readonly linkAll: () => Promise<void>;
  readonly onMessage: (message: FromChild) => void;
  readonly onDeath: (how: string) => void;
}): Supervisor<FromChild> {
  const { plans, program, sandbox, codeCache, log, logLevel, listener, guard, linkAll, onMessage, onDeath } = options;
  const hasUdp = plans.some(({ listeners }) => listeners.some(({ transport }) => transport === 'udp'));
  const supply = async (it: Supervisor<FromChild>): Promise<void> => {
    const collectors = plans.map(({ boot }) => boot);
    it.send({ t: 'boot', logLevel, collectors, udpTables: hasUdp ? [...UDP_TABLES] : [] } satisfies ToCollectorHost);
    for (const { boot, listeners } of plans)
      for (const { name } of listeners)
        await it.handOver(
          { t: 'listener', collector: boot.id, name } satisfies ToCollectorHost,
          await listener(listenerName(boot.id, name)),
        );
    await linkAll();
  };
  return new Supervisor<FromChild>({
    name: 'collector',
    log,
    read: readFromChild,
    maxMessageBytes: MESSAGE_BYTES,
    spawn: () => {
      const { confinement } = program;
      const folders = shownFolders(plans.flatMap(({ read }) => read));
      return spawnConfined(
        program.entry,
        {
          ...confinement,
          read: [...confinement.read, ...folders],
          groups: groupIds(plans.flatMap(({ groups }) => groups)),
          stdin: plans.some(({ boot }) => boot.stdin),
          udpTables: hasUdp,
        },
        sandbox,
        codeCache,
      );
    },
    onStart: (it) => guard(supply(it)),
    onMessage,
    onDeath,
  });
}

/** Gives the collector its end of a link of this collector's. */
export function sendLink(to: Supervisor<FromChild>, collector: string, socket: Socket): void {
  to.send({ t: 'link', collector } satisfies ToCollectorHost, socket);
}
