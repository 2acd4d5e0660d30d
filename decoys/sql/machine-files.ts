/** The machine behind the server, as its process sees it: what `mysql` may read and write there, and what a command would print. */
import type { MachineLease } from '../service/machine-pool.ts';
import type { ServiceSession } from '../service/service.types.ts';
import type { FileSystem } from '../shell/shell.types.ts';
import { ShellWatch } from '../service/shell-watch.ts';

export interface MachineFiles {
  readFile(path: string): Uint8Array | undefined;
  writeFile(path: string, content: Uint8Array, overwrite?: boolean): 'written' | 'exists' | 'denied';
  list(path: string): readonly string[] | undefined;
  /** Whether a file can be put there, as far as folders go. */
  hasFolder(path: string): boolean;
  /** Runs it in the machine's own shell, as the server's account; told as any command is. Resolves when it has ended, at the latest after half a minute. */
  run(line: string): Promise<{ readonly output: Uint8Array; readonly code: number }>;
  runCommand(line: string): string;
  /** Gives the machine back; once. */
  release(): void;
}

/** A server of this kind runs with the rights that attackers hope for: its own folders and the web's are open to it. */
const OPEN = /^\/(tmp|var\/tmp|dev\/shm|var\/lib\/(mysql|postgresql)|var\/www|usr\/lib\/mysql\/plugin)\//;

/** The one machine of this attacker, the same that other services show. `account`: whose rights the server has. */
export async function machineFiles(session: ServiceSession, account: string): Promise<MachineFiles> {
  const { actor, machines } = session;
  if (session.persona.files === 'none')
    return {
      readFile: () => undefined,
      writeFile: () => 'denied',
      list: () => undefined,
      hasFolder: () => false,
      run: () => Promise.resolve({ output: new Uint8Array(0), code: 127 }),
      runCommand: () => '',
      release: () => {},
    };
  const lease = await machines.acquire(actor);
  const { fs } = lease.machine;
  const found = lease.machine.user(account);
  const credentials =
    found === undefined
      ? { uid: 109, gid: 117, groups: [117] }
      : { uid: found.uid, gid: found.gid, groups: found.groups };
  return {
    release: () => lease.release(),
    readFile(path) {
      const read = fs.read(path, credentials);
      return read.ok ? read.value : undefined;
    },
    list(path) {
      const listed = fs.list(path, credentials);
      return listed.ok ? listed.value : undefined;
    },
    hasFolder: (path) => OPEN.test(`${path}/`) || fs.list(path, { uid: 0, gid: 0, groups: [0] }).ok,
    run: (line) => runInShell(session, lease, account, line),
    writeFile(path, content, overwrite = false) {
      if (!overwrite && fs.read(path, { uid: 0, gid: 0, groups: [0] }).ok) return 'exists';
      const open = OPEN.test(path);
      if (open) makeFolders(fs, path);
      const written = fs.write(path, content, open ? { uid: 0, gid: 0, groups: [0] } : credentials);
      if (!written.ok) return 'denied';
      lease.changed();
      return 'written';
    },
    runCommand: (line) =>
      /^\s*id\s*$/.test(line)
        ? `uid=${credentials.uid}(${account}) gid=${credentials.gid}(${account}) groups=${credentials.gid}(${account})\n`
        : /^\s*whoami\s*$/.test(line)
          ? `${account}\n`
          : /^\s*pwd\s*$/.test(line)
            ? '/var/lib/mysql\n'
            : /^\s*hostname\s*$/.test(line)
              ? `${session.persona.hostname}\n`
              : /^\s*uname -a\s*$/.test(line)
                ? `Linux ${session.persona.hostname} ${session.persona.os.kernelRelease} ${session.persona.os.kernelVersion} ${session.persona.os.machine} GNU/Linux\n`
                : '',
  };
}

const MAX_RUN_MS = 30_000;
const MAX_OUTPUT = 1_048_576;

function runInShell(
  session: ServiceSession,
  lease: MachineLease,
  account: string,
  line: string,
): Promise<{ readonly output: Uint8Array; readonly code: number }> {
  const watch = new ShellWatch({
    report: session.report,
    lease,
    keep: (content) => session.keep(content),
    failed: () => {},
  });
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    let cancel = (): void => {};
    const done = (code: number): void => {
      cancel();
      resolve({ output: Buffer.concat(chunks), code });
    };
    const shell = lease.machine.openShell({
      user: lease.machine.user(account) === undefined ? 'root' : account,
      client: session.source,
      server: session.destination,
      environment: {},
      command: line,
      output(chunk, stream) {
        bytes += chunk.length;
        if (stream === 'stdout' && bytes <= MAX_OUTPUT) chunks.push(chunk);
        return true;
      },
      exit: (status) => done('code' in status ? status.code : 137),
      observe: (observation) => watch.observe(observation),
    });
    shell.end();
    cancel = session.after(MAX_RUN_MS, () => {
      shell.destroy();
      done(137);
    });
  });
}

/** The folders of its packages are there, though this machine's image may not have them. */
function makeFolders(fs: FileSystem, path: string): void {
  const parts = path.split('/').slice(1, -1);
  for (const [i] of parts.entries()) fs.mkdir(`/${parts.slice(0, i + 1).join('/')}`, { uid: 0, gid: 0, groups: [0] });
}
