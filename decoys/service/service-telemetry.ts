/**
 * What the platform learns of a session: one typed function for each kind of event, in the fields of the Elastic Common Schema. Every event is named
 * after its decoy's type and what happened (`telnet-login`; `DECOY_ACTIONS` of the contracts say what that means). All attacker text is cut to its
 * field's cap here; whatever else a protocol knows goes along as `extra`.
 */
import { MAX_TEXT } from '@netsentinel/contracts/event-values';
import { cut, httpFields, keyword, merge, tlsFields } from './event-fields.ts';
import type { Kept } from './service.types.ts';
import type { Details, Extra, HttpRequest, Login, TelemetryOptions, TlsHello } from './telemetry.types.ts';

const MAX_ARGS = 64;
const MAX_ENVIRONMENT = 64;
const NS_PER_MS = 1_000_000;

export class ServiceTelemetry {
  readonly sessionId: string;
  readonly counts = { logins: 0, accepted: 0, commands: 0, files: 0, requests: 0, bytesIn: 0, bytesOut: 0 };
  /** Something was said beside the connection itself. */
  spoke = false;
  readonly #options: TelemetryOptions;
  readonly #startedMs: number;
  #sequence = 0;
  #user: string | undefined;

  constructor(options: TelemetryOptions) {
    this.sessionId = options.sessionId;
    this.#options = options;
    this.#startedMs = options.clock.monotonicMs();
  }

  /** Who the session's later events are about, where no login said it. */
  set user(name: string | undefined) {
    this.#user = name === undefined ? undefined : keyword(name);
  }

  connected(): void {
    this.#emit('connect', { category: ['network'], type: ['connection', 'start'] }, {});
  }

  /** What the client says it is, once it is known. */
  client(what: { readonly software?: string; readonly fingerprint?: string }, extra: Extra = {}): void {
    const { software, fingerprint } = what;
    this.send('client', { category: ['network'], type: ['protocol', 'info'] }, extra, {
      netsentinel: {
        client: {
          ...(software === undefined ? {} : { software: keyword(software) }),
          ...(fingerprint === undefined ? {} : { fingerprint: keyword(fingerprint) }),
        },
      },
    });
  }

