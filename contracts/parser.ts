/**
 * A parser: how the records of one log format become documents in the field names of the Elastic Common Schema. Pure and
 * synchronous: no clock, no files, no network. What a parser answers is not an `Event` yet; `toEvent` of the normalise stage
 * bounds it, validates it and stamps it.
 *
 * To add one: a folder under `stages/2-normalise/parsers/`, one line in that folder's `index.ts`. The suite
 * `parsers.test.ts` beside that list runs over every member's examples.
 */

/** A JSON object as it was parsed: nothing of it is known yet. */
export type JsonObject = { readonly [name: string]: unknown };

/** Fields below one name. `undefined` means that the field is not there, so objects can be built in one shape. */
export interface EcsGroup {
  [field: string]: unknown;
}

/** One side of a connection. */
export interface EcsEndpoint extends EcsGroup {
  address?: string | undefined;
  ip?: string | undefined;
  port?: number | undefined;
  domain?: string | undefined;
  bytes?: number | undefined;
  packets?: number | undefined;
}

/** `event.*` as a log's line tells it. `module` and `dataset` are added by the stage where the parser says nothing else. */
export interface EcsEventFields extends EcsGroup {
  kind?: 'alert' | 'asset' | 'enrichment' | 'event' | 'metric' | 'pipeline_error' | 'state' | 'signal' | undefined;
  category?: readonly string[] | undefined;
  type?: readonly string[] | undefined;
  outcome?: 'success' | 'failure' | 'unknown' | undefined;
  action?: string | undefined;
  /** The record as it was read. */
  original?: string | undefined;
}

/**
 * A nested document in ECS 9 names and types; what ECS has no name for stands below the vendor's, exactly as Elastic's
 * integration for that product names it (`zeek.connection.history`, `suricata.eve.flow_id`, `nginx.access.remote_ip_list`).
 */
export interface EcsDocument extends EcsGroup {
  /** ISO 8601 in UTC with 3 to 9 digits of fraction; left out where the record tells no time. */
  '@timestamp'?: string | undefined;
  message?: string | undefined;
  event: EcsEventFields;
  source?: EcsEndpoint | undefined;
  destination?: EcsEndpoint | undefined;
}

/** A record that is not of the format, or broken. It becomes an event of kind `pipeline_error` that carries the original. */
export class Refusal {
  /** One short sentence without attacker text. */
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** A record that could not be parsed, as it becomes an event. */
export interface Refused {
  readonly reason: string;
  readonly original: string;
}

/** A document; a refusal; or nothing, for what is no record (a header, a comment). */
export type Parsed = EcsDocument | Refusal | undefined;

export interface ParseOptions {
  /** Of times that name no zone: an IANA name or an offset such as `+02:00`. */
  readonly zone: string;
  /**
   * Times without a year are the newest that are at most a day after this one. Milliseconds since the epoch. Of a source that is still
   * being written it moves on: read it for each record.
   */
  readonly referenceMs: number;
  /** Networks (CIDR) and addresses whose word about the client's address is believed. */
  readonly trustedProxies: readonly string[];
  /** The file's name without folders, compression suffix included: a hint where content leaves a choice. */
  readonly fileName?: string | undefined;
  /** The format string of a log whose lines are configured (`log_format`, `LogFormat`). */
  readonly pattern?: string | undefined;
  /** False: nobody will ask for the Community ID of a flow, so a parser that would have to compute it may leave it out. */
  readonly flowIds?: boolean | undefined;
}

/** One file's or one stream's parser. What headers said lives in it; it is never shared between sources. At least one method is there. */
export interface Parser {
  /** @param line without its line end; records of several lines are joined with `\n` */
  line?(line: string): Parsed;
  /** @param original the text that the object was read from, for `event.original` */
  object?(object: JsonObject, original: string): Parsed;
}

/** The begin of a source, as `recognise` sees it. */
export interface Sample {
  /** The first complete lines, at most 256 of them and 64 KB, without line ends and without empty ones. */
  readonly lines: readonly string[];
  /** The first JSON objects where the source is JSON (lines, an array or values in a row); otherwise empty. */
  readonly objects: readonly JsonObject[];
  readonly fileName?: string | undefined;
}

export interface ParserDefinition {
  /** What `--format` takes: `zeek`, `suricata`, `nginx-access`. */
  readonly id: string;
  readonly title: string;
  /** `event.module` and the first part of `event.dataset`: Elastic's name of the integration. */
  readonly module: string;
  /** `event.dataset` of documents that name none. */
  readonly dataset: string;
  /**
   * Records that we wrote ourselves, one of each kind: the tests, the reference manual, the fuzzer and the benchmark use
   * them. Real data never stands here.
   */
  readonly examples: readonly string[];
  /**
   * How sure one may be, from 0 (not this) to 1, by content. 0.9 and more: nothing else looks like this. About 0.5: a
   * general form that a special format may refine (syslog). Looks at lines or objects, never throws, takes less than a millisecond.
   */
  recognise(sample: Sample): number;
  /** True for a line that says how the lines after it are written. Whoever resumes in the middle of a file replays the last such lines first. */
  isHeader?(line: string): boolean;
  /**
   * True where the line goes on with the record that the line before belongs to.
   * @param first the line that the record began with
   */
  continues?(line: string, first?: string): boolean;
  create(options: ParseOptions): Parser;
}

/** One line of the list of parsers. */
export interface ParserEntry {
  readonly id: string;
  readonly title: string;
  readonly load: () => Promise<ParserDefinition>;
}
