/**
 * One log file as events, a small piece at a time: recognised by its begin, parsed, made into valid events. Whoever reads many files side by side holds one
 * piece of each.
 */
import { basename } from 'node:path';
import type { Event } from '@netsentinel/contracts/event';
import type { EcsDocument, ParserDefinition, ParseOptions } from '@netsentinel/contracts/parser';
import { toEvent } from '@netsentinel/normalise/event/to-event';
import { recognise } from '@netsentinel/normalise/parsers/find-parser';
import { readInputFile, type InputFile } from '@netsentinel/normalise/records/input-file';
import { RecordReader } from '@netsentinel/normalise/records/record-reader';
import { SAMPLE_BYTES, sampleOf } from '@netsentinel/normalise/records/sample';

/** An event with its time, as the merge of many files compares it. */
export interface TimedEvent {
  readonly event: Event;
  /** Event time, milliseconds since the epoch. */
  readonly timeMs: number;
}

export interface LogFileOptions {
  readonly file: InputFile;
  /** Tells this file's events from those of other files in their ids. */
  readonly index: number;
  readonly parse: Omit<ParseOptions, 'fileName'>;
  /** When the analysis began: no event is later than a day after it. Milliseconds since the epoch. */
  readonly nowMs: number;
  readonly onBytes: (bytes: number) => void;
}

/** Parsed at once: some twenty records. What waits for its turn in the merge lives long enough to cost the garbage collector dearly. */
const PIECE_BYTES = 4 * 1024;

export class LogFile {
  readonly path: string;
  /** Undefined before it is begun, and where no parser knows the file. */
  definition: ParserDefinition | undefined;
  records = 0;
  refused = 0;
  cutBytes = 0;
  /** Why reading ended before the end of the file. */
  failure: string | undefined;
  readonly #options: LogFileOptions;
  readonly #pieces: AsyncGenerator<TimedEvent[]>;

  constructor(options: LogFileOptions) {
    this.path = options.file.path;
    this.#options = options;
    this.#pieces = this.#read();
  }

  /** The next events in the order of the file, at least one; undefined at its end. */
  async next(): Promise<TimedEvent[] | undefined> {
    try {
      const { value, done } = await this.#pieces.next();
      return done === true ? undefined : value;
    } catch (error) {
      // A damaged archive among a hundred good ones must not cost the other ninety-nine.
      this.failure = error instanceof Error ? error.message : 'it cannot be read';
      return undefined;
    }
  }

  /** Lets go of the file before its end. */
  async close(): Promise<void> {
    await this.#pieces.return(undefined);
  }

  async *#read(): AsyncGenerator<TimedEvent[]> {
    let events: TimedEvent[] = [];
    let reader: RecordReader | undefined;
    let held: Uint8Array[] = [];
    let heldBytes = 0;
    let reported = 0;
    const bytes = readInputFile(this.path, (read) => {
      this.#options.onBytes(read - reported);
      reported = read;
    });
    for await (const chunk of bytes) {
      if (reader === undefined) {
        held.push(chunk);
        heldBytes += chunk.length;
        if (heldBytes < SAMPLE_BYTES) continue;
      }
      const whole: Uint8Array = reader === undefined ? Buffer.concat(held) : chunk;
      reader ??= await this.#begin(whole, false, (event) => events.push(event));
      held = [];
      if (reader === undefined) return;
      for (let from = 0; from < whole.length; from += PIECE_BYTES) {
        reader.push(whole.subarray(from, from + PIECE_BYTES));
        if (events.length > 0) yield events;
        events = [];
      }
    }
    if (reader === undefined) {
      const whole = Buffer.concat(held);
      reader = await this.#begin(whole, true, (event) => events.push(event));
      if (reader === undefined) return;
      reader.push(whole);
    }
    reader.end();
    this.cutBytes = reader.cutBytes;
    if (events.length > 0) yield events;
  }

  async #begin(
    begin: Uint8Array,
    isWhole: boolean,
    onEvent: (event: TimedEvent) => void,
  ): Promise<RecordReader | undefined> {
    const { parse, index, nowMs } = this.#options;
    const fileName = this.path === '-' ? undefined : basename(this.path);
    const [best] = await recognise(sampleOf(begin, isWhole, fileName));
    if (best === undefined) return undefined;
    this.definition = best.definition;
    const sensor = { id: fileName ?? 'stdin', type: best.definition.id };
    let sequence = 0;
    let latest: string | undefined;
    return new RecordReader({
      definition: best.definition,
      parse: { ...parse, fileName },
      onDocument: (document) => {
        this.records++;
        // A record without a time happened when the one before it did, rather than now.
        if (document['@timestamp'] === undefined) document['@timestamp'] = latest;
        else latest = document['@timestamp'];
        const event = toEvent(document, {
          sensor,
          epoch: String(index),
          sequence: ++sequence,
          receivedAt: nowMs,
          sourceVerified: isVerified(document),
          oldestMs: 0,
        });
        onEvent({ event, timeMs: Date.parse(event['@timestamp']) });
      },
      onRefused: () => this.refused++,
    });
  }
}

/** A log of connections may hold packets that anybody could have sent in another's name. */
function isVerified(document: EcsDocument): boolean {
  const transport = (document['network'] as { transport?: unknown } | undefined)?.transport;
  return transport !== 'udp' && transport !== 'icmp' && transport !== 'ipv6-icmp';
}
