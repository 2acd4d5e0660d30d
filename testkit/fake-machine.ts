/**
 * A small machine in memory for the tests of single programs: a file system, a persona and a command context that keeps what was
 * written and observed. The real ones are opened by `openMachine`.
 */
import { ManualClock } from '@netsentinel/kernel/clock';
import type {
  Command,
  CommandContext,
  CommandInput,
  CommandOutput,
  MachineProcess,
  RunOptions,
} from '@netsentinel/decoys/shell/command.types';
import type {
  FileSystem,
  FsErrorCode,
  FsResult,
  FsStat,
  FsUser,
  Machine,
  MachineUser,
  ShellObservation,
} from '@netsentinel/decoys/shell/shell.types';
import type { Persona } from '@netsentinel/decoys/persona/persona.types';

interface FakeNode {
  type: FsStat['type'];
  inode: number;
  mode: number;
  uid: number;
  gid: number;
  data: Uint8Array;
  target: string;
  children: Map<string, FakeNode>;
  atime: number;
  mtime: number;
  ctime: number;
  nlink: number;
}

const failed = <T>(error: FsErrorCode): FsResult<T> => ({ ok: false, error });
const done = <T>(value: T): FsResult<T> => ({ ok: true, value });

/** Everything is allowed to everyone but reading what has no read bit at all. */
export class FakeFileSystem implements FileSystem {
  #root: FakeNode;
  #inodes = 2;
  #now: () => number;
  readonly usage = { bytes: 0, entries: 0 };

  constructor(now: () => number) {
    this.#now = now;
    this.#root = this.#node('directory', 0o755);
  }

  #node(type: FsStat['type'], mode: number, data: Uint8Array = new Uint8Array()): FakeNode {
    const time = Math.floor(this.#now() / 1000);
    return {
      type,
      mode,
      data,
      target: '',
      inode: this.#inodes++,
      uid: 0,
      gid: 0,
      nlink: type === 'directory' ? 2 : 1,
      children: new Map(),
      atime: time,
      mtime: time,
      ctime: time,
    };
  }

