/** One client: startup, login, then the simple and the extended query protocol until it goes. Bytes in, calls on the session out. */
import { randomBytes, randomInt } from 'node:crypto';
import type { ServiceProtocol, ServiceSession } from '../service/service.types.ts';
import { BatchedOutput } from '../sql/batched-output.ts';
import { type MachineFiles, machineFiles } from '../sql/machine-files.ts';
import { SqlFault } from '../sql/sql-fault.ts';
import { sqlWatch } from '../sql/sql-watch.ts';
import { BodyReader, type Message, MessageReader, errorMessage, i32, message } from './messages.ts';
import { fault } from './pg-faults.ts';
import type { PgHost } from './pg-host.ts';
import type { PgWorld } from './pg-attacker-world.ts';
import { PgSession } from './pg-session.ts';
import { REPORTED_PARAMETERS } from './reported-parameters.ts';
import { QueryRunner } from './query-runner.ts';
import { type ScramExchange, ScramVerifier, beginScram, md5Hashcat, md5Matches, readFinal } from './scram.ts';
import { readStartup, type StartupPacket } from './startup-packet.ts';

const MAX_MESSAGE = 16 * 1024 * 1024;

type Stage = 'startup' | 'gss' | 'password' | 'sasl' | 'sasl-final' | 'queries';

export class PostgresProtocol implements ServiceProtocol {
  readonly #session: ServiceSession;
  readonly #output: BatchedOutput;
  readonly #host: PgHost;
  readonly #messages = new MessageReader(MAX_MESSAGE);
  #stage: Stage = 'startup';
  #secure = false;
  #user = '';
  #parameters: ReadonlyMap<string, string> = new Map();
  #md5Salt = Buffer.alloc(4);
  #scram: ScramExchange | undefined;
  #runner: QueryRunner | undefined;
  #files: MachineFiles | undefined;
  #pid = 0;
  #held = false;
  #waiting: (() => void) | undefined;
  readonly #cancelTimeout: () => void;

  constructor(session: ServiceSession, host: PgHost) {
    this.#session = session;
    this.#output = new BatchedOutput(session);
    this.#host = host;
    this.#cancelTimeout = session.after(host.config.loginTimeoutMs, () => session.end('authentication_timeout'));
    session.wait(session.logins.prepare(session.actor), () => {});
  }

  data(bytes: Buffer): void {
    if (this.#stage === 'gss') return this.#output.end('GSSAPI without a key');
    this.#messages.append(bytes);
    this.#take();
  }

  drained(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }

  closed(): void {
    this.#host.backends.delete(this.#pid);
    this.#runner?.closed();
    this.#host.server.worlds.left(this.#session.actor);
    this.#files?.release();
  }

  #take(): void {
    this.#output.together(() => this.#takeAll());
  }

