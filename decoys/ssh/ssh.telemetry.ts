/**
 * What the platform learns of a connection: one typed function for each event of `README.md`, in the fields of the Elastic Common Schema. All
 * attacker text is cut to its field's cap here.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import type { SensorEvent } from '@netsentinel/contracts/event';
import { MAX_TEXT } from '@netsentinel/contracts/event-values';
import type { ForwardTarget } from './connection.ts';
import type { Agreement, Proposal } from './negotiation.ts';
import { hassh } from './negotiation.ts';
import type { ProgramStart } from './session-channel.ts';
import type { AuthAttempt } from './userauth.ts';

const MAX_KEYWORD = 1024;
const MAX_ARGS = 64;
const NS_PER_MS = 1_000_000;

type Details = SensorEvent['event'];
type Extra = Omit<SensorEvent, '@timestamp' | 'event' | 'netsentinel'> & {
  readonly netsentinel?: Omit<NonNullable<SensorEvent['netsentinel']>, 'decoy' | 'session'>;
};

export interface Endpoints {
  readonly source: { readonly ip: string; readonly port: number };
  readonly destination: { readonly ip: string; readonly port: number };
}

export class SshTelemetry {
  readonly sessionId: string;
  #decoy: string;
  #persona: string;
  #clock: Clock;
  #emit: (event: SensorEvent) => void;
  #endpoints: Endpoints;
  #sequence = 0;
  #startedMs: number;
  #clientVersion: string | undefined;
  #user: string | undefined;
  counts = { logins: 0, commands: 0, files: 0, bytesIn: 0, bytesOut: 0 };

  constructor(options: {
    readonly sessionId: string;
    readonly decoy: string;
    readonly persona: string;
    readonly clock: Clock;
    readonly endpoints: Endpoints;
    readonly emit: (event: SensorEvent) => void;
  }) {
    this.sessionId = options.sessionId;
    this.#decoy = options.decoy;
    this.#persona = options.persona;
    this.#clock = options.clock;
    this.#endpoints = options.endpoints;
    this.#emit = options.emit;
    this.#startedMs = options.clock.monotonicMs();
  }

  connected(): void {
    this.#send({ action: 'ssh-connect', category: ['network'], type: ['connection', 'start'] }, {});
  }

  identified(version: string): void {
    this.#clientVersion = keyword(version);
  }

  /** After the first key exchange, or when it failed: `agreement` is undefined then. */
  client(proposal: Proposal | undefined, agreement: Agreement | undefined): void {
    const print = proposal === undefined ? undefined : hassh(proposal);
    this.#send(
      {
        action: 'ssh-client',
        category: ['network'],
        type: ['protocol', 'info'],
        outcome: agreement === undefined ? 'failure' : 'success',
      },
      {
        netsentinel: {
          ssh: {
            ...(this.#clientVersion === undefined ? {} : { client_version: this.#clientVersion }),
            ...(print === undefined ? {} : { hassh: print.hash, hassh_algorithms: cut(print.algorithms, MAX_TEXT) }),
            ...(agreement === undefined
              ? {}
              : {
                  kex_algorithm: agreement.kex,
                  host_key_algorithm: agreement.hostKey,
                  cipher: agreement.cipherIn,
                  mac: agreement.macIn,
                }),
          },
        },
      },
    );
  }

  login(attempt: AuthAttempt, accepted: boolean): void {
    this.counts.logins++;
    const key = attempt.publicKey;
    if (accepted) this.#user = keyword(attempt.user);
    this.#send(
      {
        action: 'ssh-login',
        category: ['authentication'],
        type: ['start'],
        outcome: accepted ? 'success' : 'failure',
      },
      {
        user: { name: keyword(attempt.user) },
        related: { ip: [this.#endpoints.source.ip], user: [keyword(attempt.user)] },
        netsentinel: {
          credential: {
            method: keyword(attempt.method),
            accepted,
            ...(attempt.password === undefined ? {} : { password: keyword(attempt.password) }),
            ...(key === undefined
              ? {}
              : { public_key: { type: keyword(key.type), fingerprint: keyword(key.fingerprint) } }),
          },
        },
      },
    );
  }

  session(start: ProgramStart): void {
    const environment = Object.entries(start.environment).map(([name, value]) => [name, keyword(value)] as const);
    this.#send(
      { action: 'ssh-session', category: ['session'], type: ['start'] },
      {
        netsentinel: {
          // Named from the start, so that a session can be watched while it runs.
          ...(isRecorded(start) ? { recording: { id: this.sessionId, format: 'asciicast-v2' } } : {}),
          ssh: {
            channel: start.kind,
            ...(start.kind === 'subsystem' && start.command !== undefined ? { subsystem: keyword(start.command) } : {}),
            ...(start.terminal === undefined ? {} : { terminal: { ...start.terminal } }),
            ...(environment.length === 0 ? {} : { environment: Object.fromEntries(environment) }),
          },
        },
      },
    );
  }

  command(line: string, workingDirectory?: string): void {
    this.counts.commands++;
    this.#send(
      { action: 'ssh-command', category: ['process'], type: ['start'] },
      {
        process: {
          command_line: cut(line, MAX_TEXT),
          ...(workingDirectory === undefined ? {} : { working_directory: keyword(workingDirectory) }),
        },
        ...(line.length > MAX_TEXT ? { netsentinel: { truncated: ['process.command_line'] } } : {}),
      },
    );
  }

  /** A program as it ran, after expansion, once it ended. */
  program(argv: readonly string[], exitCode: number, workingDirectory: string): void {
    const args: string[] = [];
    let room = MAX_TEXT;
    for (const arg of argv.slice(0, MAX_ARGS)) {
      if (room <= 0) break;
      args.push(cut(arg, room));
      room -= arg.length;
    }
    this.#send(
      { action: 'ssh-program', category: ['process'], type: ['end'] },
      {
        process: {
          args,
          args_count: argv.length,
          exit_code: exitCode,
          working_directory: keyword(workingDirectory),
        },
        ...(room < 0 ? { netsentinel: { truncated: ['process.args'] } } : {}),
      },
    );
  }

  download(url: string, tool: string, path: string | undefined): void {
    this.#send(
      { action: 'ssh-download', category: ['network', 'file'], type: ['creation'] },
      {
        url: { original: cut(url, MAX_TEXT) },
        process: { name: keyword(tool) },
        ...(path === undefined ? {} : { file: { path: cut(path, MAX_TEXT) } }),
      },
    );
  }

  file(
    path: string,
    size: number,
    kept: { readonly sha256: string; readonly bytes: number; readonly truncated: boolean },
    how: string,
  ): void {
    this.counts.files++;
    this.#send(
      { action: 'ssh-file', category: ['file'], type: ['creation'] },
      {
        file: { path: cut(path, MAX_TEXT), size, hash: { sha256: kept.sha256 } },
        related: { hash: [kept.sha256] },
        tags: [how],
        netsentinel: { upload: { sha256: kept.sha256, bytes: kept.bytes, truncated: kept.truncated } },
      },
    );
  }

  execute(path: string, argv: readonly string[]): void {
    this.#send(
      { action: 'ssh-execute', category: ['process'], type: ['start'] },
      {
        process: {
          executable: keyword(path),
          args: argv.slice(0, MAX_ARGS).map((arg) => cut(arg, 256)),
          args_count: argv.length,
          command_line: cut(argv.join(' '), MAX_TEXT),
        },
      },
    );
  }

  /** A forwarding was asked for, or a program of the machine would have connected; `payload` is what was sent first. */
  forward(kind: ForwardTarget['kind'] | 'connect', host: string, port: number, payload?: string): void {
    this.#send(
      { action: 'ssh-forward', category: ['network'], type: ['connection'] },
      {
        ...(payload === undefined ? {} : { message: cut(payload, MAX_TEXT) }),
        netsentinel: { ssh: { forward: { kind, host: keyword(host), port: Math.min(port, 65_535) } } },
      },
    );
  }

  bounded(what: string): void {
    this.#send({ action: 'ssh-bounded', category: ['process'], type: ['info'], reason: cut(what, MAX_TEXT) }, {});
  }

  recorded(recording: { readonly bytes: number; readonly durationMs: number }): void {
    this.#send({ action: 'ssh-recording', category: ['session'], type: ['info'] }, this.#recording(recording));
  }

  disconnected(reason: string, recording?: { readonly bytes: number; readonly durationMs: number }): void {
    const { logins, commands, files, bytesIn, bytesOut } = this.counts;
    this.#send(
      {
        action: 'ssh-disconnect',
        category: ['network', 'session'],
        type: ['connection', 'end'],
        reason: cut(reason, MAX_KEYWORD),
        duration: Math.round((this.#clock.monotonicMs() - this.#startedMs) * NS_PER_MS),
      },
      {
        message: `logins ${logins}, commands ${commands}, files ${files}`,
        network: { transport: 'tcp', protocol: 'ssh', bytes: bytesIn + bytesOut },
        ...(recording === undefined ? {} : this.#recording(recording)),
      },
    );
  }

  #recording({ bytes, durationMs }: { readonly bytes: number; readonly durationMs: number }): Extra {
    return {
      netsentinel: { recording: { id: this.sessionId, format: 'asciicast-v2', bytes, duration_ms: durationMs } },
    };
  }

  #send(details: Omit<Details, 'kind' | 'dataset' | 'module'>, extra: Extra): void {
    const { source, destination } = this.#endpoints;
    this.#emit({
      '@timestamp': new Date(this.#clock.now()).toISOString(),
      network: { transport: 'tcp', protocol: 'ssh', type: source.ip.includes(':') ? 'ipv6' : 'ipv4' },
      ...(this.#user === undefined ? {} : { user: { name: this.#user } }),
      ...extra,
      event: { kind: 'event', dataset: 'netsentinel.ssh', module: 'netsentinel', ...details },
      source: { ip: source.ip, port: source.port },
      destination: { ip: destination.ip, port: destination.port },
      netsentinel: {
        ...extra.netsentinel,
        decoy: { id: this.#decoy, type: 'ssh', persona: this.#persona },
        session: { id: this.sessionId, sequence: this.#sequence++ },
      },
    });
  }
}

function keyword(text: string): string {
  return cut(text, MAX_KEYWORD);
}

function cut(text: string, max: number): string {
  return text.length > max ? text.slice(0, max) : text;
}

/** Shells and commands are; file transfers (a subsystem, or scp's own server) show nothing. */
function isRecorded(start: ProgramStart): boolean {
  return start.kind !== 'subsystem' && !/^\s*(?:\S*\/)?scp\s/.test(start.command ?? '');
}
