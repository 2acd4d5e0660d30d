/** Has nftables play the TCP/IP of personas' systems while the enforcer runs; what a killed one left is replaced or removed by the next. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Logger } from '@netsentinel/contracts/log';
import type { PlayedStack } from '@netsentinel/contracts/played-stack';
import { findProgram, runProgram, type Command, type CommandResult } from '../program.ts';
import type { StacksConfig } from './stacks.config.ts';
import { windowScaleOf, windowsScript, withoutTable } from './windows-stack.ts';

/** Says that our table may be there. */
const MARK = 'stacks-played';
const TIMEOUT_MS = 5000;

export interface PlayedStacksOptions {
  readonly config: StacksConfig;
  readonly stacks: readonly PlayedStack[];
  /** The enforcer's own folder. */
  readonly directory: string;
  readonly log: Logger;
  /** As the kernel has it where the decoys listen; without it, read of this machine. */
  readonly windowScale?: number;
}

export interface PlayedStacks {
  /** Answers packets as this machine does again. Never rejects. */
  close(): Promise<void>;
}

/** Never rejects: where it cannot be done, the log says so, and `decoys verify` shows what scanners see. */
export async function playStacks({
  config,
  stacks,
  directory,
  log,
  windowScale = scaleHere(),
}: PlayedStacksOptions): Promise<PlayedStacks> {
  const mark = join(directory, MARK);
  const table = config.table ?? tableOf(directory);
  const [program, ...leading] = config.command;
  const command: Command | undefined = program === undefined ? findProgram('nft') : [program, ...leading];
  const run = async (script: string): Promise<CommandResult> =>
    command === undefined
      ? { ok: false, reason: 'there is no nft; install nftables' }
      : runProgram(command, ['-f', '-'], { input: `${script}\n`, timeoutMs: TIMEOUT_MS });
  const remove = async (): Promise<void> => {
    if (!existsSync(mark)) return;
    const removed = await run(withoutTable(table));
    if (removed.ok) rmSync(mark, { force: true });
    else log.warn('packets of decoys may still look as another system’s', { reason: removed.reason });
  };

  const listeners = config.play ? stacks.flatMap((stack) => stack.listeners) : [];
  if (listeners.length === 0) {
    await remove();
    return { close: () => Promise.resolve() };
  }
  writeFileSync(mark, '');
  const played = await run(windowsScript(table, listeners, windowScale));
  const personas = stacks.map(({ persona }) => persona).join(', ');
  if (played.ok) log.info(`packets of ${personas} look as those of Windows`, { ports: listeners.length });
  else
    log.warn(`packets of ${personas} show this machine’s system, not Windows (nmap -O tells)`, {
      reason: played.reason,
      hint: 'It takes nft 1.0.2, Linux 5.18 and root. `enforcer.stacks.play: false` ends this message.',
    });
  return { close: remove };
}

/** Two installs on one machine do not take each other's away. */
function tableOf(directory: string): string {
  return `netsentinel_stacks_${createHash('sha256').update(resolve(directory)).digest('hex').slice(0, 8)}`;
}

function scaleHere(): number {
  const setting = (path: string): string => readFileSync(`/proc/sys/net/${path}`, 'utf8');
  try {
    return windowScaleOf(setting('ipv4/tcp_rmem'), setting('core/rmem_max'));
  } catch {
    return windowScaleOf('', '');
  }
}
