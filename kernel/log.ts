/**
 * JSON lines on stderr. Field values are capped and every control character is escaped, so attacker text can neither break a line
 * nor reach a terminal.
 */
import type { LogFields, Logger } from '@netsentinel/contracts/log';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };
const MAX_FIELD = 512;

export interface LoggerOptions {
  readonly level?: LogLevel;
  /** Called with each finished line; default writes it to stderr. */
  readonly write?: (line: string) => void;
  readonly now?: () => number;
}

export function createLogger(component: string, options: LoggerOptions = {}): Logger {
  const minimum = RANK[options.level ?? 'info'];
  const write = options.write ?? ((line: string) => process.stderr.write(`${line}\n`));
  const now = options.now ?? Date.now;
  const make = (bound: LogFields): Logger => {
    const emit = (level: LogLevel, message: string, fields?: LogFields): void => {
      if (RANK[level] < minimum) return;
      write(
        JSON.stringify({
          time: new Date(now()).toISOString(),
          level,
          component,
          message,
          ...cap(bound),
          ...cap(fields),
        }),
      );
    };
    return {
      debug: (message, fields) => emit('debug', message, fields),
      info: (message, fields) => emit('info', message, fields),
      warn: (message, fields) => emit('warn', message, fields),
      error: (message, fields) => emit('error', message, fields),
      with: (fields) => make({ ...bound, ...fields }),
    };
  };
  return make({});
}

/** A logger that says nothing, for tests and benchmarks. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  with: () => silentLogger,
};

function cap(fields: LogFields | undefined): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields ?? {})) out[name] = capValue(value);
  return out;
}

function capValue(value: unknown): unknown {
  if (typeof value === 'string') return printable(value, MAX_FIELD);
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) return printable(value.message, MAX_FIELD);
  if (typeof value === 'object' && value !== null) return printable(JSON.stringify(value) ?? '', MAX_FIELD);
  return value;
}

/** `text` cut to `max` characters, with every control and bidirectional character and every end of a line as a visible `\u{…}`. */
export function printable(text: string, max: number): string {
  const cut = text.length > max ? `${text.slice(0, max)}…` : text;
  return cut.replace(
    /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (c) => `\\u{${c.charCodeAt(0).toString(16)}}`,
  );
}
