/** What the platform says to a sensor, checked as `contracts/wire.ts` has it, without the schema's code: a small sensor stays small. A test holds the two together. */
import type { ToSensor } from '@netsentinel/contracts/wire';
import { fitsMessage, type Check, type Fields } from './fits-message.ts';

const whole: Check = Number.isSafeInteger;
const notNegative: Check = (value) => whole(value) && (value as number) >= 0;
const positive: Check = (value) => whole(value) && (value as number) > 0;
const isText: Check = (value) => typeof value === 'string';

const MESSAGES: Readonly<Record<ToSensor['t'], Fields>> = {
  ack: { seq: notNegative, window: notNegative },
  'blob-kept': { request: positive, sha256: isText, bytes: whole },
  'blob-failed': { request: positive },
  recalled: { request: positive, 'value?': (value) => value instanceof Uint8Array },
  remembered: { request: positive },
};

/** Undefined where it is nothing that the platform may say. */
export function readToSensor(raw: unknown): ToSensor | undefined {
  return fitsMessage(raw, MESSAGES) ? (raw as ToSensor) : undefined;
}
