/**
 * The process that reads what others wrote: log files, syslog, what is sent to us. It parses hostile text, so it is handed listeners and a
 * link to the platform for each collector, is shown the folders to read, and has nothing else: no network, no file to write, no program
 * to start (`launcher/sandbox.ts`).
 */
import { randomBytes } from 'node:crypto';
import { Socket as DatagramSocket } from 'node:dgram';
import { Server, Socket } from 'node:net';
import type { Collector, CollectorContext } from '@netsentinel/contracts/collector';
import { ToCollectorHost, type CollectorBoot } from '@netsentinel/contracts/process';
import { systemClock } from '@netsentinel/kernel/clock';
import { describeError, NetSentinelError } from '@netsentinel/kernel/errors';
import { kernelDrops } from '@netsentinel/sense/receive/kernel-drops';
import { serveLauncher } from '@netsentinel/kernel/ipc';
import { createLogger } from '@netsentinel/kernel/log';
import { formatsFor } from '@netsentinel/normalise/records/formats';
import { provesSource } from '@netsentinel/normalise/event/proves-source';
import { findCollector } from '@netsentinel/sense/collectors/index';
import { CollectorLink } from './collector-link.ts';

const SETTLE_MS = 2_000;
const REPORT_MS = 1_000;

interface Hosted {
  readonly boot: CollectorBoot;
  readonly link: CollectorLink;
  readonly listeners: Map<string, Server | DatagramSocket>;
  readonly collector: Collector;
  isStarted: boolean;
}

const hosted = new Map<string, Hosted>();
let log = createLogger('collector', { level: 'warn' });
let udpTables: readonly number[] = [];

const channel = serveLauncher(
  ToCollectorHost,
  async (message, handle) => {
    switch (message.t) {
      case 'boot':
        log = createLogger('collector', { level: message.logLevel });
        udpTables = message.udpTables;
        for (const entry of message.collectors) hosted.set(entry.id, await host(entry));
        for (const one of hosted.values()) startIfComplete(one);
        channel.send({ t: 'ready' });
        setInterval(report, REPORT_MS).unref();
        return;
      case 'listener': {
        const one = hosted.get(message.collector);
        if (one === undefined || !(handle instanceof Server || handle instanceof DatagramSocket))
          throw new NetSentinelError('PROCESS_BAD_MESSAGE', 'bug', 'a listener came for no collector of ours');
        one.listeners.set(message.name, handle);
        startIfComplete(one);
        return;
      }
      case 'link':
        // No socket comes with the message where the platform died before it was delivered; another will follow.
        if (handle instanceof Socket) hosted.get(message.collector)?.link.link(handle);
        return;
      default:
        message satisfies never;
    }
  },
  stop,
);

async function host(boot: CollectorBoot): Promise<Hosted> {
  const definition = await findCollector(boot.type);
  if (definition === undefined)
    throw new NetSentinelError('COLLECTOR_UNKNOWN', 'user', `no collector of type ${boot.type}`);
  const own = log.with({ collector: boot.id });
  const link = new CollectorLink({ epoch: newEpoch(), clock: systemClock, log: own, provesSource });
  const listeners = new Map<string, Server | DatagramSocket>();
  const { zone, trustedProxies, pattern } = boot;
  const ctx: CollectorContext = {
    collector: boot.id,
    clock: systemClock,
    log: own,
    formats: formatsFor(systemClock, { zone, trustedProxies, pattern }),
    memory: link,
    listeners,
    kernelDrops: (name) => {
      const listener = listeners.get(name);
      return listener instanceof DatagramSocket ? kernelDrops(udpTables, listener.address()) : 0;
    },
    ...(boot.stdin ? { stdin: process.stdin } : {}),
    ...(boot.tls === undefined ? {} : { tls: tlsOf(boot.tls) }),
    open: (epoch, options) => link.open(epoch, options),
    newEpoch,
    get full() {
      return link.full;
    },
    drained: () => link.drained(),
  };
  const collector = definition.create(ctx, definition.config.parse(boot.config));
  return { boot, link, listeners, collector, isStarted: false };
}

function tlsOf({ cert, key, ca }: NonNullable<CollectorBoot['tls']>): NonNullable<CollectorContext['tls']> {
  return { cert, key, ...(ca === undefined ? {} : { ca }) };
}

/** Once all listeners are there. It may wait for the platform, so nobody waits for it. */
function startIfComplete(one: Hosted): void {
  if (one.isStarted || !one.boot.listeners.every((name) => one.listeners.has(name))) return;
  one.isStarted = true;
  one.collector.start().catch((error: unknown) => {
    log.error('a collector could not start', { collector: one.boot.id, error: describeError(error) });
    // The launcher starts us again, in a while.
    process.exitCode = 1;
    setImmediate(() => process.exit(1));
  });
}

function report(): void {
  for (const { link, collector } of hosted.values()) link.report(collector.status());
}

/** Unique across restarts, and readable: milliseconds and chance. */
function newEpoch(): string {
  return `${Date.now().toString(36)}${randomBytes(4).toString('hex')}`;
}

async function stop(): Promise<void> {
  await Promise.all(
    [...hosted.values()].map(async ({ collector, link, listeners }) => {
      for (const listener of listeners.values()) listener.close();
      await collector.close();
      await link.settle(SETTLE_MS);
      link.close();
    }),
  );
}