  #walk(
    path: string,
    follow: boolean,
    depth = 0,
  ): FsResult<{ node: FakeNode | undefined; parent: FakeNode; name: string; path: string }> {
    if (depth > 20) return failed('ELOOP');
    let node = this.#root;
    let parent = this.#root;
    const stack: { node: FakeNode; name: string }[] = [];
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    for (const [index, part] of parts.entries()) {
      if (node.type !== 'directory') return failed('ENOTDIR');
      if (part === '..') {
        stack.pop();
        node = stack.at(-1)?.node ?? this.#root;
        continue;
      }
      parent = node;
      const child = node.children.get(part);
      const last = index === parts.length - 1;
      if (child === undefined) {
        const at = `/${[...stack.map((entry) => entry.name), part].join('/')}`;
        return last ? done({ node: undefined, parent, name: part, path: at }) : failed('ENOENT');
      }
      if (child.type === 'symlink' && (!last || follow)) {
        const base = `/${stack.map((entry) => entry.name).join('/')}`;
        const target = child.target.startsWith('/') ? child.target : `${base}/${child.target}`;
        return this.#walk([target, ...parts.slice(index + 1)].join('/'), follow, depth + 1);
      }
      stack.push({ node: child, name: part });
      node = child;
    }
    if (path.endsWith('/') && node.type !== 'directory') return failed('ENOTDIR');
    const upper = stack.at(-2)?.node ?? this.#root;
    return done({
      node,
      parent: upper,
      name: stack.at(-1)?.name ?? '',
      path: `/${stack.map((entry) => entry.name).join('/')}`,
    });
  }

  #find(path: string, follow = true): FsResult<FakeNode> {
    const found = this.#walk(path, follow);
    if (!found.ok) return found;
    return found.value.node === undefined ? failed('ENOENT') : done(found.value.node);
  }

  #add(path: string, node: FakeNode): FsResult<void> {
    const found = this.#walk(path, false);
    if (!found.ok) return found;
    if (found.value.node !== undefined) return failed('EEXIST');
    found.value.parent.children.set(found.value.name, node);
    if (node.type === 'directory') found.value.parent.nlink += 1;
    this.#touch(found.value.parent);
    return done(undefined);
  }

  #touch(node: FakeNode): void {
    node.mtime = node.ctime = Math.floor(this.#now() / 1000);
  }

  #stat(node: FsResult<FakeNode>): FsResult<FsStat> {
    if (!node.ok) return node;
    const { data, target, children: _, ...rest } = node.value;
    const size = rest.type === 'directory' ? 4096 : rest.type === 'symlink' ? target.length : data.length;
    return done({ ...rest, size });
  }

  stat(path: string, _user?: FsUser): FsResult<FsStat> {
    return this.#stat(this.#find(path));
  }

  lstat(path: string, _user?: FsUser): FsResult<FsStat> {
    return this.#stat(this.#find(path, path.endsWith('/')));
  }

  list(path: string, _user?: FsUser): FsResult<readonly string[]> {
    const node = this.#find(path);
    if (!node.ok) return node;
    return node.value.type === 'directory' ? done([...node.value.children.keys()]) : failed('ENOTDIR');
  }

  read(path: string, _user: FsUser, offset = 0, length = 1 << 20): FsResult<Uint8Array> {
    const node = this.#find(path);
    if (!node.ok) return node;
    if (node.value.type === 'directory') return failed('EISDIR');
    if (node.value.mode === 0) return failed('EACCES');
    return done(node.value.data.subarray(offset, offset + length));
  }

  write(
    path: string,
    data: Uint8Array,
    _user: FsUser,
    options: Parameters<FileSystem['write']>[3] = {},
  ): FsResult<number> {
    const found = this.#walk(path, true);
    if (!found.ok) return found;
    let node = found.value.node;
    if (node?.type === 'directory') return failed('EISDIR');
    if (node !== undefined && options.exclusive === true) return failed('EEXIST');
    if (node === undefined) {
      node = this.#node('file', options.mode ?? 0o644);
      const added = this.#add(found.value.path, node);
      if (!added.ok) return added;
    }
    const offset = options.append === true ? node.data.length : options.offset;
    if (offset === undefined) node.data = data.slice();
    else {
      const joined = new Uint8Array(Math.max(node.data.length, offset + data.length));
      joined.set(node.data);
      joined.set(data, offset);
      node.data = joined;
    }
    this.#touch(node);
    return done(data.length);
  }

  truncate(path: string, size: number): FsResult<void> {
    const node = this.#find(path);
    if (!node.ok) return node;
    const data = new Uint8Array(size);
    data.set(node.value.data.subarray(0, size));
    node.value.data = data;
    return done(undefined);
  }

  mkdir(path: string, _user: FsUser, mode = 0o755): FsResult<void> {
    return this.#add(path.replace(/\/+$/, ''), this.#node('directory', mode));
  }

  rmdir(path: string): FsResult<void> {
    return this.#remove(path, true);
  }

  unlink(path: string): FsResult<void> {
    return this.#remove(path, false);
  }

  #remove(path: string, directory: boolean): FsResult<void> {
    const found = this.#walk(path, false);
    if (!found.ok) return found;
    const { node, parent, name } = found.value;
    if (node === undefined) return failed('ENOENT');
    if (directory && node.type !== 'directory') return failed('ENOTDIR');
    if (!directory && node.type === 'directory') return failed('EISDIR');
    if (node.children.size > 0) return failed('ENOTEMPTY');
    parent.children.delete(name);
    node.nlink -= 1;
    if (directory) parent.nlink -= 1;
    this.#touch(parent);
    return done(undefined);
  }

  rename(from: string, to: string): FsResult<void> {
    const source = this.#walk(from, false);
    const target = this.#walk(to, false);
    if (!source.ok) return source;
    if (!target.ok) return target;
    if (source.value.node === undefined) return failed('ENOENT');
    source.value.parent.children.delete(source.value.name);
    target.value.parent.children.set(target.value.name, source.value.node);
    return done(undefined);
  }

  symlink(target: string, path: string): FsResult<void> {
    const node = this.#node('symlink', 0o777);
    node.target = target;
    return this.#add(path, node);
  }

  link(from: string, to: string): FsResult<void> {
    const node = this.#find(from, false);
    if (!node.ok) return node;
    const added = this.#add(to, node.value);
    if (added.ok) node.value.nlink += 1;
    return added;
  }

  readlink(path: string): FsResult<string> {
    const node = this.#find(path, false);
    if (!node.ok) return node;
    return node.value.type === 'symlink' ? done(node.value.target) : failed('EINVAL');
  }

  realpath(path: string): FsResult<string> {
    const found = this.#walk(path, true);
    if (!found.ok) return found;
    return found.value.node === undefined ? failed('ENOENT') : done(found.value.path);
  }

  #change(path: string, change: (node: FakeNode) => void): FsResult<void> {
    const node = this.#find(path);
    if (!node.ok) return node;
    change(node.value);
    return done(undefined);
  }

  chmod(path: string, mode: number): FsResult<void> {
    return this.#change(path, (node) => (node.mode = mode));
  }

  chown(path: string, uid: number, gid: number): FsResult<void> {
    return this.#change(path, (node) => Object.assign(node, { uid, gid }));
  }

  utimes(path: string, atime: number, mtime: number): FsResult<void> {
    return this.#change(path, (node) => Object.assign(node, { atime, mtime }));
  }
}

