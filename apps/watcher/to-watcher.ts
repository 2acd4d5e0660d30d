/** What the launcher says to the watcher, checked as `contracts/process.ts` has it, without the schema's code. A test holds the two together. */
import type { ToWatcher } from '@netsentinel/contracts/process';
import { fitsMessage, type Check, type Fields } from '@netsentinel/kernel/fits-message';
import type { MessageSchema } from '@netsentinel/kernel/ipc';

const MAX_DECOY_PORTS = 1024;
const MAX_NAME_SERVERS = 64;
const isText: Check = (value) => typeof value === 'string';
const LEVELS: ReadonlySet<unknown> = new Set(['debug', 'info', 'warn', 'error']);

const MESSAGES: Readonly<Record<ToWatcher['t'], Fields>> = {
  boot: {
    logLevel: (value) => LEVELS.has(value),
    addresses: (value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isText),
    decoyPorts: (value) => Array.isArray(value) && value.length <= MAX_DECOY_PORTS && value.every(isText),
    clientPortsFrom: Number.isSafeInteger,
    nameServers: (value) => Array.isArray(value) && value.length <= MAX_NAME_SERVERS && value.every(isText),
  },
  link: {},
  stop: {},
};

export const ToWatcherCheck: MessageSchema<ToWatcher> = {
  safeParse: (raw) =>
    fitsMessage(raw, MESSAGES)
      ? { success: true, data: raw as ToWatcher }
      : { success: false, error: { message: 'not what the watcher is told' } },
};
