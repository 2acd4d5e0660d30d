/**
 * How the records of each source are read: by the parser that knows their own fields, else by the one that knows their message, else as they
 * are. What a source writes is looked at when it first comes, and again while nobody knows it.
 */
import type { Formats, RecordSource } from '@netsentinel/contracts/collector';
import type { EcsDocument, JsonObject, ParserDefinition } from '@netsentinel/contracts/parser';
import { addKept, envelopeOf, ownPartOf, plainDocument, refusedDocument } from './beat-record.ts';

/** A record, with the text that it came as. */
export interface SourceRecord {
  readonly source: string;
  readonly object: JsonObject;
  readonly text: string;
}

const MAX_SOURCES = 1024;
const SAMPLE_RECORDS = 100;
const SAMPLE_CHARS = 60_000;
/** So many refusals in a row, and the source is looked at again. */
const MAX_REFUSED = 100;
/** The format that takes any event in ECS's names: only where no other knows the record. */
const GENERAL = 'ecs';

interface Reading {
  /** Which part of a record the parser is given; undefined where no parser knows it. */
  part: ((record: JsonObject) => JsonObject | undefined) | undefined;
  source: RecordSource | undefined;
  refusedInRow: number;
  seen: number;
  /** While nobody knows it: after how many records it is looked at again. */
  lookAt: number;
}

export class SourceReadings {
  readonly #formats: Formats;
  /** Least recently used first. */
  readonly #readings = new Map<string, Reading>();
  /** What the reader at work hands on. */
  #read: { document: EcsDocument | undefined; refusal: { module: string; reason: string } | undefined } = {
    document: undefined,
    refusal: undefined,
  };

  constructor(formats: Formats) {
    this.#formats = formats;
  }

  get size(): number {
    return this.#readings.size;
  }

  /** Finds out how these records are written, where that is not known. To be called before `read`. */
  async prepare(source: string, records: readonly SourceRecord[]): Promise<void> {
    let reading = this.#readings.get(source);
    if (reading === undefined) {
      if (this.#readings.size >= MAX_SOURCES) for (const oldest of this.#readings.keys()) if (this.#drop(oldest)) break;
      reading = { part: undefined, source: undefined, refusedInRow: 0, seen: 0, lookAt: 0 };
    } else this.#readings.delete(source);
    this.#readings.set(source, reading);
    reading.seen += records.length;
    const unknown = reading.part === undefined && reading.seen > reading.lookAt;
    if (!unknown && reading.refusedInRow < MAX_REFUSED) return;
    reading.refusedInRow = 0;
    reading.lookAt = reading.seen * 10;
    await this.#look(
      reading,
      records.map((record) => record.object),
    );
  }

  /** The record's document; undefined for a header or a comment. Never throws. */
  read({ source, object, text }: SourceRecord): EcsDocument | undefined {
    const reading = this.#readings.get(source);
    const part = reading?.part?.(object);
    if (part === undefined) return plainDocument(object, text);
    this.#read = { document: undefined, refusal: undefined };
    reading!.source!.object(part, text, 0);
    const { document, refusal } = this.#read;
    reading!.refusedInRow = refusal === undefined ? 0 : reading!.refusedInRow + 1;
    if (refusal !== undefined) return refusedDocument(object, text, refusal.module, refusal.reason);
    if (document !== undefined) addKept(document, object);
    return document;
  }

  async #look(reading: Reading, records: readonly JsonObject[]): Promise<void> {
    const own = await this.#recognise(records.map(ownPartOf));
    if (own !== undefined && own.id !== GENERAL) return this.#use(reading, own, ownPartOf);
    const message = await this.#recognise(records.map(envelopeOf));
    if (message !== undefined && message.id !== GENERAL) return this.#use(reading, message, envelopeOf);
    // Complete events, as Auditbeat and Packetbeat send them.
    if (own !== undefined) return this.#use(reading, own, ownPartOf);
    return undefined;
  }

  async #recognise(parts: readonly (JsonObject | undefined)[]): Promise<ParserDefinition | undefined> {
    let sample = '';
    for (const part of parts.slice(0, SAMPLE_RECORDS)) {
      if (part === undefined) continue;
      const text = textOf(part);
      if (sample.length + text.length > SAMPLE_CHARS) break;
      sample += `${text}\n`;
    }
    return sample === '' ? undefined : (await this.#formats.recognise(Buffer.from(sample), true))[0]?.definition;
  }

  #use(reading: Reading, definition: ParserDefinition, part: NonNullable<Reading['part']>): void {
    reading.part = part;
    reading.source = this.#formats.reader({
      definition,
      onDocument: (document) => {
        this.#read.document = document;
      },
      onRefused: ({ reason }) => {
        this.#read.refusal = { module: definition.module, reason };
      },
    });
  }

  #drop(source: string): boolean {
    return this.#readings.delete(source);
  }
}

/** Empty where it is nested too deeply to be written. */
function textOf(part: JsonObject): string {
  try {
    return JSON.stringify(part);
  } catch {
    return '';
  }
}