export const fakePersona: Persona = {
  profile: 'debian-12-server',
  hostname: 'web01',
  os: {
    id: 'debian',
    prettyName: 'Debian GNU/Linux 12 (bookworm)',
    version: '12.11',
    kernelRelease: '6.1.0-37-amd64',
    kernelVersion: '#1 SMP PREEMPT_DYNAMIC Debian 6.1.140-1 (2025-05-22)',
    machine: 'x86_64',
  },
  hardware: { cpuModel: 'Intel Xeon Processor (Skylake, IBRS)', cpus: 2, memoryKb: 4_014_604, diskKb: 41_943_040 },
  network: {
    interface: 'eth0',
    mac: '52:54:00:12:34:56',
    address: '192.0.2.17',
    prefix: 24,
    gateway: '192.0.2.1',
    dns: ['192.0.2.53'],
  },
  timeZone: 'UTC',
  bootedAt: (now) => now - 12 * 86_400_000 - 3_700_000,
  installedAt: Date.UTC(2025, 5, 3, 10, 12),
  users: [
    { name: 'root', uid: 0, gid: 0, gecos: 'root', home: '/root', shell: '/bin/bash', login: true },
    {
      name: 'www-data',
      uid: 33,
      gid: 33,
      gecos: 'www-data',
      home: '/var/www',
      shell: '/usr/sbin/nologin',
      login: false,
    },
    { name: 'admin', uid: 1000, gid: 1000, gecos: 'Admin,,,', home: '/home/admin', shell: '/bin/bash', login: true },
  ],
  ssh: { version: '2.0', software: 'OpenSSH_9.2p1 Debian-2+deb12u6' },
  derive: (purpose, bytes) => {
    const out = new Uint8Array(bytes);
    let hash = 2166136261;
    for (let index = 0; index < bytes; index += 1) {
      for (const char of `${purpose}:${index}`) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619) >>> 0;
      out[index] = hash >>> 16;
    }
    return out;
  },
};

/** Stdin from a text. */
export function textInput(text: string | Uint8Array): CommandInput {
  let rest = Buffer.from(text);
  return {
    isTerminal: false,
    setEcho: () => undefined,
    read: () => {
      const chunk = rest;
      rest = Buffer.alloc(0);
      return Promise.resolve(chunk.length === 0 ? undefined : chunk);
    },
    readLine: () => {
      if (rest.length === 0) return Promise.resolve(undefined);
      const at = rest.indexOf(10);
      const line = rest.subarray(0, at === -1 ? rest.length : at).toString();
      rest = at === -1 ? Buffer.alloc(0) : rest.subarray(at + 1);
      return Promise.resolve(line);
    },
    readAll: () => {
      const all = rest;
      rest = Buffer.alloc(0);
      return Promise.resolve(all);
    },
  };
}

class Sink implements CommandOutput {
  readonly isTerminal = false;
  readonly chunks: Buffer[] = [];
  write(data: string | Uint8Array): void {
    this.chunks.push(Buffer.from(data));
  }
  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }
}

export interface FakeRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

export type Programs = ReadonlyMap<string, { readonly path: string; readonly run: Command }>;

/** A machine with these programs, whose clock stands at 2026-01-01 00:00 UTC. */
export class FakeMachine {
  readonly clock = new ManualClock();
  readonly fs = new FakeFileSystem(() => this.clock.now());
  readonly observations: ShellObservation[] = [];
  readonly scripts: string[] = [];
  readonly killed: { pid: number; signal: string }[] = [];
  readonly env = new Map([
    ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    ['HOME', '/root'],
    ['LANG', 'C.UTF-8'],
  ]);
  cwd = '/root';
  user: MachineUser = { name: 'root', uid: 0, gid: 0, groups: [0], home: '/root', shell: '/bin/bash' };
  terminal: CommandContext['terminal'];
  steps = 0;
  #programs: Programs;

  constructor(programs: Programs) {
    this.#programs = programs;
    for (const folder of [
      '/root',
      '/tmp',
      '/etc',
      '/var',
      '/var/log',
      '/usr',
      '/usr/bin',
      '/home',
      '/proc',
      '/dev',
      '/run',
    ])
      this.fs.mkdir(folder, this.user);
    this.fs.mkdir('/usr/sbin', this.user);
    for (const { path } of programs.values()) this.put(path, '\x7fELF', 0o755);
    const passwd = fakePersona.users.map(
      (user) => `${user.name}:x:${user.uid}:${user.gid}:${user.gecos}:${user.home}:${user.shell}\n`,
    );
    this.put('/etc/passwd', passwd.join(''));
    this.put('/etc/group', fakePersona.users.map((user) => `${user.name}:x:${user.gid}:\n`).join(''));
  }

