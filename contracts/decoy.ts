/**
 * What a decoy is and what it is handed. A decoy never opens a socket, a file or a program of its own: connections come
 * to it, and everything it learns leaves through `ctx`.
 */
import type { Duplex } from 'node:stream';
import type { ZodType } from 'zod';
import type { Clock } from './clock.ts';
import type { SensorEvent } from './event.ts';
import type { Logger } from './log.ts';

/** `Persona`: what `decoys/persona` makes of the context's seed and file. */
export interface DecoyDefinition<Config, Persona = unknown> {
  /** Kebab-case protocol name: `ssh`. Also the folder's name. */
  readonly id: string;
  readonly summary: string;
  readonly stability: 'experimental' | 'stable';
  readonly transport: 'tcp' | 'udp';
  /** The port that the real service has, for documentation and for `decoys list`. */
  readonly standardPort: number;
  readonly config: ZodType<Config>;
  /** What `nmap -sV` finds there, in nmap's words, as this machine plays it. */
  describe?(persona: Persona, config: Config): DecoyDescription;
  create(ctx: DecoyContext, config: Config): Decoy;
}

export interface DecoyDescription {
  /** `ssh`, `http`, `ssl/http`, `microsoft-ds`. */
  readonly service: string;
  /** `OpenSSH`; empty where nmap finds none. */
  readonly product: string;
  /** `9.2p1 Debian 2+deb12u10`; empty where nmap finds none. */
  readonly version: string;
}

/** One datagram that came to a decoy of transport `udp`. Its source proves nothing: anyone can write any. */
export interface DecoyDatagram {
  readonly bytes: Uint8Array;
  readonly source: { readonly ip: string; readonly port: number };
  readonly destination: { readonly ip: string; readonly port: number };
  /**
   * Answers it. All answers to one datagram together are never longer than it was, and each source has a budget: false where nothing was
   * sent.
   */
  reply(bytes: Uint8Array): boolean;
}

export interface Decoy {
  /**
   * Takes a connection and answers it until it ends. Must never throw and never reject: whatever a connection does wrong ends
   * that connection alone. The decoy owns `connection` from here on and destroys it in the end.
   */
  accept(connection: DecoyConnection): void;
  /** Takes a datagram, where the transport is `udp`. Must never throw. */
  datagram?(datagram: DecoyDatagram): void;
  /** Open connections, for limits and statistics. */
  readonly connections: number;
  /** Ends all sessions, emits what is pending, and resolves. */
  close(): Promise<void>;
}

export interface DecoyConnection {
  readonly stream: Duplex & { setNoDelay?(on: boolean): unknown; setTimeout?(ms: number): unknown };
  readonly source: { readonly ip: string; readonly port: number };
  readonly destination: { readonly ip: string; readonly port: number };
}

export interface DecoyContext {
  /** The configured id: `ssh-1`. */
  readonly decoy: string;
  /** 32 bytes that are this install's and this persona's alone: keys, names and choices derive from it, for ever the same. */
  readonly seed: Uint8Array;
  /** The file of the machine that it plays a part of: `personaOf(ctx)` makes the machine of both. The default persona where it is not given. */
  readonly persona?: unknown;
  /** The port that the machine has this service on, where it is one of the persona's; it may listen on another. */
  readonly servicePort?: number | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: DecoyLimits;
  /** A new id for a session: unique across restarts, `[A-Za-z0-9~_-]`. */
  newSessionId(): string;
  /**
   * Queues an event for the platform; it is kept until acknowledged. Answers false when the queue is over its high mark: then stop
   * reading from the attacker until `drained()` resolves. Never throws: an event that breaks its schema is reported and dropped.
   */
  emit(event: SensorEvent): boolean;
  drained(): Promise<void>;
  /** Terminal recordings and uploads. Bounded; what exceeds a bound is cut and said in the result. */
  readonly blobs: DecoyBlobs;
  /** What is remembered of an attacker between visits, also across restarts. */
  readonly memory: DecoyMemory;
}

export interface DecoyLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerSource: number;
  readonly maxSessionMs: number;
  readonly maxUploadBytes: number;
  readonly maxRecordingBytes: number;
}

export interface DecoyBlobs {
  /** Starts the asciicast of a session under its id. Chunks leave at once, so that the session can be watched live. */
  record(sessionId: string): RecordingSink;
  /** Keeps bytes by hash. `bytes` beyond the limit are dropped; the hash is that of what was kept. */
  keep(content: Uint8Array): Promise<{ readonly sha256: string; readonly bytes: number; readonly truncated: boolean }>;
}

export interface RecordingSink {
  write(chunk: Uint8Array): void;
  close(): void;
  readonly bytes: number;
}

export interface DecoyMemory {
  /** Undefined where nothing is known or the answer takes too long (250 ms). */
  recall(key: string): Promise<Uint8Array | undefined>;
  /** At most 1 MiB; more is not kept, and answers false. */
  remember(key: string, value: Uint8Array): boolean;
}
