/** One client: greeting, login, then commands until it goes. Bytes in, calls on the session out. */
import { randomBytes } from 'node:crypto';
import type { ServiceProtocol, ServiceSession } from '../service/service.types.ts';
import type { TlsResult } from '../service/tls-upgrade.ts';
import { BatchedOutput } from '../sql/batched-output.ts';
import { type MachineFiles, machineFiles } from '../sql/machine-files.ts';
import { SqlFault } from '../sql/sql-fault.ts';
import { sqlWatch } from '../sql/sql-watch.ts';
import {
  decryptPassword,
  drawScramble,
  nativeHashcat,
  nativeMatches,
  sha2Matches,
  withoutEnd,
} from './authentication.ts';
import { accountsOf, provesHash } from './accounts.ts';
import { Compression } from './compression.ts';
import { errorPacket } from './error-packet.ts';
import { CommandRunner } from './commands.ts';
import type { Output } from './result-sender.ts';
import { CAPABILITY, type HandshakeResponse, greeting, readResponse } from './handshake.ts';
import type { MysqlHost } from './mysql-host.ts';
import { fault } from './mysql-faults.ts';
import { MysqlSession } from './mysql-session.ts';
import type { MysqlWorld } from './mysql-world.ts';
import { PacketReader, PayloadReader, PayloadWriter, framed } from './packets.ts';

/** Before the login; MySQL's own `net_buffer_length`. */
const MAX_LOGIN_PACKET = 16_384;
const MAX_PACKET = 16 * 1024 * 1024;

type Stage = 'greeted' | 'switched' | 'full' | 'encrypted' | 'commands';

export class MysqlProtocol implements ServiceProtocol, Output {
  readonly #session: ServiceSession;
  readonly #host: MysqlHost;
  readonly #packets = new PacketReader(MAX_LOGIN_PACKET);
  readonly #output: BatchedOutput;
  readonly #connectionId: number;
  #scramble: Buffer;
  #sequence = 0;
  #stage: Stage = 'greeted';
  #client: HandshakeResponse | undefined;
  #secure = false;
  #tls: TlsResult | undefined;
  #commands: CommandRunner | undefined;
  #cancelTimeout: () => void;
  #drained: (() => void) | undefined;
  #held = false;
  #compression: Compression | undefined;
  #files: MachineFiles | undefined;

  constructor(session: ServiceSession, host: MysqlHost) {
    this.#session = session;
    this.#output = new BatchedOutput(session);
    this.#host = host;
    this.#connectionId = host.server.connectionId();
    this.#scramble = drawScramble(randomBytes);
    this.#cancelTimeout = session.after(host.config.loginTimeoutMs, () => session.end('connect_timeout'));
    if (host.errors.blocked(session.actor)) {
      this.packet(
        errorPacket(
          fault(
            1129,
            'HY000',
            `Host '${this.#clientHost()}' is blocked because of many connection errors; unblock with '${host.server.isMaria ? 'mariadb-admin' : 'mysqladmin'} flush-hosts'`,
          ),
          false,
        ),
      );
      session.end('blocked');
      return;
    }
    session.wait(session.logins.prepare(session.actor), () => {});
    this.packet(greeting(host.server, this.#connectionId, this.#scramble, host.tls !== undefined));
    this.#packets.expected = 1;
  }

  #clientHost(): string {
    const { ip } = this.#session.source;
    const plain = ip.startsWith('::ffff:') ? ip.slice(7) : ip;
    return plain === '127.0.0.1' || plain === '::1' ? 'localhost' : plain;
  }

  data(bytes: Buffer): void {
    const plain = this.#compression === undefined ? bytes : this.#compression.read(bytes);
    if (plain === undefined)
      return this.#fail(fault(1157, '08S01', "Couldn't uncompress communication packet"), 'cannot be unpacked');
    this.#packets.append(plain);
    this.#take();
  }

  drained(): void {
    const waiting = this.#drained;
    this.#drained = undefined;
    waiting?.();
  }

  closed(): void {
    if (this.#stage !== 'commands' && this.#client === undefined) this.#host.errors.failed(this.#session.actor);
    this.#commands?.closed();
    this.#host.server.worlds.left(this.#session.actor);
    this.#files?.release();
  }

  #take(): void {
    this.#output.together(() => this.#takeAll());
  }

  #takeAll(): void {
    while (!this.#held && !this.#session.over) {
      // Each command begins to count anew.
      if (this.#stage === 'commands' && !this.#commands!.asked) this.#packets.expected = 0;
      const input = this.#packets.next();
      if (input === 'more') return;
      if (input === 'order')
        return this.#fail(fault(1156, '08S01', 'Got packets out of order'), 'packets out of order', true);
      if (input === 'large')
        return this.#fail(
          fault(1153, '08S01', "Got a packet bigger than 'max_allowed_packet' bytes"),
          'packet too large',
        );
      this.#sequence = this.#packets.expected;
      this.#packet(input.payload);
    }
  }

