/**
 * A session channel (RFC 4254 section 6): terminal, environment, and then one program: a login shell, a command, or a subsystem, on the
 * machine behind the login.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import type { Machine, ShellObservation, ShellSession } from '../shell/shell.types.ts';
import type { Channel, ChannelUser } from './channel.ts';
import type { Transport } from './transport.ts';
import type { TerminalRecording, RecordingStart } from '../service/terminal-recording.ts';
import type { WireReader } from './wire.ts';

const MAX_ENVIRONMENT = 64;
const MAX_VALUE = 1024;
const MAX_COMMAND = 256 * 1024;
/** Debian's AcceptEnv. */
const ACCEPTED_ENVIRONMENT = /^(LANG|LC_[A-Za-z0-9_]*)$/;

/** A program that speaks a protocol of its own over the channel. */
export interface ChannelProgram {
  input(chunk: Uint8Array): void;
  end(): void;
  /** The client reads again after `send` answered false. */
  resume(): void;
}

export interface ProgramStart {
  readonly kind: 'shell' | 'exec' | 'subsystem';
  /** The command line, or the subsystem's name. */
  readonly command?: string;
  readonly terminal?: { readonly type: string; readonly columns: number; readonly rows: number };
  readonly environment: Readonly<Record<string, string>>;
}

export interface SessionHost {
  readonly machine: Machine;
  readonly user: string;
  readonly client: { readonly ip: string; readonly port: number };
  readonly server: { readonly ip: string; readonly port: number };
  readonly clock: Clock;
  readonly transport: Transport;
  /** The client understands `eow@openssh.com`. */
  readonly sendsEow: boolean;
  started(start: ProgramStart): void;
  observe(observation: ShellObservation): void;
  /** A message that the client shows with `-v`. */
  debug(text: string): void;
  /** What records the terminal, made when the first program starts. */
  recording(start: RecordingStart): TerminalRecording | undefined;
  /** SFTP or SCP in place of a shell, or undefined for what is no such program. */
  program(
    start: ProgramStart,
    io: { send(chunk: Uint8Array): boolean; exit(code: number): void },
  ): ChannelProgram | undefined;
}

export class SessionChannel implements ChannelUser {
  #channel: Channel;
  #host: SessionHost;
  #environment: Record<string, string> = {};
  #terminal: { type: string; columns: number; rows: number } | undefined;
  #shell: ShellSession | undefined;
  #program: ChannelProgram | undefined;
  #pending: ProgramStart | undefined;
  #started = false;
  #agent = false;
  #recording: TerminalRecording | undefined;
  #early: Buffer[] = [];

  constructor(channel: Channel, host: SessionHost) {
    this.#channel = channel;
    this.#host = host;
  }

