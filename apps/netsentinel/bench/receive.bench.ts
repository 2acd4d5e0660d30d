/**
 * Syslog from the wire to the disk, through the whole product: messages at a steady rate over UDP, or as fast as they are taken over TCP. Nothing is lost unless it
 * says so. Processor time is what our processes used, whatever else the machine does.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import { dataFolder } from '../launcher/data-folder.ts';
import { askPlatform } from '../platform/control.ts';
import { cpuMs, startWholeProduct } from './whole-product.ts';

const UDP_PORT = 15_514;
const TCP_PORT = 15_601;
const TURN_MS = 5;
const SLOW_MS = 120_000;

export interface ReceiveBenchOptions {
  readonly transport: 'udp' | 'tcp';
  readonly records: number;
  /** Datagrams a second. */
  readonly rate: number;
}

export async function benchReceive({
  transport,
  records,
  rate,
}: ReceiveBenchOptions): Promise<Record<string, unknown>> {
  const product = await startWholeProduct({
    config: {
      decoys: [],
      console: { port: 18_090 },
      enforcer: { mode: 'simulate' },
      collectors: [
        {
          id: 'net',
          type: 'syslog',
          options: {
            udp: { address: '127.0.0.1', port: UDP_PORT },
            tcp: { address: '127.0.0.1', port: TCP_PORT },
            allow: ['127.0.0.0/8'],
          },
        },
      ],
    },
  });
  try {
    const { platformSocket } = dataFolder(join(product.folder, 'data'));
    const pids = product.pids();
    const cpu = (): Record<string, number> =>
      Object.fromEntries(['collector', 'platform'].map((name) => [name, cpuMs(pids[name]!)]));
    const state = async () => {
      const { collectors } = (await askPlatform(platformSocket, { ask: 'status' })) as PlatformStatus;
      return collectors[0]!;
    };
    // What is compiled only once it is warm shall not be measured.
    await sendStream(Math.min(50_000, records));
    const before = await untilKept(state, Math.min(50_000, records));
    const cpuBefore = cpu();
    const started = performance.now();
    if (transport === 'udp') await sendDatagrams(records, rate);
    else await sendStream(records);
    const sentMs = performance.now() - started;
    const after = await untilKept(state, before + records);
    const seconds = (performance.now() - started) / 1000;
    const used = cpu();
    const { dropped } = await state();
    const kept = after - before;
    return {
      transport,
      records,
      kept,
      dropped,
      lost_unseen: records - kept - dropped,
      sent_per_second: Math.round((records / sentMs) * 1000),
      kept_per_second: Math.round(kept / seconds),
      collector_us_per_record: Math.round(((used['collector']! - cpuBefore['collector']!) / kept) * 1e5) / 100,
      platform_us_per_record: Math.round(((used['platform']! - cpuBefore['platform']!) / kept) * 1e5) / 100,
      failed: records - kept - dropped !== 0,
    };
  } finally {
    await product.stop();
  }
}

/** Waits until so many are on disk, or were thrown away, or nothing more comes; answers how many are on disk. */
async function untilKept(
  state: () => Promise<{ readonly events: number; readonly dropped: number; readonly lagBytes: number }>,
  events: number,
): Promise<number> {
  const until = performance.now() + SLOW_MS;
  let latest = await state();
  while (latest.events + latest.dropped < events && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    latest = await state();
  }
  return latest.events;
}

function message(i: number): string {
  const time = new Date().toISOString();
  return `<38>1 ${time} gate${i % 20} app ${i % 1000} - - request ${i} of customer ${i % 5000} was answered in ${i % 90} ms by worker ${i % 16}`;
}

async function sendDatagrams(records: number, rate: number): Promise<void> {
  const socket = createSocket('udp4');
  socket.connect(UDP_PORT, '127.0.0.1');
  await once(socket, 'connect');
  const started = performance.now();
  let sent = 0;
  while (sent < records) {
    const due = Math.min(records, Math.ceil(((performance.now() - started) / 1000) * rate));
    let last: Promise<unknown> | undefined;
    for (; sent < due; sent++) last = new Promise((resolve) => socket.send(message(sent), () => resolve(undefined)));
    await last;
    await new Promise((resolve) => setTimeout(resolve, TURN_MS));
  }
  socket.close();
}

async function sendStream(records: number): Promise<void> {
  const socket = connect(TCP_PORT, '127.0.0.1');
  await once(socket, 'connect');
  for (let i = 0; i < records;) {
    let block = '';
    for (const end = Math.min(records, i + 500); i < end; i++) block += `${message(i)}\n`;
    if (!socket.write(block)) await once(socket, 'drain');
  }
  socket.end();
  await once(socket, 'close');
}
