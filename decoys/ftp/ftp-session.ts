/**
 * One control connection: the state that all FTP servers keep (RFC 959), and what their commands are made of. Which commands there are, in which order
 * things are checked and what is said is the dialect's (`vsftpd/`, `proftpd/`).
 */
import { pamDelayMs } from '../service/failure-delay.ts';
import type { MachineLease } from '../service/machine-pool.ts';
import type { Endpoint, ServiceProtocol, ServiceSession } from '../service/service.types.ts';
import type { TlsIdentity } from '../tls/tls-identity.ts';
import type { MachineUser } from '../shell/shell.types.ts';
import { ControlLines } from './control-lines.ts';
import { DataConnection, NO_DATA, type DataReady, type TransferEnd } from './data-connection.ts';
import type { Dialect } from './dialect.types.ts';
import type { FtpConfig } from './ftp.config.ts';
import { FtpFiles } from './ftp-files.ts';
import type { PassivePorts } from './passive-ports.ts';

/** What all control connections of one decoy share. */
export interface FtpServer {
  readonly config: FtpConfig;
  readonly dialect: Dialect;
  readonly passive: PassivePorts;
  /** For AUTH TLS and implicit TLS. */
  readonly identity: TlsIdentity | undefined;
  /** Control connections that are open now. */
  readonly clients: Set<FtpSession>;
}

/** Control bytes that wait while a transfer or a login runs. */
const MAX_WAITING = 16 * 1024;
/** Odd commands that are told of a session, each with its line. */
const MAX_ODD = 64;
const ANONYMOUS_ROOT = '/srv/ftp';
const ROOT_USER = { uid: 0, gid: 0, groups: [0] };

export interface LoggedIn {
  /** As it was given. */
  readonly name: string;
  readonly anonymous: boolean;
  readonly files: FtpFiles;
}

export class FtpSession implements ServiceProtocol {
  readonly session: ServiceSession;
  readonly server: FtpServer;
  readonly #lines: ControlLines;
  #holds = 0;
  #paused = false;
  #working = false;
  #lease: MachineLease | undefined;
  #transfer: { abort(): void } | undefined;
  #odd = 0;
  #cancelIdle: () => void = () => {};
  #data: DataReady = NO_DATA;

  /** Given by USER, and not logged in yet. */
  user: string | undefined;
  login: LoggedIn | undefined;
  failures = 0;
  ascii = true;
  restart = 0;
  range: { readonly from: number; readonly to: number } | undefined;
  renameFrom: string | undefined;
  copyFrom: string | undefined;
  onlyEpsv = false;
  umask = 0o22;
  /** The control connection is TLS; `protect`: data connections are too. */
  secured = false;
  protect = false;
  readonly clientsAtStart: number;
  /** What else a dialect keeps of a session. */
  readonly options = new Map<string, string>();

  constructor(server: FtpServer, session: ServiceSession) {
    this.server = server;
    this.session = session;
    this.#lines = new ControlLines(server.dialect.lines);
    server.clients.add(this);
    this.clientsAtStart = server.clients.size;
    const greet = (): void => this.reply(server.dialect.greeting(this));
    if (server.config.tls === 'implicit' && server.identity !== undefined) {
      this.secured = true;
      this.protect = true;
      session.startTls(server.identity, { secured: greet });
    } else greet();
    this.#idle();
  }

  get config(): FtpConfig {
    return this.server.config;
  }

  get persona(): ServiceSession['persona'] {
    return this.session.persona;
  }

  /** The files of who is logged in; only for commands that come after a login. */
  get files(): FtpFiles {
    return this.login!.files;
  }

  data(bytes: Buffer): void {
    this.#lines.push(bytes);
    this.#work();
    if (this.#holds > 0 && this.#lines.waiting > MAX_WAITING && !this.#paused) {
      this.#paused = true;
      this.session.pause();
    }
  }

  closed(): void {
    this.server.clients.delete(this);
    this.#transfer?.abort();
    this.#release(this.#data);
    this.#lease?.release();
    this.#lease = undefined;
  }

  /** Lines without their ends. */
  reply(...lines: readonly string[]): void {
    this.session.send(`${lines.join('\r\n')}\r\n`);
  }

