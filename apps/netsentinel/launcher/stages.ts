/** Starts what sees packets: a first stage with our rights, which opens its sockets and becomes a program that has none. */
import { spawn, type ChildProcess } from 'node:child_process';
import { RESERVED } from '@netsentinel/watcher/descriptors';
import type { ConfinedProgram } from './confinements.ts';
import { confinedCommand, environment, findTool, type SandboxReport } from './sandbox.ts';

export interface SecondStage {
  readonly program: ConfinedProgram;
  readonly sandbox: SandboxReport;
  readonly codeCache: string | undefined;
}

/** @param entry the first stage's; `request` is what it is asked for, as JSON on its command line */
export function spawnInStages(
  entry: string,
  request: unknown,
  { program, sandbox, codeCache }: SecondStage,
): ChildProcess {
  const command = [
    // The channel is the second stage's.
    '-u',
    'NODE_CHANNEL_FD',
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    entry,
    JSON.stringify(request),
    '--',
    ...byPath(confinedCommand(program.entry, program.confinement, sandbox, codeCache)),
  ];
  const reserved = Array.from({ length: RESERVED }, () => 'ignore' as const);
  return spawn(findTool('env') ?? 'env', command, {
    env: environment(codeCache),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', ...reserved],
  });
}

/** The program by its path: what becomes another program does not look for it. */
function byPath([program, ...args]: readonly string[]): string[] {
  return [findTool(program!) ?? program!, ...args];
}
