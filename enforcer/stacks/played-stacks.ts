/**
 * Has nftables play the TCP/IP of personas' systems while the enforcer runs. The table belongs to an `nft` that is kept alive for it: whatever ends that, and be it
 * `kill -9` of the enforcer, ends the table.
 */
import { readFileSync } from 'node:fs';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import type { PlayedStack } from '@netsentinel/contracts/played-stack';
import { parseAddress } from '@netsentinel/kernel/address';
import { InteractiveProgram } from '../interactive-program.ts';
import { findProgram, summarize, type Command } from '../program.ts';
import { NFT_DIALOGUE } from '../responders/nftables/nft-process.ts';
import type { StacksConfig } from './stacks.config.ts';
import { windowScaleOf, windowsTable, type PlayedListener } from './windows-stack.ts';

const TIMEOUT_MS = 5000;

export interface PlayedStacksOptions {
  readonly config: StacksConfig;
  readonly stacks: readonly PlayedStack[];
  readonly clock: Clock;
  readonly log: Logger;
  /** As the kernel has it where the decoys listen; without it, read of this machine. */
  readonly windowScale?: number;
}

export interface PlayedStacks {
  /** Resolves when it is known whether packets look as they should. Never rejects. */
  readonly begun: Promise<void>;
  /** Answers packets as this machine does again. Never rejects. */
  close(): Promise<void>;
}

/** Where it cannot be done the log says so, and `decoys verify` shows what scanners see. */
export function playStacks({
  config,
  stacks,
  clock,
  log,
  windowScale = scaleHere(),
}: PlayedStacksOptions): PlayedStacks {
  const listeners = config.play ? stacks.flatMap(({ listeners }) => listeners.flatMap(readListener)) : [];
  if (listeners.length === 0) return { begun: Promise.resolve(), close: () => Promise.resolve() };
  const personas = stacks.map(({ persona }) => persona).join(', ');
  const failed = (reason: string): void =>
    log.warn(`packets of ${personas} show this machine’s system, not Windows (nmap -O tells)`, {
      reason,
      hint: 'It takes nft 1.0.2, Linux 5.18 and root. `enforcer.stacks.play: false` ends this message.',
    });
  const command = commandOf(config);
  if (command === undefined) {
    failed('there is no nft; install nftables');
    return { begun: Promise.resolve(), close: () => Promise.resolve() };
  }
  const nft = new InteractiveProgram(command, NFT_DIALOGUE, clock, TIMEOUT_MS);
  // Another name for each process: two installs do not meet.
  const begin = async (): Promise<void> => {
    const complaint = await nft.ask(windowsTable(`netsentinel_stacks_${process.pid}`, listeners, windowScale));
    if (complaint === '') log.info(`packets of ${personas} look as those of Windows`, { ports: listeners.length });
    else failed(complaint === undefined ? 'nft does not answer' : summarize(complaint));
  };
  return { begun: begin(), close: () => nft.close() };
}

/** None where it is no address: a name may stand for several. */
function readListener({ address, port }: PlayedStack['listeners'][number]): PlayedListener[] {
  const parsed = parseAddress(address);
  return parsed === undefined ? [] : [{ address: parsed, port }];
}

function commandOf({ command: [program, ...leading] }: StacksConfig): Command | undefined {
  return program === undefined ? findProgram('nft') : [program, ...leading];
}

function scaleHere(): number {
  const setting = (path: string): string => {
    try {
      return readFileSync(`/proc/sys/net/${path}`, 'utf8');
    } catch {
      // A container may not see it.
      return '';
    }
  };
  return windowScaleOf(setting('ipv4/tcp_rmem'), setting('core/rmem_max'));
}
