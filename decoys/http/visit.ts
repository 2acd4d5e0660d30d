/** What an application can do in answer to a request: ask whether a login holds, keep an upload, run something on the attacker's machine. */
import type { LoginPolicy } from '../service/login-policy.ts';
import type { MachineLease } from '../service/machine-pool.ts';
import type { ServiceSession } from '../service/service.types.ts';
import { ShellWatch } from '../service/shell-watch.ts';

/** What a command started through the web may print. */
const MAX_OUTPUT_BYTES = 256 * 1024;
/** As long as PHP lets a script run. */
const MAX_RUN_MS = 30_000;
export const WEB_ROOT = '/var/www/html';
const ROOT = { uid: 0, gid: 0, groups: [0] };
const WEB_USER = { uid: 33, gid: 33, groups: [33] };

export interface Credentials {
  readonly user: string;
  readonly password: string;
  /** `form` where nothing is said; `basic`, `xmlrpc`. */
  readonly method?: string;
}

export class Visit {
  readonly session: ServiceSession;
  #lease: MachineLease | undefined;

  constructor(session: ServiceSession) {
    this.session = session;
  }

  /** @param realm whose accounts: an application's own, `wordpress` */
  async login(realm: string, isUser: (name: string) => boolean, credentials: Credentials): Promise<boolean> {
    const { actor, logins, report } = this.session;
    const policy: LoginPolicy = logins.realm(realm, isUser);
    await policy.prepare(actor);
    const { user, password, method = 'form' } = credentials;
    const accepted = policy.check(actor, user, password);
    report.login({ user, password, method, accepted, extra: { service: { name: realm } } });
    return accepted;
  }

  /** Tells of a file that was left, and keeps its bytes. */
  async upload(path: string, content: Buffer): Promise<void> {
    const kept = await this.session.keep(content);
    this.session.report.upload({ path, kept, size: content.length });
  }

  /** Puts a file on the attacker's machine. Answers whether it could. */
  async writeFile(path: string, content: Buffer): Promise<boolean> {
    const lease = await this.machine();
    const { machine } = lease;
    const user = machine.user('www-data') ?? WEB_USER;
    let at = '';
    for (const part of path.split('/').slice(1, -1)) {
      at += `/${part}`;
      if (machine.fs.mkdir(at, ROOT, 0o755).ok) machine.fs.chown(at, user.uid, user.gid, ROOT);
    }
    const written = machine.fs.write(path, content, ROOT);
    if (written.ok) machine.fs.chown(path, user.uid, user.gid, ROOT);
    lease.changed();
    return written.ok;
  }

  async readFile(path: string): Promise<Buffer | undefined> {
    const { machine } = await this.machine();
    const read = machine.fs.read(path, ROOT);
    return read.ok ? Buffer.from(read.value) : undefined;
  }

  /** What a command prints on the attacker's machine, as the web server's user; `stderr` goes with it where asked for. */
  async run(
    command: string,
    options: {
      readonly directory?: string;
      readonly stderr?: boolean;
      readonly user?: string;
      /** The application's doing, not the attacker's: nothing is told of it. */
      readonly untold?: boolean;
    } = {},
  ): Promise<string> {
    const lease = await this.machine();
    const { session } = this;
    // Appliances have another name for who may do everything.
    const { persona } = lease.machine;
    const watch = new ShellWatch({
      report: session.report,
      lease,
      keep: (content) => session.keep(content),
      failed: () => {},
    });
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    return new Promise((resolve) => {
      let stop = (): void => {};
      const finish = (): void => {
        stop();
        lease.changed();
        resolve(Buffer.concat(chunks).toString('latin1'));
      };
      const shell = lease.machine.openShell({
        user:
          options.user === 'root'
            ? (persona.users.find(({ uid }) => uid === 0)?.name ?? 'root')
            : (options.user ?? 'www-data'),
        shell: '/bin/sh',
        directory: options.directory ?? WEB_ROOT,
        client: session.source,
        server: session.destination,
        environment: {},
        command: command.slice(0, 64 * 1024),
        output: (chunk, stream) => {
          if (stream === 'stderr' && options.stderr !== true) return true;
          if (bytes < MAX_OUTPUT_BYTES) chunks.push(Buffer.from(chunk.subarray(0, MAX_OUTPUT_BYTES - bytes)));
          bytes += chunk.length;
          return true;
        },
        exit: finish,
        observe: (observation) => {
          if (options.untold !== true) watch.observe(observation);
        },
      });
      shell.end();
      stop = session.after(MAX_RUN_MS, () => {
        shell.destroy();
        finish();
      });
    });
  }

  get hasMachine(): boolean {
    return this.#lease !== undefined;
  }

  /** The machine of an attacker who has been on it; undefined for all others. */
  async knownMachine(): Promise<MachineLease | undefined> {
    if (this.#lease !== undefined) return this.#lease;
    const lease = await this.session.machines.acquireKnown(this.session.actor);
    if (lease === undefined) return undefined;
    return this.#hold(lease);
  }

  async machine(): Promise<MachineLease> {
    if (this.#lease !== undefined) return this.#lease;
    const lease = this.#hold(await this.session.machines.acquire(this.session.actor));
    const { fs } = lease.machine;
    for (const path of ['/var/www', WEB_ROOT]) if (!fs.stat(path, ROOT).ok) fs.mkdir(path, ROOT, 0o755);
    // Where applications keep themselves up to date, the folder is the web server's.
    const root = fs.stat(WEB_ROOT, ROOT);
    if (root.ok && root.value.uid === 0) fs.chown(WEB_ROOT, WEB_USER.uid, WEB_USER.gid, ROOT);
    return lease;
  }

  /** Two requests over one connection may have asked at once, and the connection may be gone. */
  #hold(lease: MachineLease): MachineLease {
    if (this.#lease !== undefined || this.session.over) lease.release();
    else this.#lease = lease;
    return lease;
  }

  closed(): void {
    this.#lease?.release();
    this.#lease = undefined;
  }
}
