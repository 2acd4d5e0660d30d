/** One Telnet connection: negotiation, login, and the shell of the machine behind it. */
import type { MachineLease } from '../service/machine-pool.ts';
import type { ServiceProtocol, ServiceSession } from '../service/service.types.ts';
import { ShellWatch } from '../service/shell-watch.ts';
import type { TerminalRecording } from '../service/terminal-recording.ts';
import type { ShellSession } from '../shell/shell.types.ts';
import { BusyboxTelnetd } from './busybox-telnetd.ts';
import { ClientFingerprint } from './client-fingerprint.ts';
import { BerkeleyTelnetd, INETUTILS, NETKIT } from './berkeley-telnetd.ts';
import { busyboxLogin, LoginDialogue, shadowLogin } from './login-dialogue.ts';
import type { Negotiation } from './negotiation.types.ts';
import type { TelnetConfig } from './telnet.config.ts';

export type Daemon = 'inetutils' | 'netkit' | 'busybox';

const MAX_EARLY = 8192;
const MAX_COLUMNS = 1000;

export class TelnetProtocol implements ServiceProtocol {
  readonly #session: ServiceSession;
  readonly #config: TelnetConfig;
  readonly #daemon: Daemon;
  readonly #negotiation: Negotiation;
  readonly #login: LoginDialogue;
  readonly #fingerprint = new ClientFingerprint();
  readonly #prepared: Promise<void>;
  #out: Buffer[] = [];
  #flushes = false;
  #hasRoom = true;
  /** Typed before the login began. */
  #early: Buffer[] = [];
  #isReady = false;
  #toldClient = false;
  #shell: ShellSession | undefined;
  #lease: MachineLease | undefined;
  #recording: TerminalRecording | undefined;

  constructor(session: ServiceSession, config: TelnetConfig, daemon: Daemon) {
    this.#session = session;
    this.#config = config;
    this.#daemon = daemon;
    this.#prepared = session.logins.prepare(session.actor);
    this.#prepared.catch(() => {});
    const host = {
      send: (bytes: Buffer) => this.#write(bytes),
      ready: () => this.#onReady(),
      typed: (bytes: Buffer) => this.#typed(bytes),
      resized: () => this.#onResize(),
      heard: (verb: number, option: number) => this.#fingerprint.heard(verb, option),
      logout: () => this.#end('logged out by the client'),
    };
    this.#negotiation =
      daemon === 'busybox'
        ? new BusyboxTelnetd(host)
        : new BerkeleyTelnetd(daemon === 'netkit' ? NETKIT : INETUTILS, host);
    const { failureDelayMs } = config;
    this.#login = new LoginDialogue(
      daemon === 'busybox' ? busyboxLogin(failureDelayMs) : shadowLogin(failureDelayMs),
      {
        show: (text) => this.#show(Buffer.from(text, 'latin1')),
        now: () => session.clock.now(),
        after: (ms, run) => session.after(ms, run),
        check: (user, password, verdict) => this.#check(user, password, verdict),
        accepted: (user) => session.after(config.successDelayMs, () => this.#openShell(user)),
        gaveUp: (reason) => this.#end(reason),
      },
      session.persona.hostname,
    );
    this.#negotiation.start();
  }

  data(bytes: Buffer): void {
    this.#negotiation.read(bytes);
  }

  ended(): void {
    this.#shell?.end();
    this.#end('closed by the client');
  }

  drained(): void {
    this.#hasRoom = true;
    this.#shell?.resume();
  }

  closed(): void {
    this.#tellClient();
    this.#shell?.destroy();
    this.#lease?.release();
  }

  /** All of one turn goes out in one piece. */
  #write(bytes: Buffer): void {
    this.#out.push(bytes);
    if (this.#flushes) return;
    this.#flushes = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#flushes = false;
    if (this.#out.length === 0) return;
    const bytes = this.#out.length === 1 ? this.#out[0]! : Buffer.concat(this.#out);
    this.#out = [];
    this.#hasRoom = this.#session.send(bytes);
  }

  #show(bytes: Uint8Array): void {
    this.#write(this.#negotiation.outgoing(bytes));
  }

