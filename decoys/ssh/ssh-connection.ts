/** One attacker's connection: the protocol layers, the machine behind them and what is reported, put together around one stream. */
import type { Actor } from '@netsentinel/contracts/actor';
import type { DecoyConnection, DecoyContext } from '@netsentinel/contracts/decoy';
import { describeError } from '@netsentinel/kernel/errors';
import type { LoginPolicy } from '../service/login-policy.ts';
import type { MachineLease, MachinePool } from '../service/machine-pool.ts';
import { ShellWatch } from '../service/shell-watch.ts';
import { TerminalRecording } from '../service/terminal-recording.ts';
import { turnBudget } from '../service/turn-budget.ts';
import { ConnectionLayer, type ForwardTarget } from './connection.ts';
import { ForwardFake } from './forward-fake.ts';
import type { HostKeys } from './host-keys.ts';
import { fingerprintOf } from './host-keys.ts';
import type { Agreement, Proposal } from './negotiation.ts';
import { findAuthorizedKey } from './authorized-keys.ts';
import { fileTransferProgram } from './file-transfer.ts';
import { SessionChannel } from './session-channel.ts';
import type { ServerOffer } from './offers.ts';
import type { SshConfig } from './ssh.config.ts';
import { SshTelemetry } from './ssh.telemetry.ts';
import { Transport } from './transport.ts';
import { UserAuth } from './userauth.ts';

/** What many connections share. */
export interface SshServer {
  readonly ctx: DecoyContext;
  readonly config: SshConfig;
  readonly hostKeys: HostKeys;
  readonly policy: LoginPolicy;
  readonly machines: MachinePool;
  readonly hostname: string;
  /** Name of the persona's file. */
  readonly profile: string;
  /** What stands after `SSH-2.0-`. */
  readonly software: string;
  readonly offer: ServerOffer;
  readonly timingSecret: string;
}

export interface ConnectionHooks {
  onLogin(): void;
  onEnd(): void;
}

export class SshConnection {
  readonly actor: Actor;
  readonly transport: Transport;
  #server: SshServer;
  #connection: DecoyConnection;
  #telemetry: SshTelemetry;
  /** Undefined after the login. */
  #auth: UserAuth | undefined;
  #channels: ConnectionLayer;
  #lease: MachineLease | undefined;
  #prepared: Promise<void>;
  #user = '';
  #proposal: Proposal | undefined;
  #agreement: Agreement | undefined;
  #recording: TerminalRecording | undefined;
  /** Undefined after the login. */
  #cancelGrace: (() => void) | undefined;
  #cancelLife: () => void;
  #hooks: ConnectionHooks;
  #ended = false;
  #congested = false;
  #holding = false;
  /** What came waits for a turn of the event loop that has time for it. */
  #waitsForTurn = false;

