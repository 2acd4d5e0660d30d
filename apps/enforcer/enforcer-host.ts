/**
 * The process that changes the world. It takes orders over its link and from the command line's socket, checks each itself, and goes on
 * enforcing and expiring when the platform is gone. It never sees what attackers sent.
 */
import { Socket } from 'node:net';
import { Order } from '@netsentinel/contracts/action';
import { ToEnforcer } from '@netsentinel/contracts/process';
import { startControl, type ControlServer } from '@netsentinel/enforcer/control';
import { createEnforcer } from '@netsentinel/enforcer/enforcer';
import type { Enforcer } from '@netsentinel/enforcer/enforcer.types';
import { EnforcerConfig } from '@netsentinel/enforcer/enforcer.config';
import { configuredResponders, retiredResponder } from '@netsentinel/enforcer/responders/index';
import { systemClock } from '@netsentinel/kernel/clock';
import { serveLauncher } from '@netsentinel/kernel/ipc';
import { createLogger } from '@netsentinel/kernel/log';
import { receiveMessages, sendMessage } from '@netsentinel/kernel/message-link';

type Boot = Extract<ToEnforcer, { t: 'boot' }>;

let enforcer: Enforcer | undefined;
let control: ControlServer | undefined;
let link: Socket | undefined;

const channel = serveLauncher(
  ToEnforcer,
  async (message, handle) => {
    switch (message.t) {
      case 'boot':
        await boot(message);
        channel.send({ t: 'ready' });
        return;
      case 'link':
        if (handle instanceof Socket) attach(handle);
        return;
      default:
        message satisfies never;
    }
  },
  stop,
);

async function boot(message: Boot): Promise<void> {
  const log = createLogger('enforcer', { level: message.logLevel });
  const config = EnforcerConfig.parse(message.config);
  enforcer = await createEnforcer({
    config,
    directory: message.directory,
    clock: systemClock,
    log,
    responders: await configuredResponders(config),
    retired: retiredResponder,
    onReply: (reply) => {
      if (link !== undefined) sendMessage(link, reply);
    },
  });
  control = await startControl({ enforcer, socketPath: message.controlSocket, log });
}

function attach(socket: Socket): void {
  link?.destroy();
  link = socket;
  const lost = (): void => {
    if (link === socket) link = undefined;
  };
  socket.on('error', lost);
  socket.on('close', lost);
  receiveMessages(
    socket,
    Order,
    (order) => enforcer?.handle(order),
    () => {},
  );
}

async function stop(): Promise<void> {
  await control?.close();
  // Blocks stay in force: the kernel lets them expire by itself, and the next start takes them over.
  await enforcer?.close();
  link?.end();
}
