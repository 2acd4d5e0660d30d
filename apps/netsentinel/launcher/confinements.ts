/** What each process may see and do: used by the launcher, and by the test that tries to get out. */
import { join } from 'node:path';
import { COMPILE_LATER } from '@netsentinel/kernel/compile-later';
import { ONE_LANGUAGE } from './lean.ts';
import { codePaths, systemLibraries, type Confinement } from './sandbox.ts';

/** The young generation is large enough for events to die in it, and no larger. */
export const PLATFORM_OPTIONS: readonly string[] = [
  ONE_LANGUAGE,
  '--enable-experimental-regexp-engine-on-excessive-backtracks',
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=8',
  '--expose-gc',
];

export interface ConfinedProgram {
  readonly entry: string;
  /** What it loads later than at its start, to be found compiled. */
  readonly loads: readonly string[];
  readonly confinement: Confinement;
}

/** The process that faces attackers: its own code, personas to play, and nothing else. `home`: the folder of the clone. */
export function decoyHostProgram(home: string): ConfinedProgram {
  const code = codePaths(home, ['contracts', 'kernel', 'decoys', 'apps/decoy-host'], ['zod', 'msgpackr']);
  return {
    entry: join(home, 'apps/decoy-host/decoy-host.ts'),
    loads: [join(home, 'decoys/ssh/ssh.decoy.ts')],
    confinement: {
      read: [...code, join(home, 'content', 'personas')],
      write: [],
      noNetwork: true,
      user: 'decoy-host',
      permissionModel: true,
      // The permission model does not look at what SQLite opens, so where it stands alone there must be no SQLite.
      nodeOptions: [
        ONE_LANGUAGE,
        ...COMPILE_LATER,
        '--expose-gc',
        '--max-semi-space-size=2',
        '--no-experimental-sqlite',
      ],
    },
  };
}

/** The process that parses and keeps what attackers sent. `data`: the one folder that it writes to; `rules`: what the user installed. */
export function platformProgram(home: string, data: string, rules: string): ConfinedProgram {
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
      read: [...code.map((path) => join(home, path)), rules, ...systemLibraries()],
      write: [data],
      noNetwork: false,
      user: 'platform',
      permissionModel: false,
      nodeOptions: [...COMPILE_LATER, ...PLATFORM_OPTIONS],
    },
  };
}
