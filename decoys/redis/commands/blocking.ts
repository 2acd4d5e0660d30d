/** Commands that wait: until there is something, or for a time. */
import { CommandFailure } from '../command-failure.ts';
import { NO_REPLY, type Reply } from '../resp/reply.ts';
import type { CommandContext } from './command.types.ts';

/** Seconds to wait, in ms; 0 is for ever. */
export function timeout(word: string): number {
  const seconds = /^-?(?:\d+\.?\d*|\.\d+)$/.test(word) ? Number(word) : Number.NaN;
  if (Number.isNaN(seconds)) throw new CommandFailure('ERR timeout is not a float or out of range');
  if (seconds < 0) throw new CommandFailure('ERR timeout is negative');
  return Math.ceil(seconds * 1000);
}

export function waitFor(ctx: CommandContext, ms: number, none: Reply, attempt: () => Reply | undefined): Reply {
  const now = attempt();
  if (now !== undefined) return now;
  if (ctx.client.inTransaction) return none;
  ctx.client.block(ms, none, attempt);
  return NO_REPLY;
}
