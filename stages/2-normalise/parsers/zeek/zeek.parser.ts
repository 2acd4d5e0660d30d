/** Zeek's logs, as TSV with its headers and as JSON, every log type: the known ones as Elastic's integration has them, the others under `zeek.<log>`. */
import {
  Refusal,
  type JsonObject,
  type Parsed,
  type Parser,
  type ParserDefinition,
  type ParseOptions,
  type Sample,
} from '@netsentinel/contracts/parser';
import { examples } from './examples.ts';
import { logNamed, logOf } from './log-of.ts';
import { planOf, toDocument, type OwnPlan } from './to-document.ts';
import { TsvHeader } from './tsv.ts';

export const zeek: ParserDefinition = {
  id: 'zeek',
  title: 'Zeek logs, TSV and JSON',
  module: 'zeek',
  dataset: 'zeek.log',
  examples,
  recognise,
  isHeader: (line) => line.startsWith('#'),
  create: (options) => new ZeekParser(options),
};

class ZeekParser implements Parser {
  readonly #header = new TsvHeader();
  readonly #fileName: string | undefined;
  readonly #flowIds: boolean;
  #log = 'log';
  #plan: OwnPlan | undefined;

  constructor({ fileName, flowIds = true }: ParseOptions) {
    this.#fileName = fileName;
    this.#flowIds = flowIds;
  }

  line(line: string): Parsed {
    const first = line.charCodeAt(0);
    if (first === 0x23) {
      this.#header.take(line);
      this.#plan = undefined;
      return undefined;
    }
    if (first === 0x7b) return this.#jsonLine(line);
    if (!this.#header.known) return new Refusal('a row before the #fields line that says what it holds');
    const record = this.#header.row(line);
    if (record === undefined) return new Refusal('a row with fewer fields than #fields names');
    if (this.#plan === undefined) {
      this.#log = this.#header.path ?? logOf(record, this.#fileName) ?? 'log';
      this.#plan = planOf(this.#log, this.#header.names);
    }
    return toDocument(this.#log, record, line, { plan: this.#plan, flowIds: this.#flowIds });
  }

  object(object: JsonObject, original: string): Parsed {
    const log = logOf(object, this.#fileName);
    if (log === undefined && object['ts'] === undefined) return new Refusal('an object without `ts` is no Zeek record');
    // A record that says too little is of the log that the one before it was of.
    if (log !== undefined) this.#log = log;
    return toDocument(this.#log, object, original, { plan: undefined, flowIds: this.#flowIds });
  }

  #jsonLine(line: string): Parsed {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return new Refusal('broken JSON');
    }
    return this.object(value as JsonObject, line);
  }
}

function recognise({ lines, objects, fileName }: Sample): number {
  if (lines.some((line) => line.startsWith('#fields\t') || line.startsWith('#separator \\x'))) return 1;
  let alike = 0;
  for (const object of objects) {
    if (object['_path'] === undefined && object['ts'] === undefined && logNamed(fileName) === undefined) continue;
    // A flow's fields are Zeek's own invention, whatever log they stand in.
    if (object['id.orig_h'] !== undefined || logOf(object, fileName) !== undefined) alike++;
  }
  return objects.length === 0 ? 0 : (alike / objects.length) * 0.95;
}
