/**
 * Keeps the launcher whole when a process that it started turns against it. Node trusts the other end of an IPC channel: a line that is not
 * JSON, an acknowledgement that nobody waits for, or a line without an end would throw in the launcher or fill its memory. Here the
 * process that does so is killed instead; what it sends beside a message is closed unread.
 */
import type { ChildProcess } from 'node:child_process';
import { Server, Socket } from 'node:net';
import { NetSentinelError } from '@netsentinel/kernel/errors';

/** One message is at most this long; ours are a few kilobytes. */
const MAX_LINE_BYTES = 256 * 1024;
const LINE_FEED = 10;

/** Node's own end of the channel, not public: the launcher's Node is pinned, and a test says when it changes. */
interface ChannelHandle {
  onread: (this: unknown, bytes: ArrayBuffer | undefined, ...rest: unknown[]) => unknown;
}

export interface GuardOptions {
  /** All that the process may ever say; unlimited without. */
  readonly maxTotalBytes?: number;
  /** Called once, right before the process is killed. */
  readonly onBroken: (reason: string) => void;
}

/** Call it once, right after the process was started. */
export function guardChannel(child: ChildProcess, options: GuardOptions): void {
  const handle = channelHandle(child);
  if (handle === undefined) {
    child.kill('SIGKILL');
    throw new NetSentinelError('LAUNCH_NO_GUARD', 'bug', `Node ${process.version} keeps its IPC channel elsewhere`);
  }
  let broken = false;
  const breakOff = (reason: string): void => {
    if (broken) return;
    broken = true;
    options.onBroken(reason);
    child.kill('SIGKILL');
  };

  let total = 0;
  let line = 0;
  const read = handle.onread;
  handle.onread = function (bytes, ...rest) {
    if (broken) return undefined;
    if (bytes !== undefined) {
      const chunk = Buffer.from(bytes);
      const end = chunk.lastIndexOf(LINE_FEED);
      total += chunk.length;
      line = end < 0 ? line + chunk.length : chunk.length - end - 1;
      if (line > MAX_LINE_BYTES) return breakOff('a message without an end');
      if (total > (options.maxTotalBytes ?? Infinity)) return breakOff('more messages than it can have reasons for');
    }
    try {
      return read.call(this, bytes, ...rest);
    } catch {
      return breakOff('not a message');
    }
  };

  // Handles travel in Node's internal messages, which trust their shape.
  for (const listener of child.listeners('internalMessage')) {
    child.removeListener('internalMessage', listener as () => void);
    child.on('internalMessage', (...args: unknown[]) => {
      if (broken) return;
      try {
        Reflect.apply(listener, child, args);
      } catch {
        breakOff('a broken internal message');
      }
    });
  }
  child.on('message', (_, sent) => {
    if (sent instanceof Socket) sent.destroy();
    else if (sent instanceof Server) sent.close();
    else (sent as { close?: () => void } | undefined)?.close?.();
  });
}

function channelHandle(child: ChildProcess): ChannelHandle | undefined {
  const key = Object.getOwnPropertySymbols(child).find((symbol) => symbol.description === 'kChannelHandle');
  const handle = key === undefined ? undefined : (child as unknown as Record<symbol, unknown>)[key];
  return typeof (handle as ChannelHandle | undefined)?.onread === 'function' ? (handle as ChannelHandle) : undefined;
}
