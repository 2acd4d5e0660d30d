/**
 * Access logs of web servers that can be told how to write them: lines in the forms that everybody uses, or as a pattern says, and between them lines of the error
 * log, since containers write both to one stream.
 */
import type { Parsed, Parser, ParserDefinition, ParseOptions, Refusal } from '@netsentinel/contracts/parser';
import { zoneOf, type Zone } from '../text/zone.ts';
import type { AccessRecord } from './access-record.ts';
import { Clients, type Client } from './client.ts';
import type { LinePattern } from './line-pattern.ts';
import { orError } from './or-error.ts';

interface AccessLog {
  /** Of the forms that need no telling. */
  readonly read: (line: string, zone: Zone) => AccessRecord | undefined;
  /** What the server's own configuration says of its lines. */
  readonly patternOf: (text: string | undefined) => LinePattern | undefined;
  readonly errors: ParserDefinition;
  readonly refused: Refusal;
  readonly document: (record: AccessRecord, client: Client, line: string) => Parsed;
}

/** `create` of a definition. */
export function accessLog(log: AccessLog): (options: ParseOptions) => Parser {
  return (options) => new AccessParser(log, options);
}

class AccessParser implements Parser {
  readonly #log: AccessLog;
  readonly #zone: Zone;
  readonly #clients: Clients;
  readonly #pattern: LinePattern | undefined;
  readonly #errors: Parser;

  constructor(log: AccessLog, options: ParseOptions) {
    this.#log = log;
    this.#zone = zoneOf(options.zone)!;
    this.#clients = new Clients(options.trustedProxies);
    this.#pattern = log.patternOf(options.pattern);
    this.#errors = log.errors.create(options);
  }

  line(line: string): Parsed {
    const { read, document, errors, refused } = this.#log;
    const record = this.#pattern === undefined ? read(line, this.#zone) : this.#pattern.read(line, this.#zone);
    return record === undefined
      ? orError(this.#errors.line!(line), errors.dataset, refused)
      : document(record, this.#clients.of(record), line);
  }
}