  #packet(payload: Buffer): void {
    switch (this.#stage) {
      case 'greeted':
        return this.#onResponse(payload);
      case 'switched':
        return this.#check(payload);
      case 'full':
        return this.#onFull(payload);
      case 'encrypted':
        return this.#decided(decryptPassword(payload, this.#scramble, this.#host.key()) ?? '', payload);
      default:
        this.#commands!.command(payload);
        this.#host.server.worlds.changed(this.#session.actor);
    }
  }

  #onResponse(payload: Buffer): void {
    const { tls } = this.#host;
    const client = readResponse(payload);
    if (client === 'ssl' && tls !== undefined && !this.#secure) {
      this.#secure = true;
      const early = this.#packets.rest();
      this.#session.startTls(tls(), { early, minVersion: 'TLSv1.2', secured: (result) => (this.#tls = result) });
      return;
    }
    if (
      client === undefined ||
      client === 'ssl' ||
      ((client.capabilities & CAPABILITY.secure) !== 0 &&
        client.plugin === 'mysql_native_password' &&
        ![0, 20].includes(client.response.length))
    )
      return this.#fail(fault(1043, '08S01', 'Bad handshake'), 'bad handshake');
    this.#client = client;
    const { attributes } = client;
    const name = attributes.get('program_name') ?? attributes.get('_client_name');
    this.#session.report.client(
      {
        software:
          [
            name,
            attributes.get('_client_name'),
            attributes.get('_client_version'),
            attributes.get('_os'),
            attributes.get('_platform'),
          ]
            .filter((part, i, all) => part !== undefined && all.indexOf(part) === i)
            .join(' ')
            .trim() || 'unnamed',
        fingerprint: `${client.capabilities.toString(16)}:${client.maxPacket}:${client.charset}:${client.plugin ?? ''}:${[...attributes.keys()].join(',')}`,
      },
      attributes.size === 0 ? {} : { netsentinel: { environment: Object.fromEntries(attributes) } },
    );
    const plugin = this.#host.server.isMaria ? 'mysql_native_password' : 'caching_sha2_password';
    if (client.plugin !== undefined && client.plugin !== plugin) {
      this.#scramble = drawScramble(randomBytes);
      this.#stage = 'switched';
      this.packet(new PayloadWriter().u8(0xfe).terminated(plugin).bytes(this.#scramble).u8(0).done());
      return;
    }
    this.#check(client.response);
  }

  #check(response: Buffer): void {
    const { server } = this.#host;
    const { actor, logins } = this.#session;
    const { user } = this.#client!;
    if (server.isMaria) {
      const verdict = logins.checkProof(actor, user, (password) => nativeMatches(this.#scramble, response, password), {
        blindly: true,
      });
      if (!verdict.accepted && response.length > 0) return this.#checkOwn(response);
      return this.#answer(
        verdict.accepted,
        verdict.password,
        response.length > 0,
        response.length === 20 ? nativeHashcat(this.#scramble, response) : undefined,
        'mysql_native_password',
      );
    }
    if (response.length === 0 || (response.length === 1 && response[0] === 0))
      return this.#answer(logins.check(actor, user, ''), undefined, false, undefined, 'caching_sha2_password');
    // What has let them in before is in the server's cache; all else it wants to see in full.
    if (this.#host.remembered(actor, user, (password) => sha2Matches(this.#scramble, response, password))) {
      this.packet(Buffer.from([1, 3]));
      return this.#answer(true, undefined, true, undefined, 'caching_sha2_password');
    }
    this.packet(Buffer.from([1, 4]));
    this.#stage = 'full';
  }

  /** An account that the attacker has made: its hash is in their copy of the tables. */
  #checkOwn(response: Buffer): void {
    const { user } = this.#client!;
    this.#session.wait(this.#host.server.worlds.of(this.#session.actor), (world) => {
      const accepted = accountsOf(world).some(
        (account) =>
          account.user === user && account.host !== 'localhost' && provesHash(this.#scramble, response, account.hash),
      );
      const hashcat = response.length === 20 ? nativeHashcat(this.#scramble, response) : undefined;
      this.#output.together(() => this.#answer(accepted, undefined, true, hashcat, 'mysql_native_password'));
    });
  }

  #onFull(payload: Buffer): void {
    if (this.#secure) return this.#decided(withoutEnd(payload), payload);
    if (payload.length === 1 && payload[0] === 2) {
      this.packet(Buffer.concat([Buffer.from([1]), Buffer.from(this.#host.publicKey(), 'latin1')]));
      this.#stage = 'encrypted';
      return;
    }
    this.#decided('', payload);
  }

  #decided(password: string, payload: Buffer): void {
    const { actor, logins } = this.#session;
    const { user } = this.#client!;
    const accepted = logins.check(actor, user, password);
    if (accepted) this.#host.remember(actor, user, password);
    this.#answer(
      accepted,
      password === '' ? undefined : password,
      payload.length > 0,
      undefined,
      'caching_sha2_password',
    );
  }

  #answer(
    accepted: boolean,
    password: string | undefined,
    withPassword: boolean,
    response: string | undefined,
    method: string,
  ): void {
    const { user, database } = this.#client!;
    this.#session.report.login({
      user,
      method,
      accepted,
      ...(password === undefined ? {} : { password }),
      ...(response === undefined ? {} : { response }),
    });
    if (!accepted) {
      this.packet(
        errorPacket(
          fault(
            1045,
            '28000',
            `Access denied for user '${user}'@'${this.#clientHost()}' (using password: ${withPassword ? 'YES' : 'NO'})`,
          ),
        ),
      );
      this.#output.end('login refused');
      return;
    }
    this.#cancelTimeout();
    const { worlds } = this.#host.server;
    const opened = Promise.all([machineFiles(this.#session, 'mysql'), worlds.of(this.#session.actor)]);
    this.#session.wait(opened, ([files, world]) => {
      this.#open(files, world, database);
      this.#take();
    });
  }

  #open(files: MachineFiles, world: MysqlWorld, database: string | undefined): void {
    const { server } = this.#host;
    this.#files?.release();
    this.#files = files;
    const session = new MysqlSession({
      server,
      world,
      connectionId: this.#connectionId,
      user: this.#client!.user,
      accountHost: this.#clientHost() === 'localhost' ? 'localhost' : '%',
      clientHost: this.#clientHost(),
      clientPort: this.#session.source.port,
      link: {
        compressed: (this.#client!.capabilities & CAPABILITY.compress) !== 0,
        ...(this.#tls === undefined ? {} : { tls: this.#tls }),
      },
      clock: () => this.#session.clock.now(),
      watch: sqlWatch(this.#session),
      ...files,
    });
    this.#commands = new CommandRunner(session, this.#session, this.#client!, this);
    this.#stage = 'commands';
    this.#packets.maxBytes = MAX_PACKET;
    try {
      if (database !== undefined) session.useDatabase(database);
      this.#commands.ok({});
      this.#compress();
    } catch (error) {
      if (!(error instanceof SqlFault)) throw error;
      this.packet(errorPacket(error));
      this.#output.end('unknown database');
      return;
    }
    this.#packets.expected = 0;
  }

  /** Both sides do so from the end of the login on, where the client asked for it. */
  #compress(): void {
    if ((this.#client!.capabilities & CAPABILITY.compress) === 0 || this.#compression !== undefined) return;
    const compression = new Compression();
    this.#compression = compression;
    this.#output.encodeFrom((bytes) => compression.write(bytes));
    const early = this.#packets.rest();
    if (early.length > 0) this.data(early);
  }

  #fail(error: SqlFault, reason: string, early = false): void {
    void early;
    this.packet(errorPacket(error));
    this.#output.end(reason);
  }

  // What commands use.

  packet(payload: Uint8Array): boolean {
    const sent = this.#output.send(framed(payload, this.#sequence));
    this.#sequence += 1 + Math.floor(payload.length / 0xffffff);
    this.#packets.expected = this.#sequence;
    return sent;
  }

  raw(bytes: Uint8Array): boolean {
    return this.#output.send(bytes);
  }

  get sequence(): number {
    return this.#sequence;
  }

  set sequence(value: number) {
    this.#sequence = value;
    this.#packets.expected = value;
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
    this.#drained = run;
  }

  changeUser(payload: Buffer): void {
    const reader = new PayloadReader(payload, 1);
    const user = reader.terminated().toString('utf8');
    const response = reader.bytes(reader.u8());
    const database = reader.left > 0 ? reader.terminated().toString('utf8') : '';
    this.#client = { ...this.#client!, user, database: database === '' ? undefined : database };
    this.#check(Buffer.from(response));
  }
}
