/** `read` and `mapfile`. */
import { bytesOf, textOf } from '../lang/byte-text.ts';
import { outputOf } from '../run/redirection.ts';
import { setElement } from '../run/values.ts';
import type { Builtin, BuiltinTable } from './builtin.types.ts';
import { badOption, fail, isName } from './report.ts';

const MAX_READ = 256 * 1024;
const READ_USAGE =
  'read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]';

const read: Builtin = async (ctx) => {
  const { shell } = ctx;
  const values = new Map<string, string>();
  let at = 1;
  for (; at < ctx.argv.length && /^-./.test(ctx.argv[at]!); at++) {
    const word = ctx.argv[at]!;
    if (word === '--') {
      at++;
      break;
    }
    for (let i = 1; i < word.length; i++) {
      const letter = word[i]!;
      if ('adinNptu'.includes(letter)) {
        const value = i + 1 < word.length ? word.slice(i + 1) : ctx.argv[++at];
        if (value === undefined) return fail(ctx, `-${letter}: option requires an argument`, 2);
        values.set(letter, value);
        break;
      }
      if (!'ers'.includes(letter)) return badOption(ctx, `-${letter}`, READ_USAGE);
      values.set(letter, '');
    }
  }
  const names = ctx.argv.slice(at);
  for (const name of names)
    if (!isName(name.replace(/\[.*\]$/, ''))) return fail(ctx, `\`${name}': not a valid identifier`);
  const fd = Number(values.get('u') ?? 0);
  const input = ctx.fds.get(fd)?.input;
  if (input === undefined) return fail(ctx, `${fd}: invalid file descriptor: Bad file descriptor`);
  const prompt = values.get('p');
  if (prompt !== undefined && input.isTerminal) outputOf(ctx.fds, 2).write(prompt);
  const silent = values.has('s');
  if (silent) input.setEcho(false);
  const count = values.get('N') ?? values.get('n');
  const delimiter = values.has('N') ? -1 : values.has('d') ? (bytesOf(values.get('d')!)[0] ?? 0) : 10;
  const max = count === undefined ? MAX_READ : Math.min(MAX_READ, Math.max(0, Number(count) || 0));
  let text = '';
  let found = false;
  try {
    const timeout = values.get('t');
    for (;;) {
      const reading =
        max === 0 ? Promise.resolve({ bytes: new Uint8Array(0), found: true }) : input.readUntil(delimiter, max);
      const got =
        timeout === undefined
          ? await reading
          : await Promise.race([
              reading,
              shell.scope.sleep(Math.max(0, Number(timeout) || 0) * 1000).then(() => 'late' as const),
            ]);
      shell.session.budget.woke();
      if (got === 'late') return 142;
      if (got === undefined) break;
      text += textOf(got.bytes);
      found = got.found;
      // A backslash at the end continues the line.
      if (
        !found ||
        values.has('r') ||
        count !== undefined ||
        !/(?:^|[^\\])(?:\\\\)*\\$/.test(text) ||
        text.length > MAX_READ
      )
        break;
      text = text.slice(0, -1);
    }
  } finally {
    if (silent) input.setEcho(true);
  }
  text = text.replaceAll('\0', '');
  const raw = values.has('r');
  if (values.has('a')) {
    const name = values.get('a')!;
    const variable = shell.vars.declare(name);
    if (variable.readonly) return fail(ctx, `${name}: readonly variable`);
    variable.array = new Map();
    variable.value = undefined;
    splitLine(shell.vars.text('IFS') ?? ' \t\n', text, Number.POSITIVE_INFINITY, raw).forEach((value, index) =>
      shell.vars.setElement(variable, index, value),
    );
    return found ? 0 : 1;
  }
  if (names.length === 0) {
    setElement(shell, 'REPLY', undefined, raw ? text : text.replace(/\\([\s\S])/g, '$1'));
    return found ? 0 : 1;
  }
  const fields = values.has('N') ? [text] : splitLine(shell.vars.text('IFS') ?? ' \t\n', text, names.length, raw);
  for (const [index, name] of names.entries()) {
    const match = /^(\w+)(?:\[(.*)\])?$/.exec(name)!;
    const problem = setElement(shell, match[1]!, match[2], fields[index] ?? '');
    if (problem !== undefined) return fail(ctx, problem);
  }
  return found ? 0 : 1;
};