  raw(bytes: Uint8Array | string): void {
    this.session.send(bytes);
  }

  end(): void {
    this.session.end('ended by the server');
  }

  /** Nothing more is read until the answered function is called. */
  hold(): () => void {
    this.#holds++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holds--;
      if (this.#holds > 0 || this.session.over) return;
      this.#work();
      if (this.#paused && this.#holds === 0) {
        this.#paused = false;
        this.session.resume();
      }
    };
  }

  /** Runs `then` after so long, with nothing read in between; at once for 0. */
  later(ms: number, then: () => void): void {
    if (ms <= 0) return then();
    const release = this.hold();
    this.session.after(ms, () => {
      then();
      release();
    });
  }

  /** From here on the control connection is TLS. */
  startTls(identity: TlsIdentity): void {
    this.secured = true;
    const early = this.#lines.takeRest();
    this.session.startTls(identity, early.length === 0 ? {} : { early });
  }

  hasAccount(name: string): boolean {
    return this.#lease?.machine.user(name) !== undefined;
  }

  /** Whether PAM would let this account in at all, whatever the password: `/etc/ftpusers` names those who may not. */
  mayLogIn(name: string): MachineUser | undefined {
    const machine = this.#lease?.machine;
    const user = machine?.user(name);
    if (machine === undefined || user === undefined) return undefined;
    return FORBIDDEN.has(name) || /(?:nologin|false)$/.test(user.shell) ? undefined : user;
  }

