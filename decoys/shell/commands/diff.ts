/** `diff`, `cmp` (GNU diffutils 3.8) in the normal format. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { parseOptions } from './options.ts';
import { complain, errorText, quotedIfNeeded, readOperand, splitLines, writeBinary } from './text.ts';

const MAX_DIFF_LINES = 1500;

async function twoFiles(ctx: CommandContext, operands: readonly string[]): Promise<[string, string] | undefined> {
  const texts: string[] = [];
  for (const name of operands.slice(0, 2)) {
    const file = await readOperand(ctx, name);
    if (file.ok) texts.push(file.text);
    else complain(ctx, `${quotedIfNeeded(name)}: ${errorText(file.error)}`);
  }
  return texts.length === 2 ? [texts[0]!, texts[1]!] : undefined;
}

interface Change {
  readonly from: number;
  readonly removed: readonly string[];
  readonly to: number;
  readonly added: readonly string[];
}

/** The changes between two lists of lines, by their longest common subsequence. */
function changes(ctx: CommandContext, a: readonly string[], b: readonly string[]): Change[] {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    if (i % 64 === 0) ctx.step();
    for (let j = b.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] =
        a[i] === b[j]
          ? lengths[(i + 1) * width + j + 1]! + 1
          : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
  }
  const found: Change[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      i += 1;
      j += 1;
      continue;
    }
    const [from, to] = [i, j];
    while ((i < a.length || j < b.length) && !(i < a.length && j < b.length && a[i] === b[j])) {
      if (j >= b.length || (i < a.length && lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!)) i += 1;
      else j += 1;
    }
    found.push({ from, removed: a.slice(from, i), to, added: b.slice(to, j) });
  }
  return found;
}

async function diff(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'abBcC:dEeilnNpqrsTtuU:wy',
    usage: '[OPTION]... FILES',
    version: '(GNU diffutils) 3.8',
    status: 2,
    long: {
      brief: 'q',
      unified: 'u',
      recursive: 'r',
      'ignore-case': 'i',
      'report-identical-files': 's',
      'color?': 'color',
    },
  });
  if (typeof options === 'number') return options;
  const [first = '', second] = options.operands;
  if (second === undefined) {
    ctx.stderr.write(
      `${ctx.argv[0]}: missing operand${first === '' ? '' : ` after '${first}'`}\n${ctx.argv[0]}: Try '${ctx.argv[0]} --help' for more information.\n`,
    );
    return 2;
  }
  const texts = await twoFiles(ctx, options.operands);
  if (texts === undefined) return 2;
  if (texts[0] === texts[1]) {
    if (options.has('s')) ctx.stdout.write(`Files ${first} and ${second} are identical\n`);
    return 0;
  }
  if (options.has('q') || texts.some((text) => text.includes('\0'))) {
    ctx.stdout.write(`${options.has('q') ? 'Files' : 'Binary files'} ${first} and ${second} differ\n`);
    return options.has('q') ? 1 : 2;
  }
  const [a, b] = texts.map((text) => splitLines(text).slice(0, MAX_DIFF_LINES)) as [string[], string[]];
  const range = (from: number, count: number): string =>
    count === 1 ? String(from + 1) : count === 0 ? String(from) : `${from + 1},${from + count}`;
  for (const change of changes(ctx, a, b)) {
    const kind = change.removed.length === 0 ? 'a' : change.added.length === 0 ? 'd' : 'c';
    const removed = change.removed.map((line) => `< ${line}\n`).join('');
    const added = change.added.map((line) => `> ${line}\n`).join('');
    writeBinary(
      ctx.stdout,
      `${range(change.from, change.removed.length)}${kind}${range(change.to, change.added.length)}\n${removed}${kind === 'c' ? '---\n' : ''}${added}`,
    );
  }
  return 1;
}

async function cmp(ctx: CommandContext): Promise<number> {
  const operands = ctx.argv.slice(1).filter((arg) => !/^-./.test(arg));
  if (operands.length < 2) {
    ctx.stderr.write(
      `cmp: missing operand after '${operands[0] ?? 'cmp'}'\ncmp: Try 'cmp --help' for more information.\n`,
    );
    return 2;
  }
  const texts = await twoFiles(ctx, operands);
  if (texts === undefined) return 2;
  const [a, b] = texts;
  if (a === b) return 0;
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at += 1;
  if (!ctx.argv.includes('-s')) {
    if (at === a.length || at === b.length)
      ctx.stderr.write(
        `cmp: EOF on ${operands[a.length < b.length ? 0 : 1]} after byte ${at}, in line ${a.slice(0, at).split('\n').length}\n`,
      );
    else
      ctx.stdout.write(
        `${operands[0]} ${operands[1]} differ: byte ${at + 1}, line ${a.slice(0, at).split('\n').length}\n`,
      );
  }
  return 1;
}

export const diffCommands: CommandTable = {
  diff: { path: '/usr/bin/diff', run: diff },
  cmp: { path: '/usr/bin/cmp', run: cmp },
};