  #takeAll(): void {
    while (!this.#held && !this.#session.over) {
      const next = this.#messages.next(this.#stage === 'startup');
      if (next === 'more') return;
      if (next === 'length') {
        // Before the startup nothing is said; later the connection is out of step.
        if (this.#stage === 'queries')
          this.#fatal(
            fault('08P01', 'invalid message length', {
              severity: 'FATAL',
              where: ['SocketBackend', 'postgres.c', 427],
            }),
            'invalid message length',
          );
        else this.#output.end('invalid length of startup packet');
        return;
      }
      this.#message(next);
    }
  }

  #message(next: Message): void {
    switch (this.#stage) {
      case 'startup':
        return this.#startup(next.body);
      case 'password':
      case 'sasl':
      case 'sasl-final':
        if (next.type !== 'p')
          return this.#fatal(
            fault(
              '08P01',
              `expected ${this.#stage === 'password' ? 'password' : 'SASL'} response, got message type ${next.type.charCodeAt(0)}`,
              {
                severity: 'FATAL',
                where:
                  this.#stage === 'password'
                    ? ['recv_password_packet', 'auth.c', 679]
                    : ['CheckSASLAuth', 'auth-sasl.c', 95],
              },
            ),
            'no password',
          );
        if (this.#stage === 'password') return this.#password(new BodyReader(next.body).text());
        return this.#stage === 'sasl' ? this.#saslFirst(next.body) : this.#saslFinal(next.body.toString('utf8'));
      default:
        this.#runner!.message(next);
        this.#host.server.worlds.changed(this.#session.actor);
    }
  }

  #startup(body: Buffer): void {
    const packet = readStartup(body);
    switch (packet.kind) {
      case 'ssl': {
        const { tls } = this.#host;
        if (tls === undefined || this.#secure) return void this.#session.send('N');
        this.#session.send('S');
        this.#secure = true;
        return this.#session.startTls(tls, { early: this.#messages.rest(), minVersion: 'TLSv1.2' });
      }
      case 'gss':
        // As Debian builds it; without a key it then says no more.
        this.#session.send('G');
        this.#stage = 'gss';
        return;
      case 'cancel': {
        const backend = this.#host.backends.get(packet.pid);
        if (backend !== undefined && backend.secret === packet.secret) backend.cancel();
        return this.#output.end('cancel request');
      }
      case 'old':
        this.#session.send(`E${packet.text}\0`);
        return this.#output.end('unsupported protocol');
      case 'refused':
        return this.#fatal(packet.fault, packet.reason);
      default:
        return this.#started(packet);
    }
  }

  #started({ minor, user, parameters }: Extract<StartupPacket, { kind: 'startup' }>): void {
    this.#user = user;
    this.#parameters = parameters;
    if (minor > 0) this.#output.send(message('v', i32(0x30000), i32(0)));
    const application = this.#parameters.get('application_name');
    this.#session.report.client(
      { software: application ?? 'unnamed', fingerprint: [...this.#parameters.keys()].join(',') },
      {
        netsentinel: {
          environment: Object.fromEntries(
            [...this.#parameters].map(([name, value]) => [name.slice(0, 128), value.slice(0, 512)]),
          ),
        },
      },
    );
    this.#ask();
  }

  #ask(): void {
    switch (this.#host.config.authentication) {
      case 'trust':
        this.#session.report.login({ user: this.#user, method: 'trust', accepted: true });
        this.#enter();
        return;
      case 'password':
        this.#stage = 'password';
        this.#output.send(message('R', i32(3)));
        return;
      case 'md5':
        this.#stage = 'password';
        this.#md5Salt = randomBytes(4);
        this.#output.send(message('R', i32(5), this.#md5Salt));
        return;
      default:
        this.#stage = 'sasl';
        this.#output.send(
          message('R', i32(10), ...(this.#secure ? ['SCRAM-SHA-256-PLUS'] : []), 'SCRAM-SHA-256', Buffer.from([0])),
        );
    }
  }

  #password(said: string): void {
    const { actor, logins } = this.#session;
    if (said === '')
      return this.#fatal(
        fault('28P01', 'empty password returned by client', {
          severity: 'FATAL',
          where: ['recv_password_packet', 'auth.c', 717],
        }),
        'empty password',
      );
    if (this.#host.config.authentication === 'md5') {
      const verdict = logins.checkProof(
        actor,
        this.#user,
        (password) => md5Matches(said, this.#user, this.#md5Salt, password),
        { blindly: true },
      );
      const response = md5Hashcat(said, this.#user, this.#md5Salt);
      return this.#decided(verdict.accepted, 'md5', verdict.password, response);
    }
    this.#decided(logins.check(actor, this.#user, said), 'password', said);
  }

  #saslFirst(body: Buffer): void {
    const reader = new BodyReader(body);
    const mechanism = reader.text();
    const length = reader.i32();
    if (reader.short || !/^SCRAM-SHA-256(-PLUS)?$/.test(mechanism))
      return this.#fatal(
        fault('08P01', 'client selected an invalid SASL authentication mechanism', {
          severity: 'FATAL',
          where: ['scram_init', 'auth-scram.c', 256],
        }),
        'bad mechanism',
      );
    const first = length < 0 ? '' : reader.bytes(length).toString('utf8');
    this.#scram = beginScram(first, randomBytes(18).toString('base64'), this.#host.salt(this.#user));
    if (this.#scram === undefined)
      return this.#fatal(
        fault('08P01', 'malformed SCRAM message', {
          severity: 'FATAL',
          detail: 'The message is empty.',
          where: ['scram_exchange', 'auth-scram.c', 360],
        }),
        'malformed SCRAM',
      );
    this.#stage = 'sasl-final';
    this.#output.send(message('R', i32(11), Buffer.from(this.#scram.serverFirst, 'utf8')));
  }

  #saslFinal(text: string): void {
    const exchange = this.#scram!;
    const final = readFinal(text, exchange);
    if (final === undefined)
      return this.#fatal(
        fault('08P01', 'malformed SCRAM message', {
          severity: 'FATAL',
          where: ['read_client_final_message', 'auth-scram.c', 1260],
        }),
        'malformed SCRAM',
      );
    const verifier = new ScramVerifier(exchange, final, (password) => this.#host.salted(this.#user, password));
    const { actor, logins } = this.#session;
    const verdict = logins.checkProof(actor, this.#user, (password) => verifier.matches(password));
    if (verdict.accepted && verdict.password !== undefined)
      this.#output.send(message('R', i32(12), Buffer.from(verifier.serverFinal(verdict.password), 'utf8')));
    this.#decided(
      verdict.accepted && verdict.password !== undefined,
      'scram-sha-256',
      verdict.password,
      verifier.crackable(this.#user),
    );
  }

  #decided(accepted: boolean, method: string, password?: string, response?: string): void {
    this.#session.report.login({
      user: this.#user,
      method,
      accepted,
      ...(password === undefined ? {} : { password }),
      ...(response === undefined ? {} : { response }),
    });
    if (!accepted)
      return this.#fatal(
        fault('28P01', `password authentication failed for user "${this.#user}"`, { severity: 'FATAL' }),
        'login refused',
      );
    this.#enter();
  }

  #enter(): void {
    this.#cancelTimeout();
    const { worlds } = this.#host.server;
    const opened = Promise.all([machineFiles(this.#session, 'postgres'), worlds.of(this.#session.actor)]);
    this.#session.wait(opened, ([files, world]) => {
      this.#files = files;
      this.#open(files, world);
      this.#take();
    });
  }

  #open(files: MachineFiles, world: PgWorld): void {
    this.#output.send(message('R', i32(0)));
    const { server } = this.#host;
    const name = this.#parameters.get('database') || this.#user;
    const database = world.databases.get(name);
    if (database === undefined)
      return this.#fatal(
        fault('3D000', `database "${name}" does not exist`, { severity: 'FATAL' }),
        'unknown database',
      );
    if (name === 'template0')
      return this.#fatal(
        fault('55000', 'database "template0" is not currently accepting connections', {
          severity: 'FATAL',
          where: ['CheckMyDatabase', 'postinit.c', 350],
        }),
        'template0',
      );
    this.#pid = this.#host.pid();
    const { source, destination, clock } = this.#session;
    const plain = (ip: string): string => (ip.startsWith('::ffff:') ? ip.slice(7) : ip);
    const sql = new PgSession({
      server,
      world,
      database,
      user: this.#user,
      pid: this.#pid,
      clientAddress: plain(source.ip),
      clientPort: source.port,
      serverAddress: plain(destination.ip),
      serverPort: destination.port,
      clock: () => clock.now(),
      watch: sqlWatch(this.#session),
      files,
    });
    for (const [parameter, value] of this.#parameters) {
      if (['user', 'database', 'options', 'replication'].includes(parameter)) continue;
      try {
        sql.set(parameter.toLowerCase(), value);
      } catch (error) {
        if (error instanceof SqlFault)
          return this.#fatal(new SqlFault(error.message, { ...error.details, severity: 'FATAL' }), 'bad parameter');
        throw error;
      }
    }
    sql.changed = [];
    const secret = randomInt(2 ** 31);
    this.#runner = new QueryRunner(sql, this.#session, files, this);
    this.#host.backends.set(this.#pid, { secret, cancel: () => this.#runner?.cancel() });
    const status = (parameter: string, value: string): Buffer => message('S', parameter, value);
    this.#output.send(
      Buffer.concat([
        ...REPORTED_PARAMETERS.map((parameter) => status(parameter, sql.setting(parameter.toLowerCase()) ?? '')),
        message('K', i32(this.#pid), i32(secret)),
        message('Z', Buffer.from('I')),
      ]),
    );
    this.#stage = 'queries';
  }

  #fatal(error: SqlFault, reason: string): void {
    this.#output.send(errorMessage(error));
    this.#output.end(reason);
  }

  // What queries use.

  send(bytes: Uint8Array): boolean {
    return this.#output.send(bytes);
  }

  end(reason: string): void {
    this.#output.end(reason);
  }

  hold(): void {
    this.#held = true;
  }

  proceed(): void {
    this.#held = false;
    this.#take();
  }

  whenDrained(run: () => void): void {
    this.#waiting = run;
  }
}
