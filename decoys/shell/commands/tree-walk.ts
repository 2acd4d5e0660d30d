/** Walking a folder of the pretended disk, depth first, counted against the session's bounds. */
import type { CommandContext } from '../command.types.ts';
import type { FsStat } from '../shell.types.ts';
import { joinPath } from './text.ts';

export interface Visit {
  /** As the attacker named it. */
  readonly name: string;
  readonly path: string;
  readonly stat: FsStat;
  readonly depth: number;
}

const MAX_DEPTH = 200;
const ENTRIES_A_STEP = 16;

let entries = 0;

/** Counts what is looked at on the disk: a whole walk must fit the bounds of one command line. */
export function countEntry(ctx: CommandContext): void {
  entries = (entries + 1) % ENTRIES_A_STEP;
  if (entries === 0) ctx.step();
}

/** Children before their folder when `childrenFirst`; never follows links below the start. */
export function* walk(ctx: CommandContext, name: string, childrenFirst = false, depth = 0): Generator<Visit> {
  countEntry(ctx);
  const path = ctx.resolve(name);
  const stat = ctx.fs.lstat(path, ctx.user);
  if (!stat.ok) return;
  const visit = { name, path, stat: stat.value, depth };
  if (!childrenFirst) yield visit;
  if (stat.value.type === 'directory' && depth < MAX_DEPTH) {
    const list = ctx.fs.list(path, ctx.user);
    if (list.ok) for (const child of list.value) yield* walk(ctx, joinPath(name, child), childrenFirst, depth + 1);
  }
  if (childrenFirst) yield visit;
}