  put(path: string, content: string | Uint8Array, mode = 0o644): void {
    const written = this.fs.write(path, Buffer.from(content), this.user, { mode });
    if (!written.ok) throw new Error(`${path}: ${written.error}`);
  }

  async run(argv: readonly string[], stdin = ''): Promise<FakeRun> {
    const out = new Sink();
    const err = new Sink();
    const status = await this.#run(argv, { stdin: textInput(stdin), stdout: out, stderr: err });
    return { stdout: out.text, stderr: err.text, status };
  }

  async #run(argv: readonly string[], options: RunOptions): Promise<number> {
    const program = this.#programs.get((argv[0] ?? '').replace(/^.*\//, ''));
    if (program === undefined) {
      options.stderr?.write(`bash: line 1: ${argv[0]}: command not found\n`);
      return 127;
    }
    return program.run(this.#context(argv, options));
  }

  #context(argv: readonly string[], options: RunOptions): CommandContext {
    const cwd = options.cwd ?? this.cwd;
    const user = options.user ?? this.user;
    const stdin = options.stdin ?? textInput('');
    const stdout = options.stdout ?? new Sink();
    const stderr = options.stderr ?? new Sink();
    const inherit = (given: RunOptions = {}): RunOptions => ({
      env: options.env ?? this.env,
      cwd,
      user,
      stdin,
      stdout,
      stderr,
      ...given,
    });
    const startedAt = this.clock.now();
    const self: MachineProcess = {
      pid: 1433,
      ppid: 1402,
      user: user.name,
      uid: user.uid,
      tty: 'pts/0',
      state: 'R+',
      startedAt,
      cpuSeconds: 0,
      rssKb: 4300,
      vszKb: 10_940,
      comm: (argv[0] ?? '').replace(/^.*\//, ''),
      args: argv.join(' '),
    };
    const others: MachineProcess[] = [
      {
        ...self,
        pid: 1,
        ppid: 0,
        user: 'root',
        uid: 0,
        tty: '?',
        state: 'Ss',
        comm: 'systemd',
        args: '/sbin/init',
        startedAt: startedAt - 9e8,
      },
      {
        ...self,
        pid: 2,
        ppid: 0,
        user: 'root',
        uid: 0,
        tty: '?',
        state: 'S',
        comm: 'kthreadd',
        args: '[kthreadd]',
        rssKb: 0,
        vszKb: 0,
        startedAt: startedAt - 9e8,
      },
      {
        ...self,
        pid: 612,
        ppid: 1,
        user: 'root',
        uid: 0,
        tty: '?',
        state: 'Ss',
        comm: 'sshd',
        args: 'sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups',
      },
      { ...self, pid: 1402, ppid: 612, state: 'Ss', comm: 'bash', args: '-bash' },
    ];
    return {
      argv,
      cwd,
      user,
      stdin,
      stdout,
      stderr,
      env: options.env ?? this.env,
      machine: this.#machine(),
      fs: this.fs,
      clock: this.clock,
      terminal: this.terminal,
      client: { ip: '198.51.100.7', port: 40_112 },
      server: { ip: '192.0.2.17', port: 22 },
      resolve: (path) => (path.startsWith('/') ? path : `${cwd === '/' ? '' : cwd}/${path}`),
      processes: {
        self,
        list: () => [...others, self],
        kill: (pid, signal) => {
          if (![...others, self].some((process) => process.pid === pid)) return 'no-such-process';
          this.killed.push({ pid, signal });
          return 'done';
        },
      },
      observe: (observation) => void this.observations.push(observation),
      step: (count = 1) => {
        this.steps += count;
        if (this.steps > 5_000_000) throw new Error('steps exhausted');
      },
      sleep: (ms) => {
        this.clock.advance(ms);
        return Promise.resolve();
      },
      run: (next, given) => this.#run(next, inherit(given)),
      runScript: async (source, _args, given) => {
        this.scripts.push(source);
        let status = 0;
        for (const line of source.split(/[\n;]/)) {
          const words = line.trim().split(/\s+/);
          if (words[0] !== '') status = await this.#run(words, inherit(given));
        }
        return status;
      },
    };
  }

  #machine(): Machine {
    return {
      persona: fakePersona,
      fs: this.fs,
      revision: 0,
      user: (name) => {
        const found = fakePersona.users.find((user) => user.name === name);
        return found === undefined ? undefined : { ...found, groups: [found.gid] };
      },
      snapshot: () => new Uint8Array(),
      openShell: () => {
        throw new Error('a fake machine opens no shell');
      },
    };
  }
}
