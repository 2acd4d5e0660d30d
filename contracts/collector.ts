/**
 * A collector: reads what others saw (a log file, syslog, an HTTP sender) and hands it on as ECS documents. It runs in the collector's
 * process, which parses what attackers wrote and so has no network of its own, writes no file and starts no program: listening
 * sockets come to it bound, folders are shown to it, what it must remember the platform keeps for it.
 *
 * To add one: a folder under `stages/1-sense/collectors/`, one line in that folder's `index.ts`.
 */
import type { Socket as DatagramSocket } from 'node:dgram';
import type { Server } from 'node:net';
import type { Readable } from 'node:stream';
import type { ZodType } from 'zod';
import type { Clock } from './clock.ts';
import type { CollectorReport } from './collector-report.ts';
import type { Logger } from './log.ts';
import type { EcsDocument, JsonObject, ParserDefinition, Refusal, Refused } from './parser.ts';

export interface CollectorDefinition<Config> {
  /** Kebab-case: `tail`. Also the folder's name, and `netsentinel.sensor.type` of its events. */
  readonly id: string;
  readonly summary: string;
  readonly stability: 'experimental' | 'stable';
  readonly config: ZodType<Config>;
  /** What the launcher must open or show for it. Asked once, where the configuration is read. */
  needs(config: Config): CollectorNeeds;
  create(ctx: CollectorContext, config: Config): Collector;
}

export interface CollectorNeeds {
  readonly listeners?: readonly ListenerNeed[];
  /** Absolute paths, patterns allowed: the folders in front of a pattern's first wildcard, and those of files, are shown read-only. */
  readonly read?: readonly string[];
  /** Groups of the system that may read them; those that do not exist are left out. */
  readonly groups?: readonly string[];
  /** The standard input of `netsentinel up`. At most one collector may ask for it. */
  readonly stdin?: boolean;
  /** PEM files, relative to the configuration file: read by the launcher, since the collector cannot. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string; readonly caFile?: string | undefined };
}

export interface ListenerNeed {
  /** Tells a collector's listeners from each other: `tcp`, `udp`. */
  readonly name: string;
  readonly transport: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
}

export interface Collector {
  /** Begins; resolves once it reads or listens. May wait for `ctx.memory`. Called after all its listeners have come. */
  start(): Promise<void>;
  /** What only it knows of its state; the host adds what it counts itself. */
  status(): CollectorReport;
  /** Stops reading, hands on what is complete, and resolves. Nothing is put afterwards. */
  close(): Promise<void>;
}

export interface CollectorContext {
  /** The configured id: `auth-log`. It is the sensor's name in every event. */
  readonly collector: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly formats: Formats;
  readonly memory: CollectorMemory;
  /** By `ListenerNeed.name`. Paused sockets (`pauseOnConnect`) where it is a server. */
  readonly listeners: ReadonlyMap<string, Server | DatagramSocket>;
  readonly stdin?: Readable;
  /** Datagrams that the kernel threw away since this listener was bound, because its buffer was full; 0 where that cannot be known. */
  kernelDrops(listener: string): number;
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
  /**
   * One origin of records. An event's id is `collector~epoch~sequence`: a record that is put twice with the same origin, in this process
   * or the next, is stored once.
   * @param epoch `[a-z0-9]{8,32}`; of a file its generation, of an idempotency key its hash, else new for each start (`newEpoch`)
   */
  open(epoch: string, options: DeliveryOptions): Delivery;
  /** A new epoch, unique across restarts. */
  newEpoch(): string;
  /** True while more is under way than the platform takes: stop reading until `drained()`. */
  readonly full: boolean;
  drained(): Promise<void>;
}

export interface DeliveryOptions {
  /**
   * True where whoever wrote the record is believed: a file of this machine, an authenticated sender. A datagram is not. Only then may an
   * event's source count as verified, and only where the record itself proves it (a completed handshake).
   */
  readonly trusted: boolean;
}

