/** Parsers that remember nothing between records: functions of a record and of the clock that its time is read by. */
import { Refusal, type JsonObject, type Parsed, type Parser, type ParseOptions } from '@netsentinel/contracts/parser';
import { isObject } from '../text/document.ts';
import { zoneOf, type Zone } from '../text/zone.ts';

/** What times are read by that name no zone, or no year. */
export interface LocalClock {
  readonly zone: Zone;
  /** Milliseconds since the epoch; times without a year are the newest that are at most a day after this one. */
  readonly referenceMs: number;
}

/** @param options with a zone that `zoneOf` knows; of a source that is still being written, the reference moves on */
export function clockOf(options: ParseOptions): LocalClock {
  return {
    zone: zoneOf(options.zone)!,
    get referenceMs() {
      return options.referenceMs;
    },
  };
}

interface Reads<Context> {
  readonly line?: (line: string, context: Context) => Parsed;
  readonly object?: (object: JsonObject, original: string, context: Context) => Parsed;
}

/** `create` of a definition. */
export function stateless(reads: Reads<LocalClock>): (options: ParseOptions) => Parser {
  return statelessWith(clockOf, reads);
}

/** The same of a parser that needs more than a clock, or less. */
export function statelessWith<Context>(
  contextOf: (options: ParseOptions) => Context,
  { line, object }: Reads<Context>,
): (options: ParseOptions) => Parser {
  return (options) => {
    const context = contextOf(options);
    return {
      ...(line === undefined ? {} : { line: (text: string) => line(text, context) }),
      ...(object === undefined
        ? {}
        : { object: (value: JsonObject, original: string) => object(value, original, context) }),
    };
  };
}

/** For formats that are a JSON object a line. */
export function ofJsonLine(line: string, read: (object: JsonObject, original: string) => Parsed): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return new Refusal('broken JSON');
  }
  return isObject(value) ? read(value, line) : new Refusal('no JSON object');
}
