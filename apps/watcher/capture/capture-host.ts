/**
 * A capture's second stage: writes the packets of one network that the first stage's filter lets through. It starts without a right, in a network that is empty, sees
 * no file but those of captures, and reads no byte of a packet: it only copies.
 */
import { statfsSync } from 'node:fs';
import type { ToCapture } from '@netsentinel/contracts/process';
import { serveLauncher } from '@netsentinel/kernel/ipc';
import { DESCRIPTORS } from '../descriptors.ts';
import { onReadable, packetStatistics } from '../libc.ts';
import { PacketBatch } from '../packet-batch.ts';
import { Capture } from './capture.ts';
import { ToCaptureCheck } from './to-capture.ts';

const BATCH = 32;
const TICK_MS = 1000;
/** A timer of Node's takes no longer time. */
const MAX_TIMER_MS = 2 ** 31 - 1;

let capture: Capture | undefined;
let readable: { close(): void } | undefined;
let over: NodeJS.Timeout | undefined;

const channel = serveLauncher(
  ToCaptureCheck,
  (message) => {
    if (message.t === 'boot') boot(message);
    else endIn(message.remainingMs);
  },
  stop,
);

function boot(message: Extract<ToCapture, { t: 'boot' }>): void {
  const { folder, wanted, maxBytes, snapLength, keepFreeBytes } = message;
  const writing = new Capture({
    folder,
    wanted,
    maxBytes,
    snapLength,
    keepFreeBytes,
    source: new PacketBatch(DESCRIPTORS.packets, { most: BATCH, snapBytes: snapLength }),
    dropped: () => packetStatistics(DESCRIPTORS.packets).dropped,
    freeBytes: () => {
      const { bavail, bsize } = statfsSync(folder);
      return bavail * bsize;
    },
    now: Date.now,
    tell: (news) => channel.send({ t: 'file', ...news }),
  });
  capture = writing;
  writing.begin();
  channel.send({ t: 'ready' });
  if (writing.isOver) return;
  readable = onReadable(DESCRIPTORS.packets, () => {
    writing.read();
    if (writing.isOver) rest();
  });
  setInterval(() => {
    writing.tick();
    if (writing.isOver) rest();
  }, TICK_MS);
  endIn(wanted.remainingMs);
}

/** Its end is its own: it comes when launcher and enforcer are gone as well. */
function endIn(remainingMs: number): void {
  clearTimeout(over);
  const laterMs = remainingMs - MAX_TIMER_MS;
  over = laterMs > 0 ? setTimeout(() => endIn(laterMs), MAX_TIMER_MS) : setTimeout(stop, remainingMs);
}

function stop(): void {
  rest();
  capture?.finish();
}

/** What is ready to be read would wake us for ever. */
function rest(): void {
  readable?.close();
  readable = undefined;
}
