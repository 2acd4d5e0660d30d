/**
 * A decoy as a protocol sees it: one connection of one attacker, without sockets. A protocol gets bytes, and calls the session; the frame around it
 * (`define-service.ts`) owns the stream, the limits, the timers and the story.
 */
import type { Actor } from '@netsentinel/contracts/actor';
import type { Clock } from '@netsentinel/contracts/clock';
import type { DecoyLimits } from '@netsentinel/contracts/decoy';
import type { Persona } from '../persona/persona.types.ts';
import type { LoginPolicy } from './login-policy.ts';
import type { MachinePool } from './machine-pool.ts';
import type { ServiceTelemetry } from './service-telemetry.ts';
import type { RecordingStart, TerminalRecording } from './terminal-recording.ts';
import type { TlsIdentity, TlsOptions } from './tls-upgrade.ts';

export interface Endpoint {
  readonly ip: string;
  readonly port: number;
}

/** An upload in the blob store. */
export interface Kept {
  readonly sha256: string;
  readonly bytes: number;
  readonly truncated: boolean;
}

/** What one connection's protocol is handed. After the end every call does nothing. */
export interface ServiceSession {
  readonly id: string;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly actor: Actor;
  readonly clock: Clock;
  readonly persona: Persona;
  readonly limits: DecoyLimits;
  readonly report: ServiceTelemetry;
  /** Who gets in: what was tried and accepted is remembered over all decoys of this persona. */
  readonly logins: LoginPolicy;
  /** One machine (files, shell) for each attacker, the same over all decoys of this persona. */
  readonly machines: MachinePool;
  /** True once it is over, whoever ended it. */
  readonly over: boolean;
  /**
   * Sends; strings as latin1. False over the high mark: `data` is not called again until `drained`, and whoever sends of its own accord waits for
   * that. Bytes that are handed over must not be changed any more.
   */
  send(bytes: Uint8Array | string): boolean;
  /** Sends what is pending, then closes. `reason` goes into the story. */
  end(reason?: string): void;
  /** Closes at once with a reset. */
  reset(reason?: string): void;
  /** Something of ours broke over one request: it is logged once, and the session goes on. */
  broke(error: unknown): void;
  /** A timer that ends with the session; the function that is answered cancels it. */
  after(ms: number, run: () => void): () => void;
  /**
   * From here on bytes are TLS and the protocol goes on in clear text; `data` is not called until the handshake is over. What the client sent after
   * the word that began TLS, in the same piece, goes into `options.early`.
   */
  startTls(identity: TlsIdentity, options?: TlsOptions): void;
  /** `data` is not called any more until as many `resume` came. What the protocol has in its own buffer it takes up again itself. */
  pause(): void;
  resume(): void;
  /** Pauses while `work` runs, then goes on with its result, unless the session is over by then. A failure ends the session. */
  wait<T>(work: Promise<T>, then: (value: T) => void): void;
  /** Keeps what the attacker left, by hash, cut to `limits.maxUploadBytes`. */
  keep(content: Uint8Array): Promise<Kept>;
  /** The recording of this session's terminal, begun by the first call; the frame ends it. */
  recording(start: RecordingStart): TerminalRecording;
}

export interface ServiceProtocol {
  /** At most 64 KiB at once; the bytes are the protocol's to keep. It bounds its own buffer. */
  data(bytes: Buffer): void;
  /** The client sent its last byte. A protocol without this ends then. */
  ended?(): void;
  /** What was sent has gone out, after `send` answered false. */
  drained?(): void;
  /** Over, whatever the reason. Nothing else is called after this. */
  closed?(reason: string): void;
}
