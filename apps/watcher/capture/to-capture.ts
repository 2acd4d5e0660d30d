/** What the launcher says to a capture, checked as `contracts/process.ts` has it, without the schema's code. A test holds the two together. */
import type { ToCapture } from '@netsentinel/contracts/process';
import { fitsMessage, type Check, type Fields } from '@netsentinel/kernel/fits-message';
import type { MessageSchema } from '@netsentinel/kernel/ipc';

const text =
  (max: number): Check =>
  (value) =>
    typeof value === 'string' && value.length <= max;
const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const LEVELS: ReadonlySet<unknown> = new Set(['debug', 'info', 'warn', 'error']);
const WANTED: Fields = { network: text(49), remainingMs: Number.isFinite, order: text(64), incident: text(64) };

const MESSAGES: Readonly<Record<ToCapture['t'], Fields>> = {
  boot: {
    logLevel: (value) => LEVELS.has(value),
    folder: (value) => typeof value === 'string',
    wanted: (value) => isPlain(value) && !('t' in value) && fitsMessage({ ...value, t: 'wanted' }, { wanted: WANTED }),
    interfaces: (value) => Array.isArray(value) && value.length <= 64 && value.every((one) => typeof one === 'string'),
    maxBytes: Number.isSafeInteger,
    snapLength: Number.isSafeInteger,
    keepFreeBytes: Number.isSafeInteger,
  },
  until: { remainingMs: Number.isFinite },
  stop: {},
};

export const ToCaptureCheck: MessageSchema<ToCapture> = {
  safeParse: (raw) =>
    fitsMessage(raw, MESSAGES)
      ? { success: true, data: raw as ToCapture }
      : { success: false, error: { message: 'not what a capture is told' } },
};