/** Splits a line for `read`: the last name takes the rest, without the blanks at its end. */
function splitLine(ifs: string, text: string, count: number, raw: boolean): string[] {
  const chars: { char: string; plain: boolean }[] = [];
  for (let i = 0; i < text.length; i++) {
    if (!raw && text[i] === '\\' && i + 1 < text.length) chars.push({ char: text[++i]!, plain: true });
    else chars.push({ char: text[i]!, plain: false });
  }
  const isIfs = (at: number): boolean => !chars[at]!.plain && ifs.includes(chars[at]!.char);
  const isBlank = (at: number): boolean => isIfs(at) && ' \t\n'.includes(chars[at]!.char);
  let at = 0;
  let end = chars.length;
  while (at < end && isBlank(at)) at++;
  while (end > at && isBlank(end - 1)) end--;
  const fields: string[] = [];
  while (at < end) {
    if (fields.length === count - 1) {
      let rest = chars.slice(at, end);
      // A single delimiter at the very end does not count as text.
      const last = rest.at(-1)!;
      if (
        !last.plain &&
        ifs.includes(last.char) &&
        !' \t\n'.includes(last.char) &&
        !rest.slice(0, -1).some((item) => !item.plain && ifs.includes(item.char))
      )
        rest = rest.slice(0, -1);
      fields.push(rest.map((item) => item.char).join(''));
      return fields;
    }
    let field = '';
    while (at < end && !isIfs(at)) field += chars[at++]!.char;
    fields.push(field);
    while (at < end && isBlank(at)) at++;
    if (at < end && isIfs(at) && !isBlank(at)) {
      at++;
      while (at < end && isBlank(at)) at++;
    }
  }
  return fields;
}

const mapfile: Builtin = async (ctx) => {
  const { shell } = ctx;
  let name = 'MAPFILE';
  let trim = false;
  let count = 0;
  let skip = 0;
  let fd = 0;
  let delimiter = 10;
  for (let at = 1; at < ctx.argv.length; at++) {
    const word = ctx.argv[at]!;
    if (word === '-t') trim = true;
    else if (word === '-n') count = Number(ctx.argv[++at] ?? 0);
    else if (word === '-s') skip = Number(ctx.argv[++at] ?? 0);
    else if (word === '-u') fd = Number(ctx.argv[++at] ?? 0);
    else if (word === '-d') delimiter = bytesOf(ctx.argv[++at] ?? '')[0] ?? 0;
    else if (word.startsWith('-'))
      return badOption(
        ctx,
        word,
        'mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]',
      );
    else name = word;
  }
  if (!isName(name)) return fail(ctx, `\`${name}': not a valid identifier`);
  const variable = shell.vars.declare(name);
  variable.array = new Map();
  variable.value = undefined;
  const input = ctx.fds.get(fd)?.input;
  const last = count === 0 ? Number.POSITIVE_INFINITY : count;
  for (let index = -skip; index < last; index++) {
    const line = await input?.readUntil(delimiter, MAX_READ);
    shell.session.budget.woke();
    shell.session.budget.step();
    if (line === undefined) break;
    if (index >= 0)
      shell.vars.setElement(
        variable,
        index,
        textOf(line.bytes) + (trim || !line.found ? '' : String.fromCharCode(delimiter)),
      );
    if (!line.found) break;
  }
  return 0;
};

export const inputBuiltins: BuiltinTable = { read, mapfile, readarray: mapfile };
