/** Reads a message of the channel `netsentinel:blocks:changes`: what was blocked and taken back, by which version of the list. */
import type { Entry } from './feed.ts';

export interface ListVersion {
  /** Another one when the list was written anew. */
  readonly epoch: string;
  /** One more with each message. */
  readonly seq: number;
}

export interface ListChange extends ListVersion {
  readonly isReset: boolean;
  readonly add: readonly Entry[];
  readonly remove: readonly string[];
}

const FORMAT = 1;
const MAX_LENGTH = 1024 * 1024;
const MAX_CHANGES = 1_000;

/** Undefined for whatever is not a message of this format; then the list is to be read again. */
export function readChange(payload: string): ListChange | undefined {
  if (payload.length > MAX_LENGTH) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { format, epoch, seq, reset, add = [], remove = [] } = value as Readonly<Record<string, unknown>>;
  if (format !== FORMAT || typeof epoch !== 'string' || !Number.isSafeInteger(seq)) return undefined;
  if (!Array.isArray(add) || !Array.isArray(remove) || add.length + remove.length > MAX_CHANGES) return undefined;
  if (!add.every(isEntry) || !remove.every((one) => typeof one === 'string')) return undefined;
  return { epoch, seq: seq as number, isReset: reset === true, add, remove };
}

/** What `HGETALL netsentinel:blocks:meta` answers: names and values in turn. */
export function readVersion(fields: readonly unknown[]): ListVersion | undefined {
  const meta = new Map<unknown, unknown>();
  for (let i = 0; i + 1 < fields.length; i += 2) meta.set(fields[i], fields[i + 1]);
  const [epoch, seq] = [meta.get('epoch'), Number(meta.get('seq'))];
  if (meta.get('format') !== String(FORMAT) || typeof epoch !== 'string' || !Number.isSafeInteger(seq))
    return undefined;
  return { epoch, seq };
}

function isEntry(value: unknown): value is Entry {
  return Array.isArray(value) && value.length >= 2 && typeof value[0] === 'string' && Number.isFinite(value[1]);
}
