/** `echo` and `printf`. */
import { formatPrintf } from '../commands/printf-format.ts';
import { echoUnescape } from '../lang/ansi-escapes.ts';
import { bytesOf, textOf } from '../lang/byte-text.ts';
import { escaped } from '../run/quoting.ts';
import { setElement } from '../run/values.ts';
import type { Builtin, BuiltinContext, BuiltinTable } from './builtin.types.ts';
import { isAsh } from './posix-builtins.ts';
import { complainUsage, fail, print } from './report.ts';

const echo: Builtin = (ctx) => {
  const words = ctx.argv.slice(1);
  let newline = true;
  const plain = ctx.shell.kind === 'dash' && !isAsh(ctx.shell);
  let escapes = ctx.shell.shopts.has('xpg_echo') || plain;
  while (words.length > 0 && (plain ? words[0] === '-n' : /^-[neE]+$/.test(words[0]!))) {
    for (const letter of words.shift()!.slice(1)) {
      if (letter === 'n') newline = false;
      else escapes = letter === 'e';
    }
  }
  let text = words.join(' ');
  if (escapes) {
    const done = echoUnescape(text);
    text = done.text;
    if (done.stopped) newline = false;
  }
  ctx.shell.session.budget.bytes(text.length);
  print(ctx, newline ? `${text}\n` : text);
  return 0;
};

const printf: Builtin = (ctx) => {
  let args = ctx.argv.slice(1);
  let variable: string | undefined;
  if (args[0] === '-v' && args.length > 1) {
    variable = args[1]!;
    args = args.slice(2);
  }
  if (args[0] === '--') args = args.slice(1);
  if (args.length === 0) {
    complainUsage(ctx, 'printf [-v var] format [arguments]');
    return 2;
  }
  if (args[0]!.startsWith('-') && args[0]!.length > 1 && ctx.argv[1] === args[0] && !/%|\\/.test(args[0]!)) {
    fail(ctx, `${args[0]!.slice(0, 2)}: invalid option`);
    complainUsage(ctx, 'printf [-v var] format [arguments]');
    return 2;
  }
  const quoting = /^[^%]*%q[^%]*$/.test(args[0]!);
  const format = quoting ? args[0]!.replace('%q', '%s') : withTimes(ctx, args[0]!);
  const { text, errors } = formatPrintf(
    binary(format),
    args.slice(1).map((arg) => binary(quoting ? escaped(arg) : arg)),
  );
  const bytes = new Uint8Array(Buffer.from(text, 'latin1'));
  for (const error of errors)
    fail(
      ctx,
      error
        .replace(/^'(.*)': (?:expected a numeric value|value not completely converted)$/s, '$1: invalid number')
        .trimEnd(),
    );
  if (variable === undefined) print(ctx, bytes);
  else {
    const match = /^([A-Za-z_]\w*)(?:\[(.+)\])?$/.exec(variable);
    if (match === null) return fail(ctx, `\`${variable}': not a valid identifier`, 2);
    const problem = setElement(ctx.shell, match[1]!, match[2], textOf(bytes));
    if (problem !== undefined) return fail(ctx, problem);
  }
  return errors.length > 0 ? 1 : 0;
};

/** `%(format)T` of now. */
function withTimes(ctx: BuiltinContext, format: string): string {
  return format.replace(/%\(([^)]*)\)T/g, (_, layout: string) => {
    const iso = new Date(ctx.shell.session.clock.now()).toISOString();
    const fields: Readonly<Record<string, string>> = {
      Y: iso.slice(0, 4),
      m: iso.slice(5, 7),
      d: iso.slice(8, 10),
      H: iso.slice(11, 13),
      M: iso.slice(14, 16),
      S: iso.slice(17, 19),
      F: iso.slice(0, 10),
      T: iso.slice(11, 19),
      s: String(Math.floor(Date.parse(iso) / 1000)),
      Z: 'UTC',
      z: '+0000',
    };
    return (layout === '' ? '%H:%M:%S' : layout)
      .replace(/%(.)/g, (whole, letter: string) => fields[letter] ?? whole)
      .replaceAll('%', '%%');
  });
}

function binary(text: string): string {
  return Buffer.from(bytesOf(text)).toString('latin1');
}

export const outputBuiltins: BuiltinTable = { echo, printf };
