/** One connection as the frame holds it: the stream, its backpressure, its timers and its end; what the protocol sees of it is `ServiceSession`. */
import type { Duplex } from 'node:stream';
import type { Actor } from '@netsentinel/contracts/actor';
import type { Clock } from '@netsentinel/contracts/clock';
import type { DecoyConnection, DecoyContext, DecoyLimits } from '@netsentinel/contracts/decoy';
import { describeError } from '@netsentinel/kernel/errors';
import type { Persona } from '../persona/persona.types.ts';
import { type Admission, RANKS } from './connection-limit.ts';
import type { LoginPolicy } from './login-policy.ts';
import type { MachinePool } from './machine-pool.ts';
import type { ServiceTelemetry } from './service-telemetry.ts';
import type { TlsHello } from './telemetry.types.ts';
import type { Endpoint, Kept, ServiceProtocol, ServiceSession } from './service.types.ts';
import { type RecordingStart, TerminalRecording } from './terminal-recording.ts';
import { HelloReader } from './hello-reader.ts';
import { turnBudget } from './turn-budget.ts';
import { type TlsIdentity, type TlsOptions, type TlsResult, upgradeToTls } from './tls-upgrade.ts';

const MAX_PIECE = 64 * 1024;
/** A protocol that sends this much more than its client takes is at fault, or the client means harm. */
const MAX_UNSENT = 16 * 1024 * 1024;
/** What was sent before the end may take this long to leave. */
const LINGER_MS = 30_000;
const HANDSHAKE_MS = 60_000;

/** Bounds on one session of a service. */
export interface SessionLimits {
  /** Neither side sent anything for this long. */
  readonly idleMs: number;
  readonly maxBytesIn: number;
}

export const SESSION_LIMITS: SessionLimits = { idleMs: 600_000, maxBytesIn: 1024 * 1024 * 1024 };

/** What many sessions share. */
export interface SessionParts {
  readonly ctx: DecoyContext;
  readonly persona: Persona;
  readonly logins: LoginPolicy;
  readonly machines: MachinePool;
  readonly bounds: SessionLimits;
}

export interface SessionHooks {
  readonly admission: Admission;
  onEnd(): void;
}

export class Session implements ServiceSession {
  readonly actor: Actor;
  readonly report: ServiceTelemetry;
  readonly #parts: SessionParts;
  readonly #hooks: SessionHooks;
  readonly #connection: DecoyConnection;
  readonly #timers = new Set<() => void>();
  #stream: Duplex;
  #protocol: ServiceProtocol | undefined;
  #recording: TerminalRecording | undefined;
  #over = false;
  #failed = false;
  #congested = false;
  #holding = false;
  /** What came waits for a turn of the event loop that has time for it. */
  #waitsForTurn = false;
  /** Why nothing is read: the protocol waits, the client does not take what was sent, or the queue of events is full. */
  #pauses = 0;
  #delivering = false;
  /** Pieces of a chunk that came before a pause. */
  #undelivered: Buffer | undefined;
  #finSeen = false;
  #unlisten: () => void = () => {};
  /** Between the word that begins TLS and the client's first message of it. */
  #hello: HelloReader | undefined;
  #lastActiveMs: number;

  constructor(
    parts: SessionParts,
    connection: DecoyConnection,
    actor: Actor,
    report: ServiceTelemetry,
    hooks: SessionHooks,
  ) {
    this.#parts = parts;
    this.#connection = connection;
    this.#stream = connection.stream;
    this.#hooks = hooks;
    this.actor = actor;
    this.report = report;
    this.#lastActiveMs = this.clock.monotonicMs();
  }

  get id(): string {
    return this.report.sessionId;
  }

  get source(): Endpoint {
    return this.#connection.source;
  }

  get destination(): Endpoint {
    return this.#connection.destination;
  }

  get clock(): Clock {
    return this.#parts.ctx.clock;
  }

  get persona(): Persona {
    return this.#parts.persona;
  }

  get limits(): DecoyLimits {
    return this.#parts.ctx.limits;
  }

  get logins(): LoginPolicy {
    return this.#parts.logins;
  }

