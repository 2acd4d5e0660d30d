/** What each process may see and do: used by the launcher, and by the test that tries to get out. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { HEAP_OPTIONS } from '@netsentinel/decoys/heap-options';
import { COMPILE_LATER } from '@netsentinel/kernel/compile-later';
import { KEEP_WRAPPERS } from '@netsentinel/kernel/keep-wrappers';
import { ONE_LANGUAGE } from './lean.ts';
import { codePaths, programFiles, systemLibraries, type Confinement } from './sandbox.ts';

/** The young generation is large enough for events to die in it, and no larger. */
export const PLATFORM_OPTIONS: readonly string[] = [
  ONE_LANGUAGE,
  ...KEEP_WRAPPERS,
  '--enable-experimental-regexp-engine-on-excessive-backtracks',
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=8',
  '--expose-gc',
];

/** What the C library reads to find the address of a name. */
export const NAME_RESOLUTION: readonly string[] = [
  'resolv.conf',
  'hosts',
  'nsswitch.conf',
  'host.conf',
  'gai.conf',
  'services',
].map((name) => join('/etc', name));

export interface ConfinedProgram {
  readonly entry: string;
  /** What it loads later than at its start, to be found compiled. */
  readonly loads: readonly string[];
  readonly confinement: Confinement;
}

/** The process that faces attackers: its own code, personas to play, and nothing else. `home`: the folder of the clone; `types`: of the decoys that it plays. */
export function decoyHostProgram(home: string, types: readonly string[] = ['ssh']): ConfinedProgram {
  const code = codePaths(home, ['contracts', 'kernel', 'decoys', 'apps/decoy-host'], ['zod', 'msgpackr']);
  return {
    entry: join(home, 'apps/decoy-host/decoy-host.ts'),
    loads: types.map((type) => join(home, `decoys/${type}/${type}.decoy.ts`)).filter((path) => existsSync(path)),
    confinement: {
      read: [...code, join(home, 'content', 'personas')],
      write: [],
      noNetwork: true,
      user: 'decoy-host',
      permissionModel: true,
      // The permission model does not look at what SQLite opens, so where it stands alone there must be no SQLite.
      nodeOptions: [ONE_LANGUAGE, ...COMPILE_LATER, '--expose-gc', ...HEAP_OPTIONS, '--no-experimental-sqlite'],
    },
  };
}

/** The process that tests the decoys: their code, and what it knows of the real things. It goes out to where decoys listen. */
export function verifierProgram(home: string): ConfinedProgram {
  const workspaces = [
    'contracts',
    'kernel',
    'decoys',
    'apps/watcher',
    'apps/netsentinel/verify',
    'apps/netsentinel/personas',
  ];
  return {
    entry: join(home, 'apps/netsentinel/verify/decoys.verifier.ts'),
    loads: [],
    confinement: {
      read: [...codePaths(home, workspaces, ['zod', 'msgpackr']), join(home, 'content', 'personas')],
      write: [],
      noNetwork: false,
      user: 'verifier',
      permissionModel: true,
      nodeOptions: [ONE_LANGUAGE, '--disable-warning=ExperimentalWarning', '--no-experimental-sqlite'],
    },
  };
}

/** The process that reads what others wrote: its own code, and the folders that the launcher adds. `home`: the folder of the clone. */
export function collectorProgram(home: string, types: readonly string[]): ConfinedProgram {
  const workspaces = ['contracts', 'kernel', 'stages/1-sense', 'stages/2-normalise', 'apps/netsentinel/collector'];
  return {
    entry: join(home, 'apps/netsentinel/collector/collector-host.ts'),
    loads: types.map((type) => join(home, `stages/1-sense/collectors/${type}/${type}.collector.ts`)),
    confinement: {
      read: codePaths(home, workspaces, ['zod', 'msgpackr']),
      write: [],
      noNetwork: true,
      user: 'collector',
      permissionModel: true,
      nodeOptions: [
        ONE_LANGUAGE,
        ...COMPILE_LATER,
        '--expose-gc',
        '--max-semi-space-size=4',
        '--no-experimental-sqlite',
      ],
    },
  };
}

/** The process that sees packets: its own code, the library that reads them, and what it waits in until there is one. */
export function watcherProgram(home: string): ConfinedProgram {
  const [shell, once] = ['sh', 'dd'].map((name) => programFiles([name])[0]);
  return {
    entry: join(home, 'apps/watcher/watcher-host.ts'),
    loads: [join(home, 'apps/watcher/open-sockets.ts')],
    confinement: {
      read: [
        ...codePaths(
          home,
          ['contracts', 'kernel', 'stages/1-sense', 'apps/watcher'],
          ['msgpackr', 'koffi', '@koromix'],
        ),
        ...programFiles(['sh', 'dd']),
      ],
      write: [],
      noNetwork: true,
      user: 'watcher',
      permissionModel: true,
      // One packet at the bell (descriptor 9) wakes it; what a program lacks that it waits in, it does not wait.
      ...(shell === undefined || once === undefined ? {} : { waitsIn: [shell, '-c', SLEEP, once] }),
      nodeOptions: [
        ...COMPILE_LATER,
        '--allow-addons',
        '--expose-gc',
        '--max-semi-space-size=1',
        '--max-old-space-size=96',
        '--no-experimental-sqlite',
      ],
    },
  };
}

/** The process that writes the packets of one network: its own code, and `captures`, the one folder that it writes to. */
export function captureProgram(home: string, captures: string): ConfinedProgram {
  return {
    entry: join(home, 'apps/watcher/capture/capture-host.ts'),
    loads: [join(home, 'apps/watcher/capture/open-capture.ts')],
    confinement: {
      read: codePaths(home, ['contracts', 'kernel', 'apps/watcher'], ['koffi', '@koromix']),
      write: [captures],
      noNetwork: true,
      user: 'capture',
      // A file that is closed is to be on the disk.
      permissionModel: false,
      nodeOptions: [
        ...COMPILE_LATER,
        '--disable-warning=ExperimentalWarning',
        '--expose-gc',
        '--max-semi-space-size=1',
        '--max-old-space-size=96',
        '--no-experimental-sqlite',
      ],
    },
  };
}

/** A program of Node's takes fifty megabytes, a shell that waits one. `$0` reads one packet. The channel (descriptor 3) speaks lines of JSON. */
const SLEEP = `printf '{"t":"asleep"}\\n' >&3; "$0" bs=1 count=1 <&9 >/dev/null 2>&1; exec "$@"`;

/** The process that parses and keeps what attackers sent. `data`: the one folder that it writes to; `given`: what the user installed or named. */
export function platformProgram(home: string, data: string, given: readonly string[]): ConfinedProgram {
  const code = [
    'contracts',
    'kernel',
    'stages',
    'surface',
    'apps/netsentinel',
    'content',
    'node_modules',
    'package.json',
  ];
  return {
    entry: join(home, 'apps/netsentinel/platform/platform.ts'),
    loads: [join(home, 'stages/8-store/events/duckdb/events.worker.ts')],
    confinement: {
      // Its native modules (DuckDB, argon2) are linked with more than Node is.
      read: [...code.map((path) => join(home, path)), ...given, ...systemLibraries()],
      write: [data],
      noNetwork: false,
      user: 'platform',
      permissionModel: false,
      nodeOptions: [...COMPILE_LATER, ...PLATFORM_OPTIONS],
    },
  };
}