/** Records of one origin on their way to the disk, in order. */
export interface Delivery {
  /**
   * Queues one record. Never throws, never blocks: see `full`.
   * @param sequence grows within the epoch, over restarts too: the byte after the record in a file, a count elsewhere
   */
  document(sequence: number, document: EcsDocument): void;
  /**
   * What could not be parsed becomes a `pipeline_error` event.
   * @param format whose parser refused it
   */
  refused(sequence: number, refused: Refused, format: Pick<ParserDefinition, 'module'>): void;
  /** All records up to this sequence are on disk; 0 before the first. Unchanged by what was put and is still under way. */
  readonly kept: number;
  /** Resolves once all that was put so far is on disk: then acknowledge it to the sender. Waits as long as the platform is away. */
  allKept(): Promise<void>;
}

export interface CollectorMemory {
  /** Waits for the platform. Undefined where nothing is remembered. */
  recall(key: string): Promise<Uint8Array | undefined>;
  /** Resolves once it is on disk, however long the platform is away. At most 1 MiB. */
  remember(key: string, value: Uint8Array): Promise<void>;
}

/** The normalise stage, as a collector sees it: with the zone, the trusted proxies and the pattern that are configured for it. */
export interface Formats {
  /** @throws NetSentinelError FORMAT_UNKNOWN */
  named(id: string): Promise<ParserDefinition>;
  /** What the begin of a source (64 KB are looked at) may be, the likeliest first. */
  recognise(begin: Uint8Array, whole: boolean, fileName?: string): Promise<readonly Recognised[]>;
  /** What nobody recognises: every record is refused. */
  readonly unknown: ParserDefinition;
  /** A reader of one source, for as long as that lasts. */
  reader(options: ReaderOptions): RecordSource;
  /**
   * A reader of messages that come one by one from many senders, as syslog brings them: what is inside each is found out message by message.
   * @param only everything is of this format, without looking
   */
  messages(only?: ParserDefinition): Promise<MessageSource>;
}

export interface MessageSource {
  /**
   * Never throws. The document's `event.original` is the whole message, its `log.source.address` the sender.
   * @param sender the address that it came from
   * @param cut whether its end is missing
   */
  read(message: string, sender: string, cut: boolean): ReadMessage;
}

export interface ReadMessage {
  readonly parsed: EcsDocument | Refusal;
  /** Whose parser read or refused it. */
  readonly definition: ParserDefinition;
}

export interface Recognised {
  readonly definition: ParserDefinition;
  /** 0.2 to 1; 0.9 and more is certain. */
  readonly confidence: number;
  /** Whether it is JSON: said to the `reader` of who begins in the middle. */
  readonly json: boolean;
}

export interface ReaderOptions {
  readonly definition: ParserDefinition;
  readonly fileName?: string | undefined;
  /** When the source was written, milliseconds since the epoch; without it, now, whenever a record is read. */
  readonly referenceMs?: number | undefined;
  /** @param end bytes pushed up to and with the end of the record; meaningless for `line` and `object` */
  readonly onDocument: (document: EcsDocument, line: number, end: number) => void;
  readonly onRefused: (refused: Refused, line: number, end: number) => void;
  /** What `headers` of an earlier reader said, for who goes on in the middle. */
  readonly headers?: readonly string[] | undefined;
  /** Told from the first bytes where nothing is said. */
  readonly json?: boolean | undefined;
  /** Of one record; the rest of a longer one is left out, and the event says so. Default 1 MiB. */
  readonly maxRecordBytes?: number;
}

/** Bytes or lines in, documents out, synchronously. */
export interface RecordSource {
  push(chunk: Uint8Array): void;
  /** Nothing follows for now: hands on a record that further lines might have joined. */
  settle(): void;
  end(): void;
  line(line: string, number: number): void;
  object(object: JsonObject, original: string, number: number): void;
  readonly headers: readonly string[];
  readonly cutBytes: number;
}

/** One line of the list of collectors. */
export interface CollectorEntry {
  readonly id: string;
  readonly load: () => Promise<CollectorDefinition<unknown>>;
}