  get machines(): MachinePool {
    return this.#parts.machines;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Begins: `open` makes the protocol, which may send at once. */
  start(open: (session: ServiceSession) => ServiceProtocol): void {
    const { stream } = this.#connection;
    stream.setNoDelay?.(true);
    // A client that sends all it has and its FIN still gets its answers, as from a server that reads to the end.
    (stream as { allowHalfOpen?: boolean }).allowHalfOpen = true;
    stream.on('close', () => this.#lost('closed'));
    this.guard(() => {
      this.report.connected();
      this.after(this.limits.maxSessionMs, () => this.end('longest session'));
      this.#watchIdle(this.#parts.bounds.idleMs);
      this.#protocol = open(this);
      this.#listen(stream);
    });
  }

  send(bytes: Uint8Array | string): boolean {
    if (this.#over || this.#stream.destroyed) return true;
    const chunk = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    if (chunk.length === 0) return !this.#congested;
    this.report.counts.bytesOut += chunk.length;
    if (!this.#stream.write(chunk) && !this.#congested) {
      this.#congested = true;
      this.pause();
    }
    if (this.#stream.writableLength > MAX_UNSENT) this.reset('took nothing of what was sent');
    return !this.#congested;
  }

  end(reason = 'ended'): void {
    if (this.#over) return;
    const stream = this.#stream;
    const linger = this.clock.after(LINGER_MS, () => this.#connection.stream.destroy());
    this.#connection.stream.once('close', linger);
    if ('destroySoon' in stream && typeof stream.destroySoon === 'function') stream.destroySoon();
    else stream.end(() => stream.destroy());
    this.finish(reason);
  }

  reset(reason = 'reset'): void {
    const { stream } = this.#connection;
    if ('resetAndDestroy' in stream && typeof stream.resetAndDestroy === 'function') stream.resetAndDestroy();
    else stream.destroy();
    if (this.#stream !== stream) this.#stream.destroy();
    this.finish(reason);
  }

  after(ms: number, run: () => void): () => void {
    if (this.#over) return () => {};
    const timers = this.#timers;
    const stop = this.clock.after(ms, () => {
      timers.delete(cancel);
      this.guard(run);
    });
    const cancel = (): void => {
      timers.delete(cancel);
      stop();
    };
    timers.add(cancel);
    return cancel;
  }

  startTls(identity: TlsIdentity, options: TlsOptions = {}): void {
    if (this.#over) return;
    const early = Buffer.concat([options.early ?? Buffer.alloc(0), this.#undelivered ?? Buffer.alloc(0)]);
    this.#undelivered = undefined;
    this.#hello = new HelloReader((bytes, told) => {
      this.#hello = undefined;
      this.#upgrade(identity, { ...options, early: bytes }, told);
    });
    if (early.length > 0) this.#hello.read(early);
  }

  #upgrade(identity: TlsIdentity, options: TlsOptions, told: TlsHello): void {
    const raw = this.#stream;
    this.#unlisten();
    // A socket that flows without a reader would drop the hello that is put back.
    raw.pause();
    raw.on('error', () => this.finish('connection reset'));
    if (this.#congested) this.#pauses--;
    this.#congested = false;
    this.#pauses++;
    let established = false;
    const tell = (result?: TlsResult): void => {
      if (established) return;
      established = result !== undefined;
      const { serverName, alpn } = result ?? {};
      this.report.tls({
        ...told,
        established,
        ...(result === undefined ? {} : { version: result.version, cipher: result.cipher }),
        ...(serverName === undefined ? {} : { serverName }),
        ...(alpn === undefined ? {} : { alpn: [alpn] }),
      });
    };
    const timeout = this.after(HANDSHAKE_MS, () => this.reset('TLS handshake took too long'));
    this.#stream = upgradeToTls(raw, identity, options, (result) => {
      timeout();
      this.guard(() => {
        tell(result);
        options.secured?.(result);
        this.resume();
      });
    });
    this.#stream.once('error', () => this.guard(() => tell()));
    this.#listen(this.#stream);
  }

  pause(): void {
    if (this.#pauses++ === 0) this.#stream.pause();
  }

  resume(): void {
    if (this.#pauses === 0) return;
    this.#pauses--;
    if (this.#pauses > 0 || this.#over) return;
    // Not within the caller: the protocol takes up its own buffer first.
    queueMicrotask(() => this.guard(() => this.#proceed()));
  }

  wait<T>(work: Promise<T>, then: (value: T) => void): void {
    this.pause();
    work.then(
      (value) => {
        if (this.#over) return;
        this.guard(() => then(value));
        this.resume();
      },
      (error: unknown) => this.failed(error),
    );
  }

  async keep(content: Uint8Array): Promise<Kept> {
    return this.#parts.ctx.blobs.keep(content);
  }

  recording(start: RecordingStart): TerminalRecording {
    if (this.#recording === undefined) {
      const { ctx } = this.#parts;
      const sink = ctx.blobs.record(this.id);
      this.#recording = new TerminalRecording(sink, ctx.clock, ctx.limits.maxRecordingBytes, start);
      if (this.#over) this.#recording.close();
    }
    return this.#recording;
  }

  /** Everything that is over because the session is; `reason` is told. */
  finish(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    for (const cancel of this.#timers) cancel();
    this.#undelivered = undefined;
    try {
      this.#protocol?.closed?.(reason);
    } catch (error) {
      this.#log(error);
    }
    this.#recording?.close();
    this.report.disconnected(reason, this.#recording);
    this.#hooks.admission.leave();
    this.#hooks.onEnd();
  }

  broke(error: unknown): void {
    this.#log(error, 'A request failed');
  }

  /** Whatever breaks ends this session alone. */
  guard(action: () => void): void {
    if (this.#over) return;
    try {
      action();
    } catch (error) {
      this.failed(error);
    }
  }

  failed(error: unknown): void {
    this.#log(error);
    if (!this.#over) this.reset('internal error');
  }

  /** The queue of events is over its mark: reads nothing more from this attacker until it has drained. */
  holdForQueue(): void {
    if (this.#holding || this.#over) return;
    this.#holding = true;
    this.pause();
    this.#parts.ctx.drained().then(
      () => {
        this.#holding = false;
        this.resume();
      },
      (error: unknown) => this.failed(error),
    );
  }

  #log(error: unknown, what = 'A session failed'): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#parts.ctx.log.error(what, { error: describeError(error), session: this.id });
  }

  #listen(stream: Duplex): void {
    const isRaw = stream === this.#connection.stream;
    const data = (chunk: Buffer): void => this.guard(() => this.#receive(chunk));
    const drain = (): void => this.guard(() => this.#onDrain());
    const end = (): void => this.guard(() => this.#onEnd());
    const error = (): void => this.#lost(isRaw ? 'connection reset' : 'TLS failed');
    stream.on('error', error).on('drain', drain).on('end', end).on('data', data);
    if (!isRaw) stream.on('close', () => this.#connection.stream.destroy());
    this.#unlisten = () => stream.off('data', data).off('drain', drain).off('end', end).off('error', error);
  }

  #receive(chunk: Buffer): void {
    this.#lastActiveMs = this.clock.monotonicMs();
    const { counts } = this.report;
    counts.bytesIn += chunk.length;
    if (counts.bytesIn > this.#parts.bounds.maxBytesIn) return this.end('most bytes');
    this.#undelivered = this.#undelivered === undefined ? chunk : Buffer.concat([this.#undelivered, chunk]);
    if (!this.#waitsForTurn && turnBudget.isSpent) this.#waitForTurn();
    this.#deliver();
  }

  #waitForTurn(): void {
    this.#waitsForTurn = true;
    this.pause();
    turnBudget.later(() => this.guard(() => this.#takeTurn()));
  }

  #takeTurn(): void {
    if (!this.#waitsForTurn) return;
    this.#waitsForTurn = false;
    this.#pauses--;
    this.#proceed();
  }

  /** Nothing comes any more. What came before that is not lost for it. */
  #lost(reason: string): void {
    this.guard(() => this.#takeTurn());
    this.finish(reason);
  }

  #deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      while (this.#undelivered !== undefined && this.#pauses === 0 && !this.#over) {
        const waiting: Buffer = this.#undelivered;
        // What follows a hello is TLS's, all of it.
        const size = this.#hello === undefined ? MAX_PIECE : waiting.length;
        this.#undelivered = waiting.length > size ? waiting.subarray(size) : undefined;
        if (this.#hello !== undefined) this.#hello.read(waiting);
        else this.#protocol!.data(waiting.subarray(0, size));
        this.#rank();
      }
    } finally {
      this.#delivering = false;
    }
  }

  #proceed(): void {
    if (this.#pauses > 0) return;
    this.#deliver();
    if (this.#pauses > 0 || this.#over) return;
    this.#stream.resume();
    if (this.#finSeen && this.#undelivered === undefined) this.#ended();
  }

  #onEnd(): void {
    this.#finSeen = true;
    if (this.#undelivered === undefined && this.#pauses === 0) this.#ended();
  }

  #ended(): void {
    this.#finSeen = false;
    if (this.#protocol?.ended === undefined) this.end('closed by the client');
    else this.#protocol.ended();
  }

  #onDrain(): void {
    this.#lastActiveMs = this.clock.monotonicMs();
    if (!this.#congested) return;
    this.#congested = false;
    this.#protocol?.drained?.();
    this.resume();
  }

  #rank(): void {
    const { counts, spoke } = this.report;
    if (counts.accepted + counts.commands + counts.files > 0) this.#hooks.admission.rank(RANKS.inside);
    else if (spoke) this.#hooks.admission.rank(RANKS.spoke);
  }

  /** Armed again for what is left, so that traffic costs no timers. */
  #watchIdle(ms: number): void {
    this.after(ms, () => {
      const left = this.#parts.bounds.idleMs - (this.clock.monotonicMs() - this.#lastActiveMs);
      if (left <= 0) this.end('idle');
      else this.#watchIdle(left);
    });
  }
}