  #end(reason: string): void {
    this.#flush();
    this.#session.end(reason);
  }

  #onReady(): void {
    const { persona } = this.#session;
    this.#isReady = true;
    this.#tellClient();
    if (this.#daemon === 'inetutils') {
      const where = `(${plainAddress(this.#session.source.ip)}) (pts/0)`;
      this.#show(Buffer.from(`\r\nLinux ${persona.os.kernelRelease} ${where}\r\n\r\n`, 'latin1'));
    } else if (this.#daemon === 'netkit') {
      this.#show(Buffer.from(`${persona.issue.replaceAll('\n', '\r\n')}\r\n`, 'latin1'));
    } else {
      const issue = persona.issue.replaceAll('\n', '\r\n\r');
      this.#show(Buffer.from(issue === '' ? '\r\r\n' : `\r\r\n${issue}\r\n\r`, 'latin1'));
    }
    this.#session.after(this.#config.startDelayMs, () => {
      this.#begin();
      for (const bytes of this.#early.splice(0)) this.#typed(bytes);
    });
  }

  #begin(): void {
    const user = this.#negotiation.facts.environment.get('USER');
    if (user === undefined || user === '' || this.#daemon !== 'inetutils') return this.#login.begin();
    const forced = /^-f\s*(\S+)/.exec(user)?.[1];
    if (forced === undefined) return this.#login.begin(this.#config.takesUser ? user : undefined);
    const exists = this.#session.persona.users.some(({ name, login }) => name === forced && login);
    const accepted = this.#config.takesUser && exists;
    this.#session.report.login({
      user: forced,
      method: 'environment',
      accepted,
      extra: { tags: ['cve-2026-24061'], event: { reason: `USER=${user.slice(0, 256)}` } },
    });
    if (accepted) this.#openShell(forced);
    else this.#login.begin();
  }

  #typed(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (this.#shell !== undefined) {
      this.#recording?.input(bytes);
      this.#shell.input(Buffer.from(bytes));
    } else if (this.#isReady) this.#login.typed(bytes);
    else if (this.#early.reduce((sum, piece) => sum + piece.length, bytes.length) <= MAX_EARLY)
      this.#early.push(Buffer.from(bytes));
  }

  #check(user: string, password: string, verdict: (accepted: boolean) => void): void {
    const { logins, actor, report } = this.#session;
    this.#session.wait(this.#prepared, () => {
      const accepted = logins.check(actor, user, password);
      report.login({ user, password, accepted });
      verdict(accepted);
    });
  }

  #openShell(user: string): void {
    const session = this.#session;
    session.wait(session.machines.acquire(session.actor), (lease) => {
      this.#lease = lease;
      const { terminal, columns, rows, environment, display } = this.#negotiation.facts;
      const size = { columns: Math.min(columns, MAX_COLUMNS), rows: Math.min(rows, MAX_COLUMNS) };
      const type = (terminal ?? (this.#daemon === 'busybox' ? 'xterm' : 'network')).slice(0, 64);
      session.report.session('shell', {
        terminal: { type, ...size },
        environment: Object.fromEntries(environment),
        recorded: true,
      });
      this.#recording = session.recording({ ...size, terminal: type });
      const watch = new ShellWatch({
        report: session.report,
        lease,
        keep: (content) => session.keep(content),
        failed: () => session.reset('internal error'),
      });
      this.#shell = lease.machine.openShell({
        user,
        by: 'telnet',
        client: session.source,
        server: session.destination,
        environment: display === undefined ? {} : { DISPLAY: display },
        // Programs of a terminal without a size go on as on the smallest that is common.
        terminal: { type, columns: size.columns || 80, rows: size.rows || 24 },
        output: (chunk) => {
          this.#recording?.output(chunk);
          this.#show(chunk);
          return this.#hasRoom;
        },
        exit: () => this.#end('shell ended'),
        observe: (observation) => watch.observe(observation),
      });
    });
  }

  #onResize(): void {
    const { columns, rows } = this.#negotiation.facts;
    if (this.#shell === undefined) return;
    const size = [Math.min(columns, MAX_COLUMNS) || 80, Math.min(rows, MAX_COLUMNS) || 24] as const;
    this.#shell.resize(...size);
    this.#recording?.resize(...size);
  }

  /** Once: when it has negotiated, or when it is gone. */
  #tellClient(): void {
    const fingerprint = this.#fingerprint.text;
    if (fingerprint === undefined || this.#toldClient) return;
    this.#toldClient = true;
    const { terminal, columns, rows, environment, speed } = this.#negotiation.facts;
    this.#session.report.client(
      { fingerprint },
      {
        netsentinel: {
          ...(terminal === undefined && columns === 0
            ? {}
            : { terminal: { ...(terminal === undefined ? {} : { type: terminal.slice(0, 64) }), columns, rows } }),
          ...(environment.size === 0 && speed === undefined
            ? {}
            : {
                environment: Object.fromEntries([
                  ...environment,
                  ...(speed === undefined ? [] : [['terminal-speed', speed.slice(0, 64)] as const]),
                ]),
              }),
        },
      },
    );
  }
}

/** IPv4 addresses in IPv6's clothes as what they are. */
function plainAddress(ip: string): string {
  return ip.replace(/^::ffff:(?=\d+\.)/i, '');
}
