/**
 * The watcher's second stage: reads what the filter lets through and tells the platform who probes which ports. It starts without a right, in a network that is
 * empty, with the sockets that the first stage opened (`open-sockets.ts`), when the first packet has come; and after a long quiet time it
 * ends, to wait again in a process that takes no memory.
 */
import { randomBytes } from 'node:crypto';
import { Socket } from 'node:net';
import type { ToWatcher } from '@netsentinel/contracts/process';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { serveLauncher } from '@netsentinel/kernel/ipc';
import { createLogger } from '@netsentinel/kernel/log';
import { SensorWire } from '@netsentinel/kernel/sensor-wire';
import { DESCRIPTORS } from './descriptors.ts';
import { onReadable, packetStatistics } from './libc.ts';
import { PacketReader } from './packet-reader.ts';
import { readTables } from './served-tables.ts';
import { ToWatcherCheck } from './to-watcher.ts';
import { Watch } from './watch.ts';

const SETTLE_MS = 2000;
/** How long nothing must have come until this process is given up. */
const QUIET_MS = 10 * 60_000;
const TICK_MS = 100;
const HEARTBEAT_MS = 5000;

let watch: Watch | undefined;
let wire: SensorWire | undefined;
let readable: { close(): void } | undefined;

const channel = serveLauncher(
  ToWatcherCheck,
  (message, handle) => {
    if (message.t === 'boot') {
      boot(message);
      channel.send({ t: 'ready' });
      // No socket comes with the message where the platform died before it was delivered; another will follow.
    } else if (handle instanceof Socket) wire?.link(handle);
  },
  stop,
);

function boot(message: Extract<ToWatcher, { t: 'boot' }>): void {
  if (watch !== undefined) throw new NetSentinelError('PROCESS_BAD_MESSAGE', 'bug', 'a second boot message came');
  const log = createLogger('watcher', { level: message.logLevel });
  const epoch = `${Date.now().toString(36)}${randomBytes(4).toString('hex')}`;
  const link = new SensorWire({ epoch, log, onMessage: () => {} });
  const reader = new PacketReader(DESCRIPTORS.packets);
  const watching = new Watch({
    ...message,
    statistics: () => packetStatistics(DESCRIPTORS.packets),
    tables: () => readTables(DESCRIPTORS.tables),
    isBusy: () => link.full,
    tell: (event) => void link.put((seq) => ({ t: 'event', seq, event })),
  });
  let heardAt = performance.now();
  readable = onReadable(DESCRIPTORS.packets, () => {
    const now = Date.now();
    if (reader.read((bytes, isOutgoing) => watching.packet(bytes, isOutgoing, now)) > 0) heardAt = performance.now();
  });
  setInterval(() => {
    watching.tick(Date.now());
    if (performance.now() - heardAt > QUIET_MS && link.queued === 0) channel.rest();
  }, TICK_MS);
  setInterval(
    () => link.send({ t: 'heartbeat', connections: 0, queued: link.queued, dropped: watching.lost }),
    HEARTBEAT_MS,
  ).unref();
  wire = link;
  watch = watching;
}

async function stop(): Promise<void> {
  readable?.close();
  watch?.end(Date.now());
  await wire?.settle(SETTLE_MS);
  wire?.close();
}
