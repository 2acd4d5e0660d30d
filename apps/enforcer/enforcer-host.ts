/**
 * The process that changes the world. It takes orders over its link and from the command line's socket, checks each itself, and goes on
 * enforcing and expiring when the platform is gone. It never sees what attackers sent.
 */
import { Socket } from 'node:net';
import { join } from 'node:path';
import { Order, type FromEnforcer } from '@netsentinel/contracts/action';
import type { Logger } from '@netsentinel/contracts/log';
import { ToEnforcer } from '@netsentinel/contracts/process';
import { startControl, type ControlServer } from '@netsentinel/enforcer/control';
import { createEnforcer } from '@netsentinel/enforcer/enforcer';
import type { Enforcer } from '@netsentinel/enforcer/enforcer.types';
import { EnforcerConfig } from '@netsentinel/enforcer/enforcer.config';
import type { CentreLink } from '@netsentinel/enforcer/points/centre-link';
import type { PointsHub } from '@netsentinel/enforcer/points/points-hub';
import { configuredResponders, retiredResponder } from '@netsentinel/enforcer/responders/index';
import { playStacks, type PlayedStacks } from '@netsentinel/enforcer/stacks/played-stacks';
import { systemClock } from '@netsentinel/kernel/clock';
import { serveLauncher } from '@netsentinel/kernel/ipc';
import { createLogger } from '@netsentinel/kernel/log';
import { receiveMessages, sendMessage } from '@netsentinel/kernel/message-link';
import { LauncherCapturer } from './launcher-capturer.ts';

type Boot = Extract<ToEnforcer, { t: 'boot' }>;

let enforcer: Enforcer | undefined;
let control: ControlServer | undefined;
let link: Socket | undefined;
let hub: PointsHub | undefined;
let centre: CentreLink | undefined;
let capturer: LauncherCapturer | undefined;
let stacks: PlayedStacks | undefined;

const channel = serveLauncher(
  ToEnforcer,
  async (message, handle) => {
    switch (message.t) {
      case 'boot':
        await boot(message);
        channel.send({ t: 'ready' });
        return;
      case 'captures':
        capturer?.heard(message);
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
  const { directory, isPoint = false } = message;
  const log = createLogger('enforcer', { level: message.logLevel });
  const config = asPoint(EnforcerConfig.parse(message.config), isPoint);
  if (message.capture !== undefined)
    capturer = new LauncherCapturer(message.capture.unable, (word) => channel.send(word));
  hub = await hubOf(config, directory, log);
  enforcer = await createEnforcer({
    config,
    directory,
    clock: systemClock,
    log,
    responders: [
      ...(await configuredResponders(config, capturer === undefined ? {} : { capturer })),
      ...(hub?.responders() ?? []),
    ],
    retired: retiredResponder,
    onReply: (reply) => {
      tell(reply);
      centre?.onReply(reply);
    },
  });
  control = await startControl({
    enforcer,
    socketPath: message.controlSocket,
    log,
    ...(hub === undefined ? {} : { hub }),
  });
  await hub?.listen(enforcer);
  stacks = playStacks({ config: config.stacks, stacks: message.stacks ?? [], clock: systemClock, log });
  if (!isPoint) return;
  const [{ CentreLink }, { readCredentials }] = await Promise.all([
    import('@netsentinel/enforcer/points/centre-link'),
    import('@netsentinel/enforcer/points/credentials'),
  ]);
  centre = new CentreLink({ enforcer, credentials: readCredentials(directory), clock: systemClock, log });
  centre.start();
}

/** How many orders come in a minute is limited at the centre; a point that joins or comes back is told all at once. */
function asPoint(config: EnforcerConfig, isPoint: boolean): EnforcerConfig {
  if (!isPoint) return config;
  const { points: _, limits, ...rest } = config;
  return { ...rest, limits: { ...limits, ordersPerMinute: Math.max(limits.ordersPerMinute, 2 * limits.maxEntries) } };
}

/** Who has no points does not load what listens for them. */
async function hubOf(config: EnforcerConfig, directory: string, log: Logger): Promise<PointsHub | undefined> {
  if (config.points === undefined) return undefined;
  const { createPointsHub } = await import('@netsentinel/enforcer/points/points-hub');
  return createPointsHub({
    config: config.points,
    mode: config.mode,
    directory: join(directory, 'points'),
    clock: systemClock,
    log,
    onJoined: () => tell({ kind: 'joined' }),
  });
}

function tell(word: FromEnforcer): void {
  if (link !== undefined) sendMessage(link, word);
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
  centre?.close();
  await hub?.close();
  // Blocks stay in force: the kernel lets them expire by itself, and the next start takes them over.
  await Promise.all([enforcer?.close(), stacks?.close()]);
  link?.end();
}
