/** What a command is handed, and the small readers of arguments that many share. */
import { CommandFailure, notAFloat, notAnInteger } from '../command-failure.ts';
import type { RedisClient } from '../redis-client.ts';
import type { RedisServer } from '../redis-server.ts';
import type { Reply } from '../resp/reply.ts';
import type { Database } from '../store/keyspace.ts';
import { readInteger } from '../store/values.ts';

export interface CommandContext {
  readonly client: RedisClient;
  readonly server: RedisServer;
  readonly db: Database;
  /** All words, the command's name first; a subcommand's name is the second. */
  readonly args: readonly string[];
  /** Epoch ms. */
  readonly now: number;
}

/** May throw a `CommandFailure`. Words are at least as many as the command's arity says. */
export type CommandHandler = (ctx: CommandContext) => Reply;
/** By name: `get`, `config|get`. */
export type CommandHandlers = Readonly<Record<string, CommandHandler>>;

export function integer(text: string): number {
  const value = readInteger(text);
  if (value === undefined) throw notAnInteger();
  return Number(value);
}

export function positive(text: string, message = 'ERR value is out of range, must be positive'): number {
  const value = readInteger(text);
  if (value === undefined || value < 0n) throw new CommandFailure(message);
  return Number(value);
}

/** `inf`, `-inf` and decimal numbers. */
export function float(text: string, fail: () => CommandFailure = notAFloat): number {
  const value = parseFloatStrictly(text);
  if (value === undefined) throw fail();
  return value;
}

export function parseFloatStrictly(text: string): number | undefined {
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** As redis prints a score: `%.17g`. */
export function formatDouble(value: number): string {
  if (value === Infinity) return 'inf';
  if (value === -Infinity) return '-inf';
  if (Number.isInteger(value) && Math.abs(value) < 1e17) return Object.is(value, -0) ? '-0' : String(value);
  const text = value.toPrecision(17);
  if (!text.includes('e')) return trimZeros(text);
  const [mantissa, exponent] = text.split('e');
  return `${trimZeros(mantissa!)}e${exponent!.replace(/^([+-])(\d)$/, '$10$2')}`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** As INCRBYFLOAT prints: no exponent, no zeros at the end. */
export function formatLongDouble(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e17) return String(value);
  return trimZeros(value.toFixed(17).length > 40 ? String(value) : Number(value.toPrecision(15)).toFixed(17));
}

/** From and to as LRANGE and GETRANGE take them: negative ones count from the end. Undefined where nothing is between. */
export function range(start: number, stop: number, length: number): readonly [number, number] | undefined {
  const from = Math.max(0, start < 0 ? start + length : start);
  const to = Math.min(length - 1, stop < 0 ? stop + length : stop);
  return from > to || from >= length ? undefined : [from, to];
}

export const is = (word: string | undefined, option: string): boolean =>
  word !== undefined && word.toLowerCase() === option;
