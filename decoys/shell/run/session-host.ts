/** What the shells of one session share: the machine, the bounds, the processes, and the way to the attacker and to the platform. */
import type { Clock } from '@netsentinel/contracts/clock';
import type { OverlayFileSystem } from '../fs/overlay-fs.ts';
import type { Machine, ShellObservation } from '../shell.types.ts';
import type { Budget } from './budget.ts';
import type { ProcessScope } from './process-scope.ts';
import type { SessionProcesses } from './session-processes.ts';

export interface SessionHost {
  readonly machine: Machine;
  readonly fs: OverlayFileSystem;
  readonly clock: Clock;
  readonly budget: Budget;
  readonly processes: SessionProcesses;
  /** Ends with the session alone; background jobs live in it. */
  readonly rootScope: ProcessScope;
  readonly client: { readonly ip: string; readonly port: number };
  readonly server: { readonly ip: string; readonly port: number };
  /** Makes a job the one that the terminal's keys reach; answers how to give it back. */
  enterForeground(scope: ProcessScope): () => void;
  /** Whether a program of this group waits for the terminal's keys. */
  readsTerminal(scope: ProcessScope): boolean;
  /** Programs that started programs, right now. */
  nesting: number;
  /** The terminal of the session, if it has one; changes with its size. */
  readonly terminal: { readonly columns: number; readonly rows: number; readonly type: string } | undefined;
  observe(observation: ShellObservation): void;
  /** A promise to wait for where the attacker reads slower than we write. */
  writable(): Promise<void> | undefined;
}

/** Most processes of one session that live at once; `fork` fails beyond. */
export const MAX_PROCESSES = 48;
