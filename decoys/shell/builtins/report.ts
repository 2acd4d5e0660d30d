/** Output and error texts of builtins. */
import { complain, outputOf } from '../run/redirection.ts';
import type { BuiltinContext } from './builtin.types.ts';

export function print(ctx: BuiltinContext, text: string | Uint8Array): void {
  outputOf(ctx.fds, 1).write(text);
}

/** `bash: line 1: name: text`. */
export function fail(ctx: BuiltinContext, text: string, status = 1): number {
  complain(ctx.shell, ctx.fds, `${ctx.argv[0]}: ${text}\n`);
  return status;
}

export function badOption(ctx: BuiltinContext, option: string, usage: string): number {
  complain(ctx.shell, ctx.fds, `${ctx.argv[0]}: ${option}: invalid option\n`);
  complainUsage(ctx, usage);
  return 2;
}

export function complainUsage(ctx: BuiltinContext, usage: string): void {
  outputOf(ctx.fds, 2).write(`${ctx.argv[0]}: usage: ${usage}\n`);
}

/** Leading one-letter options; `bad` is the first that is not among them. */
export function takeOptions(
  argv: readonly string[],
  letters: string,
): { readonly options: Set<string>; readonly rest: readonly string[]; readonly bad: string | undefined } {
  const options = new Set<string>();
  let at = 1;
  for (; at < argv.length; at++) {
    const word = argv[at]!;
    if (word === '--') {
      at++;
      break;
    }
    if (!/^-./.test(word)) break;
    for (const letter of word.slice(1)) {
      if (!letters.includes(letter)) return { options, rest: argv.slice(at), bad: `-${letter}` };
      options.add(letter);
    }
  }
  return { options, rest: argv.slice(at), bad: undefined };
}

export function isName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
}
