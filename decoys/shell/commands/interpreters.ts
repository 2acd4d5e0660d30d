/** `python3` and `perl` as attackers use them from a shell: `--version`, and one-liners that print, import a shell or do arithmetic. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { errorText, readFile } from './text.ts';

/** A string literal of Python or Perl. */
const LITERAL = /^\s*[rbfu]?(['"])((?:\\.|(?!\1).)*)\1\s*$/s;

function unquoteLiteral(text: string): string | undefined {
  const match = LITERAL.exec(text);
  return match?.[2]?.replaceAll(
    /\\([ntr\\'"])/g,
    (_whole, letter: string) => ({ n: '\n', t: '\t', r: '\r' })[letter] ?? letter,
  );
}

/** Numbers and + - * / ( ) only. */
function arithmetic(text: string): string | undefined {
  if (!/^[\d\s+*/().-]{1,100}$/.test(text) || !/\d/.test(text) || /\*\*|\/\//.test(text)) return undefined;
  const tokens = text.match(/\d+(?:\.\d+)?|[-+*/()]/g) ?? [];
  let at = 0;
  const primary = (): number => {
    const token = tokens[at++];
    if (token === '(') {
      const value = sum();
      at += 1;
      return value;
    }
    return token === '-' ? -primary() : Number(token);
  };
  const product = (): number => {
    let value = primary();
    while (tokens[at] === '*' || tokens[at] === '/')
      value = tokens[at++] === '*' ? value * primary() : value / primary();
    return value;
  };
  const sum = (): number => {
    let value = product();
    while (tokens[at] === '+' || tokens[at] === '-')
      value = tokens[at++] === '+' ? value + product() : value - product();
    return value;
  };
  const value = sum();
  return Number.isFinite(value) ? String(value) : undefined;
}

async function python(ctx: CommandContext): Promise<number> {
  const args = ctx.argv.slice(1);
  while (args[0] !== undefined && /^-[bBdEiIOqsSuvx]+$/.test(args[0])) args.shift();
  if (args[0] === '--version' || args[0] === '-V' || args[0] === '-VV') {
    ctx.stdout.write('Python 3.11.2\n');
    return 0;
  }
  if (args[0] === '-c') return runPython(ctx, args[1] ?? '', '<string>');
  if (args[0] === '-m') {
    if (args[1] === 'http.server') {
      ctx.stdout.write(
        `Serving HTTP on 0.0.0.0 port ${args[2] ?? '8000'} (http://0.0.0.0:${args[2] ?? '8000'}/) ...\n`,
      );
      for (;;) await ctx.sleep(1000);
    }
    ctx.stderr.write(`/usr/bin/python3: No module named ${args[1] ?? ''}\n`);
    return 1;
  }
  if (args[0] !== undefined && args[0] !== '-') {
    const file = readFile(ctx, args[0]);
    if (!file.ok) {
      ctx.stderr.write(`python3: can't open file '${ctx.resolve(args[0])}': [Errno 2] ${errorText(file.error)}\n`);
      return 2;
    }
    ctx.observe({ kind: 'execute', path: ctx.resolve(args[0]), argv: ctx.argv });
    return runPython(ctx, Buffer.from(file.bytes).toString('utf8'), ctx.resolve(args[0]));
  }
  if (!ctx.stdin.isTerminal) return runPython(ctx, Buffer.from(await ctx.stdin.readAll()).toString('utf8'), '<stdin>');
  ctx.stdout.write(
    'Python 3.11.2 (main, Apr 28 2025, 14:11:48) [GCC 12.2.0] on linux\nType "help", "copyright", "credits" or "license" for more information.\n',
  );
  for (;;) {
    ctx.stdout.write('>>> ');
    const line = await ctx.stdin.readLine();
    if (line === undefined || /^\s*(exit|quit)\(\)\s*$/.test(line)) return 0;
    ctx.observe({ kind: 'input', line: line.slice(0, 1024) });
    const value = arithmetic(line) ?? (unquoteLiteral(line) === undefined ? undefined : `'${unquoteLiteral(line)}'`);
    if (value !== undefined) ctx.stdout.write(`${value}\n`);
    else await runPython(ctx, line, '<stdin>');
  }
}

/** Statement by statement; what it does not know it passes over in silence, as a program without output would. */
async function runPython(ctx: CommandContext, source: string, name: string): Promise<number> {
  for (const statement of source.slice(0, 16_384).split(/[;\n]/).slice(0, 500)) {
    ctx.step();
    const line = statement.trim();
    if (line === '' || line.startsWith('#')) continue;
    const print = /^print\s*\((.*)\)$/s.exec(line);
    const shell =
      /\b(?:os\.system|os\.popen|pty\.spawn|subprocess\.(?:call|run|Popen|getoutput|check_output))\s*\(\s*\[?\s*(['"])((?:\\.|(?!\1).)*)\1/s.exec(
        line,
      );
    if (shell !== null) {
      const command = shell[2]!;
      if (/pty\.spawn/.test(line)) return ctx.run([command]);
      await ctx.runScript(command, []);
    } else if (print !== null) {
      const value = unquoteLiteral(print[1]!) ?? arithmetic(print[1]!) ?? (print[1] === '' ? '' : undefined);
      if (value !== undefined) ctx.stdout.write(`${value}\n`);
    } else if (/^print\s+\S/.test(line)) {
      ctx.stderr.write(
        `  File "${name}", line 1\n    ${line}\n    ${'^'.repeat(Math.min(line.length, 60))}\nSyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?\n`,
      );
      return 1;
    } else if (/^(import|from)\s+(urllib2|requests|paramiko|numpy|httplib)\b/.test(line)) {
      ctx.stderr.write(
        `Traceback (most recent call last):\n  File "${name}", line 1, in <module>\nModuleNotFoundError: No module named '${/^(?:import|from)\s+(\w+)/.exec(line)![1]}'\n`,
      );
      return 1;
    }
  }
  return 0;
}

async function perl(ctx: CommandContext): Promise<number> {
  const args = ctx.argv.slice(1);
  if (args.some((arg) => arg === '-v' || arg === '--version')) {
    ctx.stdout.write(
      '\nThis is perl 5, version 36, subversion 0 (v5.36.0) built for x86_64-linux-gnu-thread-multi\n(with 60 registered patches, see perl -V for more detail)\n\nCopyright 1987-2022, Larry Wall\n\nPerl may be copied only under the terms of either the Artistic License or the\nGNU General Public License, which may be found in the Perl 5 source kit.\n\nComplete documentation for Perl, including FAQ lists, should be found on\nthis system using "man perl" or "perldoc perl".  If you have access to the\nInternet, point your browser at https://www.perl.org/, the Perl Home Page.\n\n',
    );
    return 0;
  }
  const at = args.findIndex((arg) => /^-\w*e$/.test(arg));
  if (at !== -1) {
    for (const statement of (args[at + 1] ?? '').slice(0, 16_384).split(';').slice(0, 500)) {
      ctx.step();
      const print = /^\s*(?:print|say)\s*\(?\s*(.*?)\)?\s*$/s.exec(statement);
      const shell = /\b(?:system|exec)\s*\(?\s*(['"])((?:\\.|(?!\1).)*)\1/s.exec(statement);
      if (shell !== null) await ctx.runScript(shell[2]!, []);
      else if (print !== null) {
        const repeated = /^(['"])(.*)\1\s*x\s*(\d+)$/s.exec(print[1]!);
        const value =
          repeated === null
            ? (unquoteLiteral(print[1]!) ?? arithmetic(print[1]!))
            : repeated[2]!.repeat(Math.min(Number(repeated[3]), 65_536 / Math.max(1, repeated[2]!.length)));
        if (value !== undefined) ctx.stdout.write(value + (/^\s*say/.test(statement) ? '\n' : ''));
      }
    }
    return 0;
  }
  const script = args.find((arg) => !arg.startsWith('-'));
  if (script === undefined) {
    await ctx.stdin.readAll();
    return 0;
  }
  const file = readFile(ctx, script);
  if (!file.ok) {
    ctx.stderr.write(`Can't open perl script "${script}": ${errorText(file.error)}\n`);
    return 2;
  }
  ctx.observe({ kind: 'execute', path: ctx.resolve(script), argv: ctx.argv });
  return 0;
}

export const interpreterCommands: CommandTable = {
  python3: { path: '/usr/bin/python3', run: python },
  'python3.11': { path: '/usr/bin/python3.11', run: python },
  perl: { path: '/usr/bin/perl', run: perl },
};