  constructor(server: SshServer, connection: DecoyConnection, actor: Actor, hooks: ConnectionHooks) {
    this.#server = server;
    this.#connection = connection;
    this.actor = actor;
    this.#hooks = hooks;
    const { ctx, config } = server;
    this.#telemetry = new SshTelemetry({
      sessionId: ctx.newSessionId(),
      decoy: ctx.decoy,
      persona: server.profile,
      clock: ctx.clock,
      endpoints: connection,
      emit: (event) => {
        if (!ctx.emit(event)) this.#holdForQueue();
      },
    });
    this.transport = new Transport(
      { version: `SSH-2.0-${server.software}`, hostKeys: server.hostKeys, offer: server.offer },
      this,
    );
    this.#auth = new UserAuth(
      this.transport,
      ctx.clock,
      {
        keyboardInteractive: config.keyboardInteractive,
        failureDelayMs: config.failureDelayMs,
        successDelayMs: config.successDelayMs,
        maxTries: config.maxAuthTries,
        timingSecret: server.timingSecret,
      },
      this,
    );
    this.#channels = new ConnectionLayer(this.transport, server.hostKeys, this);
    this.#prepared = server.policy.prepare(actor).catch((error: unknown) => this.#failed(error));
    this.#cancelGrace = ctx.clock.after(config.loginGraceMs, () =>
      this.transport.drop('timeout before authentication'),
    );
    this.#cancelLife = ctx.clock.after(ctx.limits.maxSessionMs, () => this.transport.drop('longest session'));
  }

  start(): void {
    const { stream } = this.#connection;
    stream.setNoDelay?.(true);
    stream.on('data', (chunk: Buffer) => this.#guard(() => this.#receive(chunk)));
    stream.on('drain', () => this.#guard(() => this.#onDrain()));
    stream.on('end', () => this.#lost('closed by the client'));
    stream.on('error', () => this.#lost('connection reset'));
    stream.on('close', () => this.#lost('closed'));
    this.#guard(() => {
      this.#telemetry.connected();
      this.transport.start();
    });
  }

  /** Ends it from our side. */
  stop(reason: string): void {
    this.#guard(() => this.transport.drop(reason));
  }

  // What the transport tells us.

  write(bytes: Uint8Array): void {
    this.#telemetry.counts.bytesOut += bytes.length;
    if (this.#connection.stream.destroyed) return;
    if (this.#connection.stream.write(bytes) || this.#congested) return;
    this.#congested = true;
    this.transport.congested = true;
    this.transport.block();
  }

  end(reason: string, unread: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    const { stream } = this.#connection;
    if (unread && 'resetAndDestroy' in stream && typeof stream.resetAndDestroy === 'function') stream.resetAndDestroy();
    else if ('destroySoon' in stream && typeof stream.destroySoon === 'function') stream.destroySoon();
    else stream.end(() => stream.destroy());
    this.#cancelGrace?.();
    this.#cancelLife();
    this.#auth?.close();
    this.#channels.close();
    if (this.#agreement === undefined && this.transport.clientVersion !== '')
      this.#telemetry.agreed(this.#proposal, undefined);
    const recording = this.#recording;
    recording?.close();
    this.#lease?.release();
    this.#telemetry.disconnected(reason, recording);
    this.#hooks.onEnd();
  }

  unblocked(): void {
    this.#connection.stream.resume();
  }

  identified(version: string): void {
    this.#telemetry.identified(version);
  }

  proposed(proposal: Proposal): void {
    this.#proposal = proposal;
  }

  keyed(agreement: Agreement, initial: boolean): void {
    this.#agreement = agreement;
    if (!initial) return;
    this.#telemetry.agreed(this.#proposal, agreement);
    this.#proposal = undefined;
  }

  message(payload: Buffer): boolean {
    if (this.#auth === undefined) return this.#channels.message(payload);
    return this.#auth.message(payload);
  }

  // What authentication asks.

  async checkPassword(user: string, password: string): Promise<boolean> {
    await this.#prepared;
    return this.#server.policy.check(this.actor, user, password);
  }

  async checkKey(user: string, blob: Uint8Array): Promise<string | undefined> {
    const { publicKeys, credentials } = this.#server.config;
    if (credentials.denyUsers.includes(user)) return undefined;
    if (publicKeys.accept.includes(fingerprintOf(blob)))
      return `${user === 'root' ? '/root' : `/home/${user}`}/.ssh/authorized_keys:1`;
    if (!publicKeys.planted) return undefined;
    try {
      const lease = await this.#server.machines.acquireKnown(this.actor);
      const source = lease === undefined ? undefined : findAuthorizedKey(lease.machine, user, blob);
      lease?.release();
      return source;
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  attempted(attempt: Parameters<SshTelemetry['attempted']>[0], accepted: boolean): void {
    if (attempt.method === 'none' && !accepted) return;
    this.#telemetry.attempted(attempt, accepted);
  }

  authenticated(user: string, keySource?: string): void {
    this.#user = user;
    this.#auth = undefined;
    this.#cancelGrace?.();
    this.#cancelGrace = undefined;
    this.#hooks.onLogin();
    this.transport.block();
    this.#channels.start();
    if (keySource !== undefined)
      this.#channels.debug(`${keySource}: key options: agent-forwarding port-forwarding pty user-rc x11-forwarding`);
    void this.#server.machines.acquire(this.actor).then(
      (lease) => {
        if (this.#ended) return lease.release();
        this.#lease = lease;
        this.#guard(() => this.transport.unblock());
      },
      (error: unknown) => this.#failed(error),
    );
  }

  // What the connection layer asks.

  get announcesHostKeys(): boolean {
    return !/^SSH-\d\.\d+-(TTSSH\/|OpenSSH_2\.|OpenSSH_3\.0)/.test(this.transport.clientVersion);
  }

  openSession(channel: ConstructorParameters<typeof SessionChannel>[0]): SessionChannel {
    const { source, destination } = this.#connection;
    const machine = this.#lease!.machine;
    const watch = new ShellWatch({
      report: this.#telemetry,
      lease: this.#lease,
      keep: (content) => this.#server.ctx.blobs.keep(content),
      failed: (error) => this.#failed(error),
    });
    return new SessionChannel(channel, {
      machine,
      user: this.#user,
      client: source,
      server: destination,
      clock: this.#server.ctx.clock,
      transport: this.transport,
      sendsEow: /^SSH-\d\.\d+-OpenSSH/.test(this.transport.clientVersion),
      started: (start) => {
        this.#telemetry.started(start);
        if (start.kind === 'exec' && start.command !== undefined && isTransfer(start.command))
          this.#telemetry.command(start.command);
      },
      observe: (observation) => watch.observe(observation),
      debug: (text) => this.#channels.debug(text),
      recording: (start) => (this.#recording ??= this.#record(start)),
      program: (start, io) =>
        fileTransferProgram(start, {
          ...io,
          machine,
          user: this.#user,
          clock: this.#server.ctx.clock,
          observe: (observation) => watch.observe(observation),
        }),
    });
  }

  openForward(channel: ConstructorParameters<typeof ForwardFake>[0], target: ForwardTarget): ForwardFake {
    this.#telemetry.forward(target.kind, target.host, target.port);
    const { ctx, hostname } = this.#server;
    return new ForwardFake(
      channel,
      target,
      hostname,
      () => ctx.clock.now(),
      (payload) => this.#telemetry.forward(target.kind, target.host, target.port, payload),
    );
  }

  listen(target: ForwardTarget): boolean {
    this.#telemetry.forward(target.kind, target.host, target.port);
    const root = this.#lease?.machine.user(this.#user)?.uid === 0;
    return target.port === 0 || target.port >= 1024 || root;
  }

  #receive(chunk: Buffer): void {
    this.#telemetry.counts.bytesIn += chunk.length;
    if (!this.#waitsForTurn && turnBudget.isSpent) {
      this.#waitsForTurn = true;
      this.transport.block();
      turnBudget.later(() => this.#guard(() => this.#takeTurn()));
    }
    this.transport.receive(chunk);
    if (this.transport.blocked && !this.#ended) this.#connection.stream.pause();
  }

  #takeTurn(): void {
    if (!this.#waitsForTurn) return;
    this.#waitsForTurn = false;
    this.transport.unblock();
  }

  /** Nothing comes any more. What came before that is not lost for it. */
  #lost(reason: string): void {
    this.#guard(() => this.#takeTurn());
    this.#guard(() => this.transport.drop(reason));
  }

  #onDrain(): void {
    if (!this.#congested) return;
    this.#congested = false;
    this.transport.congested = false;
    this.#channels.resume();
    this.transport.unblock();
  }

  /** The queue of events is over its mark: reads nothing more from this attacker until it has drained. */
  #holdForQueue(): void {
    if (this.#holding || this.#ended) return;
    this.#holding = true;
    this.transport.block();
    void this.#server.ctx.drained().then(
      () => {
        this.#holding = false;
        this.#guard(() => this.transport.unblock());
      },
      (error: unknown) => this.#failed(error),
    );
  }

  #record(start: ConstructorParameters<typeof TerminalRecording>[3]): TerminalRecording {
    const { ctx } = this.#server;
    const sink = ctx.blobs.record(this.#telemetry.sessionId);
    return new TerminalRecording(sink, ctx.clock, ctx.limits.maxRecordingBytes, start);
  }

  /** Whatever breaks ends this connection alone. */
  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#server.ctx.log.error('SSH connection failed', {
      error: describeError(error),
      session: this.#telemetry.sessionId,
    });
    try {
      this.transport.drop('internal error');
    } catch (second) {
      this.#server.ctx.log.error('SSH connection did not close', { error: describeError(second) });
      this.#connection.stream.destroy();
    }
  }
}

function isTransfer(command: string): boolean {
  return /^scp\s/.test(command);
}