  /** The verdict on a password, and the milliseconds that PAM takes for it. */
  check(password: string, then: (user: MachineUser | undefined, delayMs: number) => void): void {
    const { session } = this;
    const name = this.user!;
    const release = this.hold();
    this.#withMachine(() => {
      const known = this.mayLogIn(name);
      session.wait(session.logins.prepare(session.actor), () => {
        // Whom FTP never lets in is not asked for: a guess that the policy took would be the one that every other service wants.
        const accepted = known !== undefined && session.logins.check(session.actor, name, password);
        session.report.login({ user: name, password, accepted });
        const mean = this.config.failureDelayMs;
        const delay = accepted ? 0 : mean === 0 ? 0 : pamDelayMs(Math.floor(session.clock.now() / 1000), mean);
        then(accepted ? known : undefined, delay);
        release();
      });
    });
  }

  enter(user: MachineUser): void {
    const { fs } = this.#lease!.machine;
    const home = fs.stat(user.home, user);
    const cwd = home.ok && home.value.type === 'directory' ? user.home : '/';
    this.login = { name: user.name, anonymous: false, files: new FtpFiles(fs, user, { cwd }) };
    this.session.report.session('ftp');
  }

  /** Everybody as the account `ftp`, locked in below its home. */
  enterAnonymously(name: string, password: string, then: () => void): void {
    const release = this.hold();
    this.#withMachine((lease) => {
      const { fs } = lease.machine;
      const account = lease.machine.user('ftp');
      const user = account ?? {
        name: 'ftp',
        uid: 105,
        gid: 113,
        groups: [113],
        home: ANONYMOUS_ROOT,
        shell: '/usr/sbin/nologin',
      };
      if (!fs.stat(ANONYMOUS_ROOT, ROOT_USER).ok) fs.mkdir(ANONYMOUS_ROOT, ROOT_USER, 0o755);
      this.session.report.login({ user: name, password, accepted: true, method: 'anonymous' });
      this.login = { name: 'ftp', anonymous: true, files: new FtpFiles(fs, user, { root: ANONYMOUS_ROOT, cwd: '/' }) };
      then();
      release();
    });
  }

  /** The attacker's machine may have changed. */
  changed(): void {
    this.#lease?.changed();
  }

  /** A command of no use to a client of good will. */
  odd(line: string): void {
    if (this.#odd++ < MAX_ODD) this.session.report.other('request', { message: line.slice(0, 4096) });
  }

  /** Told as somebody else's address: a bounce (RFC 2577), or a scan from here. */
  bounce(to: Endpoint): void {
    if (this.#odd++ < MAX_ODD) this.session.report.forward('ftp-bounce', to.ip, to.port);
  }

  get dataReady(): boolean {
    return this.#data.kind !== 'none';
  }

  /** The port that the client may connect to; undefined where there is none. */
  offerPassive(): number | undefined {
    this.#release(this.#data);
    const offer = this.server.passive.offer(this.session.source.ip);
    this.#data = offer === undefined ? NO_DATA : { kind: 'passive', offer };
    return offer?.port;
  }

  setActive(to: Endpoint): void {
    this.#release(this.#data);
    this.#data = { kind: 'active', to };
  }

  /** The address to tell in 227, as four numbers; undefined over IPv6. */
  passiveAddress(): readonly string[] | undefined {
    const ip = this.config.passiveAddress ?? plainAddress(this.session.destination.ip);
    return ip.includes(':') ? undefined : ip.split('.');
  }

  get overIpv6(): boolean {
    return plainAddress(this.session.source.ip).includes(':');
  }

  /** The data connection, once; what was ready is used up. Nothing else is read meanwhile but what `meanwhile` of the dialect takes. */
  openData(then: (data: DataConnection | undefined, done: () => void) => void): void {
    const ready = this.#data;
    this.#data = NO_DATA;
    const release = this.hold();
    const mine: { abort(): void } = { abort: () => {} };
    this.#transfer = mine;
    this.#cancelIdle();
    const done = (): void => {
      if (this.#transfer === mine) this.#transfer = undefined;
      this.#idle();
      release();
    };
    const identity = this.protect ? this.server.identity : undefined;
    let connected: DataConnection | undefined;
    const giveUp = DataConnection.open(this.session, ready, identity, (data) => {
      connected = data;
      then(data, done);
      if (data === undefined) done();
    });
    mine.abort = () => {
      giveUp();
      connected?.close();
      done();
    };
  }

  /** `before` is said once the connection is there, `after` when all has gone out. */
  sendData(content: Uint8Array, replies: { before: string; failed: string; after(end: TransferEnd): string }): void {
    this.openData((data, done) => {
      if (data === undefined) return this.reply(replies.failed);
      this.reply(replies.before);
      data.send(content, (end) => {
        this.reply(replies.after(end));
        done();
      });
      return undefined;
    });
  }

  /** Breaks off what runs; true where there was something. */
  abort(): boolean {
    const transfer = this.#transfer;
    this.#transfer = undefined;
    transfer?.abort();
    return transfer !== undefined;
  }

  #work(): void {
    if (this.#working) return;
    this.#working = true;
    try {
      while (!this.session.over) {
        if (this.#holds > 0 && this.#transfer === undefined) return;
        const input = this.#lines.next();
        if (input === undefined) return;
        this.#idle();
        if ('answer' in input) this.raw(input.answer);
        else if ('tooLong' in input) this.server.dialect.tooLong(this);
        else if (this.#holds === 0) this.server.dialect.line(this, input.line);
        else if (!this.server.dialect.meanwhile(this, input.line)) {
          this.#lines.putBack(input.line);
          return;
        }
      }
    } finally {
      this.#working = false;
    }
  }

  #withMachine(then: (lease: MachineLease) => void): void {
    const { session } = this;
    if (this.#lease !== undefined) return then(this.#lease);
    session.wait(session.machines.acquire(session.actor), (lease) => {
      this.#lease = lease;
      then(lease);
    });
  }

  #release(ready: DataReady): void {
    if (ready.kind === 'passive') ready.offer.withdraw();
    this.#data = NO_DATA;
  }

  #idle(): void {
    this.#cancelIdle();
    const { dialect, config } = this.server;
    this.#cancelIdle = this.session.after(config.idleTimeoutMs ?? dialect.idleMs, () => {
      this.reply(dialect.idleReply);
      this.session.end('idle');
    });
  }
}

/** Debian's `/etc/ftpusers`. */
const FORBIDDEN = new Set([
  'root',
  'daemon',
  'bin',
  'sys',
  'sync',
  'games',
  'man',
  'lp',
  'mail',
  'news',
  'uucp',
  'nobody',
]);

/** Without the mark of an IPv4 client on an IPv6 socket. */
export function plainAddress(ip: string): string {
  return ip.startsWith('::ffff:') && ip.includes('.') ? ip.slice(7) : ip;
}