  data(chunk: Buffer): void {
    if (this.#program !== undefined) return this.#program.input(chunk);
    if (this.#shell === undefined) {
      if (this.#pending !== undefined) this.#early.push(Buffer.from(chunk));
      return;
    }
    this.#recording?.input(chunk);
    this.#shell.input(Buffer.from(chunk));
  }

  eof(): void {
    this.#program?.end();
    this.#shell?.end();
  }

  /** Also called right after a request was answered: then the program starts. */
  writable(): void {
    const start = this.#pending;
    if (start === undefined) {
      this.#program?.resume();
      this.#shell?.resume();
      return;
    }
    this.#pending = undefined;
    this.#run(start);
  }

  closed(): void {
    this.#shell?.destroy();
    this.#shell = undefined;
    this.#program?.end();
    this.#program = undefined;
  }

  request(type: string, reader: WireReader): boolean {
    switch (type) {
      case 'window-change':
        return this.#onWindowChange(reader);
      case 'signal':
        return this.#onSignal(reader);
      case 'break':
        reader.u32();
        return isComplete(reader) && this.#terminal !== undefined && this.#started;
      default:
    }
    if (this.#started) return false;
    switch (type) {
      case 'pty-req':
        return this.#onPtyRequest(reader);
      case 'env':
        return this.#onEnvironment(reader);
      case 'shell':
        return isComplete(reader) && this.#start({ kind: 'shell', ...this.#common() });
      case 'exec': {
        const command = reader.text();
        if (!isComplete(reader) || command.length > MAX_COMMAND) return false;
        return this.#start({ kind: 'exec', command, ...this.#common() });
      }
      case 'subsystem': {
        const name = reader.cstring();
        return (
          isComplete(reader) && name === 'sftp' && this.#start({ kind: 'subsystem', command: name, ...this.#common() })
        );
      }
      case 'auth-agent-req@openssh.com': {
        const granted = isComplete(reader) && !this.#agent;
        this.#agent = true;
        return granted;
      }
      case 'x11-req':
        return this.#onX11Request(reader);
      default:
        return false;
    }
  }

  /** Refused as by a server without xauth, which most servers are. */
  #onX11Request(reader: WireReader): boolean {
    reader.bool();
    reader.string();
    reader.string();
    reader.u32();
    if (isComplete(reader)) this.#host.debug('No xauth program; cannot forward X11.');
    return false;
  }

  #common(): Pick<ProgramStart, 'terminal' | 'environment'> {
    return {
      environment: this.#environment,
      ...(this.#terminal === undefined ? {} : { terminal: this.#terminal }),
    };
  }

  #start(start: ProgramStart): boolean {
    this.#started = true;
    this.#pending = start;
    this.#channel.openWindow();
    return true;
  }

  #run(start: ProgramStart): void {
    const host = this.#host;
    host.started(start);
    this.#program = host.program(start, {
      send: (chunk) => this.#channel.write(chunk),
      exit: (code) => this.#exit({ code }),
    });
    if (this.#program !== undefined) {
      for (const chunk of this.#early.splice(0)) this.#program.input(chunk);
      if (this.#channel.inputEnded) this.#program.end();
      return;
    }
    if (start.kind === 'subsystem') return this.#exit({ code: 1 });
    this.#recording = host.recording({
      columns: start.terminal?.columns ?? 80,
      rows: start.terminal?.rows ?? 24,
      terminal: start.terminal?.type ?? 'dumb',
      ...(start.command === undefined ? {} : { command: start.command }),
    });
    const shell = host.machine.openShell({
      user: host.user,
      client: host.client,
      server: host.server,
      environment: start.environment,
      ...(start.terminal === undefined ? {} : { terminal: start.terminal }),
      ...(start.kind === 'exec' ? { command: start.command ?? '' } : {}),
      output: (chunk, stream) => {
        this.#recording?.output(chunk);
        return this.#channel.write(chunk, stream === 'stderr' && start.terminal === undefined);
      },
      exit: (status) => this.#exit(status),
      observe: (observation) => host.observe(observation),
    });
    // A command may end before openShell returns.
    if (this.#channel.closeSent) return shell.destroy();
    this.#shell = shell;
    for (const chunk of this.#early.splice(0)) this.data(chunk);
    if (this.#channel.inputEnded) shell.end();
  }

  #exit(status: { readonly code: number } | { readonly signal: string }): void {
    this.#channel.finish(() => {
      if ('code' in status) this.#channel.request('exit-status', (writer) => writer.u32(status.code));
      else
        this.#channel.request('exit-signal', (writer) =>
          writer.string(status.signal).bool(false).string('').string(''),
        );
      if (this.#host.sendsEow && !this.#channel.inputEnded) this.#channel.request('eow@openssh.com');
    });
  }

  #onPtyRequest(reader: WireReader): boolean {
    const type = reader.cstring();
    const columns = reader.u32();
    const rows = reader.u32();
    reader.u32();
    reader.u32();
    reader.string();
    if (!isComplete(reader)) return false;
    if (this.#terminal !== undefined) {
      this.#host.transport.disconnect('Protocol error: you already have a pty.');
      return false;
    }
    this.#terminal = { type: type.slice(0, 64), ...boundSize(columns, rows) };
    return true;
  }

  #onEnvironment(reader: WireReader): boolean {
    const name = reader.text();
    const value = reader.text();
    if (!isComplete(reader) || name.length > 128 || value.length > MAX_VALUE || !ACCEPTED_ENVIRONMENT.test(name))
      return false;
    if (Object.keys(this.#environment).length >= MAX_ENVIRONMENT) return false;
    this.#environment[name] = value;
    return true;
  }

  #onWindowChange(reader: WireReader): boolean {
    const columns = reader.u32();
    const rows = reader.u32();
    reader.u32();
    reader.u32();
    if (!isComplete(reader)) return false;
    if (this.#terminal === undefined) return true;
    Object.assign(this.#terminal, boundSize(columns, rows));
    this.#shell?.resize(this.#terminal.columns, this.#terminal.rows);
    this.#recording?.resize(this.#terminal.columns, this.#terminal.rows);
    return true;
  }

  #onSignal(reader: WireReader): boolean {
    const name = reader.cstring();
    if (!isComplete(reader) || this.#shell === undefined || !SIGNALS.has(name)) return false;
    this.#shell.signal(name);
    return true;
  }
}

/** Those that sshd passes on (RFC 4254 section 6.10, less what it does not know). */
const SIGNALS = new Set([
  'ABRT',
  'ALRM',
  'FPE',
  'HUP',
  'ILL',
  'INT',
  'KILL',
  'PIPE',
  'QUIT',
  'SEGV',
  'TERM',
  'USR1',
  'USR2',
  'INFO',
]);

/** sshd ends a connection over a request with missing or superfluous bytes; the connection layer looks at `ok`. */
function isComplete(reader: WireReader): boolean {
  if (!reader.done) reader.ok = false;
  return reader.ok;
}

function boundSize(columns: number, rows: number): { columns: number; rows: number } {
  return { columns: Math.min(columns, 1000), rows: Math.min(rows, 1000) };
}