  login({ user, password, method = 'password', accepted, response, extra = {} }: Login): void {
    this.counts.logins++;
    const name = keyword(user);
    if (accepted) {
      this.counts.accepted++;
      this.#user = name;
    }
    this.send(
      'login',
      { category: ['authentication'], type: ['start'], outcome: accepted ? 'success' : 'failure' },
      extra,
      {
        user: { name },
        related: { ip: [this.#options.endpoints.source.ip], user: [name] },
        netsentinel: {
          credential: {
            method: keyword(method),
            accepted,
            ...(password === undefined ? {} : { password: keyword(password) }),
            ...(response === undefined ? {} : { response: cut(response, MAX_TEXT) }),
          },
        },
      },
    );
  }

  /** Something was opened after the login: `shell`, `exec`, `share`, `database`. */
  session(
    kind: string,
    options: {
      readonly terminal?: { readonly type: string; readonly columns: number; readonly rows: number };
      readonly environment?: Readonly<Record<string, string>>;
      /** It is recorded, and so can be watched while it runs. */
      readonly recorded?: boolean;
      readonly extra?: Extra;
    } = {},
  ): void {
    const { terminal, recorded, extra = {} } = options;
    const environment = Object.entries(options.environment ?? {})
      .slice(0, MAX_ENVIRONMENT)
      .map(([name, value]) => [cut(name, 128), keyword(value)] as const);
    this.send('session', { category: ['session'], type: ['start'] }, extra, {
      netsentinel: {
        opened: keyword(kind),
        ...(recorded === true ? { recording: { id: this.sessionId, format: 'asciicast-v2' as const } } : {}),
        ...(terminal === undefined ? {} : { terminal: { ...terminal, type: keyword(terminal.type) } }),
        ...(environment.length === 0 ? {} : { environment: Object.fromEntries(environment) }),
      },
    });
  }

  /** A line as the attacker gave it to a shell. */
  command(line: string, extra: Extra = {}): void {
    this.counts.commands++;
    this.send('command', { category: ['process'], type: ['start'] }, extra, {
      process: { command_line: cut(line, MAX_TEXT) },
      ...(line.length > MAX_TEXT ? { netsentinel: { truncated: ['process.command_line'] } } : {}),
    });
  }

  /** A program as it ran, after expansion, once it ended. */
  program(argv: readonly string[], exitCode?: number, workingDirectory?: string): void {
    const args: string[] = [];
    let room = MAX_TEXT;
    for (const arg of argv.slice(0, MAX_ARGS)) {
      if (room <= 0) break;
      args.push(cut(arg, room));
      room -= arg.length;
    }
    this.send(
      'program',
      { category: ['process'], type: ['end'] },
      {},
      {
        process: {
          args,
          args_count: argv.length,
          ...(exitCode === undefined ? {} : { exit_code: exitCode }),
          ...(workingDirectory === undefined ? {} : { working_directory: keyword(workingDirectory) }),
        },
        ...(room < 0 ? { netsentinel: { truncated: ['process.args'] } } : {}),
      },
    );
  }

  /** What a database or key store was asked. */
  query(what: {
    readonly statement: string;
    readonly database?: string | undefined;
    readonly user?: string;
    readonly outcome?: 'success' | 'failure';
    readonly extra?: Extra;
  }): void {
    const { statement, database, user, outcome, extra = {} } = what;
    this.counts.commands++;
    this.send(
      'query',
      { category: ['database'], type: ['access'], ...(outcome === undefined ? {} : { outcome }) },
      extra,
      {
        ...(user === undefined ? {} : { user: { name: keyword(user) } }),
        ...(database === undefined ? {} : { service: { name: keyword(database) } }),
        netsentinel: {
          statement: cut(statement, MAX_TEXT),
          ...(statement.length > MAX_TEXT ? { truncated: ['netsentinel.statement'] } : {}),
        },
      },
    );
  }

  request(request: HttpRequest): void {
    const { status, extra = {} } = request;
    this.counts.requests++;
    this.send(
      'request',
      {
        category: ['web', 'network'],
        type: ['access'],
        ...(status === undefined ? {} : { outcome: status < 400 ? ('success' as const) : ('failure' as const) }),
      },
      extra,
      httpFields(request),
    );
  }

  /** A file of the machine was read, written, removed, or a folder listed. What was written is told by `upload` where its bytes were kept. */
  file(what: {
    readonly path: string;
    readonly action: 'read' | 'write' | 'delete' | 'list';
    readonly bytes?: number;
    readonly outcome?: 'success' | 'failure';
    readonly extra?: Extra;
  }): void {
    const { path, action, bytes, outcome, extra = {} } = what;
    if (action !== 'list') this.counts.files++;
    const type = action === 'write' ? 'creation' : action === 'delete' ? 'deletion' : 'access';
    this.send(
      action === 'write' ? 'file' : action,
      { category: ['file'], type: [type], ...(outcome === undefined ? {} : { outcome }) },
      extra,
      { file: { path: cut(path, MAX_TEXT), ...(bytes === undefined ? {} : { size: bytes }) } },
    );
  }

  /** A file that the attacker left, whose bytes are in the blob store. */
  upload(what: {
    readonly path: string;
    readonly kept: Kept;
    /** Of the whole file, where more came than was kept. */
    readonly size?: number;
    /** `upload` by a protocol's own words; `redirect` and `command` by a shell's. */
    readonly how?: 'upload' | 'redirect' | 'command';
    readonly extra?: Extra;
  }): void {
    const { path, kept, size = kept.bytes, how = 'upload', extra = {} } = what;
    this.counts.files++;
    this.send('file', { category: ['file'], type: ['creation'] }, extra, {
      file: { path: cut(path, MAX_TEXT), size, hash: { sha256: kept.sha256 } },
      related: { hash: [kept.sha256] },
      tags: [how],
      netsentinel: { upload: { sha256: kept.sha256, bytes: kept.bytes, truncated: kept.truncated } },
    });
  }

  /** The machine would have fetched this. */
  download(url: string, tool?: string, path?: string): void {
    this.send(
      'download',
      { category: ['network', 'file'], type: ['creation'] },
      {},
      {
        url: { original: cut(url, MAX_TEXT) },
        ...(tool === undefined ? {} : { process: { name: keyword(tool) } }),
        ...(path === undefined ? {} : { file: { path: cut(path, MAX_TEXT) } }),
      },
    );
  }

  /** A program of the attacker's own was started (nothing ran). */
  execute(path: string, argv: readonly string[] = [path]): void {
    this.send(
      'execute',
      { category: ['process'], type: ['start'] },
      {},
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

  /** A tunnel was asked for, or (`connect`) the machine would have connected; `payload` is what was sent first. */
  forward(kind: string, host: string, port: number, payload?: string): void {
    this.send(
      'forward',
      { category: ['network'], type: ['connection'] },
      {},
      {
        ...(payload === undefined ? {} : { message: cut(payload, MAX_TEXT) }),
        netsentinel: {
          forward: {
            kind: keyword(kind),
            host: keyword(host),
            port: Math.max(0, Math.min(Math.trunc(port) || 0, 65_535)),
          },
        },
      },
    );
  }

  tls(hello: TlsHello, extra: Extra = {}): void {
    const { established } = hello;
    this.send(
      'tls',
      {
        category: ['network'],
        type: ['protocol', 'info'],
        ...(established === undefined ? {} : { outcome: established ? ('success' as const) : ('failure' as const) }),
      },
      extra,
      tlsFields(hello),
    );
  }

  /** A login by NTLM: who, from which machine, and the answer as crackers take it. */
  ntlm(what: {
    readonly user: string;
    readonly domain?: string;
    readonly workstation?: string;
    readonly version?: string;
    readonly target?: string;
    readonly response?: string;
    readonly method?: string;
    readonly password?: string;
    readonly accepted?: boolean;
    readonly extra?: Extra;
  }): void {
    const { user, domain, workstation, version, target, response, method = 'ntlmv2', password, accepted } = what;
    const said = {
      ...(domain === undefined ? {} : { domain: keyword(domain) }),
      ...(workstation === undefined ? {} : { workstation: keyword(workstation) }),
      ...(version === undefined ? {} : { version: keyword(version) }),
      ...(target === undefined ? {} : { target: keyword(target) }),
    };
    this.login({
      user,
      method,
      accepted: accepted ?? false,
      ...(response === undefined ? {} : { response }),
      ...(password === undefined ? {} : { password }),
      extra: merge(what.extra ?? {}, {
        user: { name: keyword(user), ...(domain === undefined ? {} : { domain: keyword(domain) }) },
        netsentinel: { ntlm: said },
      }),
    });
  }

  /** A bound of the machine was reached. */
  bounded(what: string): void {
    this.send('bounded', { category: ['process'], type: ['info'], reason: cut(what, MAX_TEXT) }, {});
  }

  /** Anything that has no word of its own: `<type>-<action>`. */
  other(action: string, extra: Extra = {}): void {
    this.send(keyword(action), { category: ['network'], type: ['info'] }, extra);
  }

  disconnected(reason: string, recording?: { readonly bytes: number; readonly durationMs: number }): void {
    const { logins, commands, files, requests, bytesIn, bytesOut } = this.counts;
    const { type, transport = 'tcp', clock } = this.#options;
    this.#emit(
      'disconnect',
      {
        category: ['network', 'session'],
        type: ['connection', 'end'],
        reason: keyword(reason),
        duration: Math.round((clock.monotonicMs() - this.#startedMs) * NS_PER_MS),
      },
      {
        message:
          `logins ${logins}, commands ${commands}, files ${files}` + (requests === 0 ? '' : `, requests ${requests}`),
        network: { transport, protocol: type, bytes: bytesIn + bytesOut },
        ...(recording === undefined ? {} : this.recording(recording)),
      },
    );
  }

  /** The fields of a recording that is over. */
  protected recording({ bytes, durationMs }: { readonly bytes: number; readonly durationMs: number }): Extra {
    return {
      netsentinel: { recording: { id: this.sessionId, format: 'asciicast-v2', bytes, duration_ms: durationMs } },
    };
  }

  /** `extra` goes over `fields`. */
  protected send(action: string, details: Details, extra: Extra, fields: Extra = {}): void {
    this.spoke = true;
    this.#emit(action, details, merge(fields, extra));
  }

  #emit(action: string, details: Details, extra: Extra): void {
    const { endpoints, clock, type, transport = 'tcp', decoy, persona, emit } = this.#options;
    const { source, destination } = endpoints;
    const { event, ...fields } = extra;
    emit({
      '@timestamp': new Date(clock.now()).toISOString(),
      network: { transport, protocol: type, type: source.ip.includes(':') ? 'ipv6' : 'ipv4' },
      ...(this.#user === undefined ? {} : { user: { name: this.#user } }),
      ...fields,
      event: {
        kind: 'event',
        dataset: `netsentinel.${type}`,
        module: 'netsentinel',
        action: `${type}-${action}`,
        ...details,
        ...event,
      },
      source: { ip: source.ip, port: source.port },
      destination: { ip: destination.ip, port: destination.port },
      netsentinel: {
        ...extra.netsentinel,
        decoy: { id: decoy, type, persona },
        session: { id: this.sessionId, sequence: this.#sequence++ },
      },
    });
  }
}
