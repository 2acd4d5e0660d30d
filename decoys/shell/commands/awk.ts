/** `awk` (mawk 1.3.4, what Debian installs): runs the tree over records, with every loop counted against the session's bounds. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { AwkFailure } from './awk-control.ts';
import { AwkMachine } from './awk-machine.ts';
import { parseAwk } from './awk-parser.ts';
import { AwkSyntaxError } from './awk-syntax.ts';
import { fromInput, fromText } from './awk-values.ts';
import { bytesToBinary, errorText, readFile, toBinary } from './text.ts';

async function awk(ctx: CommandContext): Promise<number> {
  const args = ctx.argv.slice(1);
  const fail = (message: string): number => {
    ctx.stderr.write(`${(ctx.argv[0] ?? 'awk').replace(/^.*\//, '')}: ${message}\n`);
    return 2;
  };
  let source: string | undefined;
  let separator: string | undefined;
  const variables: [string, string][] = [];
  while (args[0] !== undefined && args[0].length > 1 && args[0].startsWith('-')) {
    const arg = args.shift()!;
    if (arg === '--') break;
    const letter = arg[1]!;
    if (letter === 'F') separator = arg.length > 2 ? arg.slice(2) : (args.shift() ?? '');
    else if (letter === 'v') {
      const given = arg.length > 2 ? arg.slice(2) : (args.shift() ?? '');
      const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(given);
      if (match === null) return fail(`improper assignment: -v ${given}`);
      variables.push([match[1]!, match[2]!]);
    } else if (letter === 'f') {
      const name = arg.length > 2 ? arg.slice(2) : (args.shift() ?? '');
      const file = name === '-' ? { ok: true as const, bytes: await ctx.stdin.readAll() } : readFile(ctx, name);
      if (!file.ok)
        return fail(
          `couldn't open ${name} : ${errorText(file.error)}`
            .replace("couldn't", 'cannot')
            .replace(' :', ' for reading:')
            .replace(' for reading: ', ` (`) + ')',
        );
      source = `${source ?? ''}${bytesToBinary(file.bytes)}\n`;
    } else if (letter === 'W') {
      if (arg.length === 2) args.shift();
    } else if (arg === '--version' || arg === '-V') {
      ctx.stdout.write(
        'mawk 1.3.4 20200120\nCopyright 2008-2019,2020, Thomas E. Dickey\nCopyright 1991-1996,2014, Michael D. Brennan\n',
      );
      return 0;
    } else return fail(`not an option: ${arg}`);
  }
  source ??= args.shift();
  if (source === undefined) {
    ctx.stderr.write(
      'Usage: mawk [Options] [Program] [file ...]\n\nProgram:\n    The -f option value is the name of a file containing program text.\n    If no -f option is given, a "--" ends option processing; the following\n    parameters are the program text.\n',
    );
    return 2;
  }
  let machine: AwkMachine | undefined;
  try {
    machine = new AwkMachine(ctx, parseAwk(toBinary(source)), args);
    const unescape = (text: string): string =>
      toBinary(text)
        .replaceAll(String.raw`\t`, '\t')
        .replaceAll(String.raw`\n`, '\n')
        .replaceAll('\\\\', '\\');
    if (separator !== undefined) machine.variables.set('FS', fromText(separator === 't' ? 't' : unescape(separator)));
    for (const [name, value] of variables) machine.variables.set(name, fromInput(unescape(value)));
    return await machine.run();
  } catch (error) {
    if (error instanceof AwkSyntaxError) return fail(`line ${error.line}: ${error.message}`);
    if (!(error instanceof AwkFailure)) throw error;
    machine?.streams.flush();
    return fail(error.message);
  }
}

export const awkCommands: CommandTable = {
  awk: { path: '/usr/bin/awk', run: awk },
  mawk: { path: '/usr/bin/mawk', run: awk },
  nawk: { path: '/usr/bin/nawk', run: awk },
};
