/** `bc` 1.07.1: exact arithmetic line by line, from files, a pipe or the terminal. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { BcFailure, BcMachine, BcQuit, BcReturn } from './bc-machine.ts';
import { BcSyntaxError, bcTokens } from './bc-expressions.ts';
import { BcParser } from './bc-parser.ts';
import { bytesToBinary, readFile } from './text.ts';

const VERSION =
  'bc 1.07.1\nCopyright 1991-1994, 1997, 1998, 2000, 2004, 2006, 2008, 2012-2017 Free Software Foundation, Inc.\n';
const USAGE =
  "usage: bc [options] [file ...]\n  -h  --help         print this usage and exit\n  -i  --interactive  force interactive mode\n  -l  --mathlib      use the predefined math routines\n  -q  --quiet        don't print initial banner\n  -s  --standard     non-standard bc constructs are errors\n  -w  --warn         warn about non-standard bc constructs\n  -v  --version      print version information and exit\n";
const LONG: Readonly<Record<string, string>> = {
  '--help': 'h',
  '--interactive': 'i',
  '--mathlib': 'l',
  '--quiet': 'q',
  '--standard': 's',
  '--warn': 'w',
  '--version': 'v',
};
const MAX_PIECE = 64 * 1024;

async function bc(ctx: CommandContext): Promise<number> {
  let letters = '';
  const files: string[] = [];
  for (const arg of ctx.argv.slice(1)) {
    if (!arg.startsWith('-') || arg === '-') files.push(arg);
    else {
      const given = arg.startsWith('--') ? LONG[arg] : arg.slice(1);
      const bad = given === undefined ? '' : /[^hilqswv]/.exec(given)?.[0];
      if (bad !== undefined) {
        const what = bad === '' ? `unrecognized option '${arg}'` : `invalid option -- '${bad}'`;
        ctx.stderr.write(`${ctx.argv[0]}: ${what}\n${USAGE}`);
        return 1;
      }
      letters += given ?? '';
    }
  }
  if (/[hv]/.test(letters)) {
    ctx.stdout.write(letters.includes('h') ? USAGE : VERSION);
    return 0;
  }
  const machine = new BcMachine(ctx, letters.includes('l'));
  for (const name of files) {
    const file = readFile(ctx, name);
    if (!file.ok) {
      ctx.stderr.write(`File ${name} is unavailable.\n`);
      return 1;
    }
    if (runText(machine, name, bytesToBinary(file.bytes))) return 0;
  }
  if (ctx.stdin.isTerminal && !letters.includes('q'))
    ctx.stdout.write(`${VERSION}This is free software with ABSOLUTELY NO WARRANTY.\nFor details type \`warranty'. \n`);
  const run = pieces(machine, '(standard_in)');
  for (let line = await ctx.stdin.readLine(); line !== undefined; line = await ctx.stdin.readLine()) {
    ctx.step();
    if (ctx.stdin.isTerminal) ctx.observe({ kind: 'input', line: line.slice(0, 1024) });
    if (run(line)) return 0;
  }
  return 0;
}

function runText(machine: BcMachine, name: string, text: string): boolean {
  const run = pieces(machine, name);
  return text.split('\n').some((line) => run(line));
}

/** Takes lines and runs each as soon as what it belongs to is whole; answers true after `quit`. */
function pieces(machine: BcMachine, name: string): (line: string) => boolean {
  let waiting = '';
  let number = 0;
  return (line) => {
    number += 1;
    waiting += `${line}\n`;
    if (waiting.length < MAX_PIECE && !isWhole(waiting)) return false;
    const piece = waiting;
    waiting = '';
    try {
      const tokens = bcTokens(piece);
      machine.place = codeLength(tokens);
      new BcParser(machine, tokens).program()();
    } catch (error) {
      if (error instanceof BcQuit) return true;
      if (error instanceof BcSyntaxError) {
        const at = error.message === 'syntax error' && /[-+*/%^=<>(,]\s*$/.test(piece) ? number + 1 : number;
        machine.ctx.stderr.write(`${name} ${at}: ${error.message}\n`);
      } else if (error instanceof BcFailure)
        machine.ctx.stderr.write(`Runtime error (func=(main), adr=${machine.place}): ${error.message}\n`);
      else if (!(error instanceof BcReturn)) throw error;
    }
    return false;
  };
}

function isWhole(text: string): boolean {
  const bare = text.replaceAll(/\/\*[\s\S]*?\*\/|#[^\n]*/g, '');
  if (bare.includes('/*') || bare.endsWith('\\\n') || (bare.split('"').length - 1) % 2 === 1) return false;
  const plain = bare.replaceAll(/"[^"]*"/g, '');
  return plain.split('{').length <= plain.split('}').length && !/^\s*define\b[^{]*$/.test(plain);
}

/** About where in its own code the real one would have stopped: a digit 0 or 1 takes one place, other numbers their text and two, a name two. */
function codeLength(tokens: readonly string[]): number {
  let length = 0;
  for (const token of tokens) {
    if (/^[01]$/.test(token)) length += 1;
    else if (/^[0-9A-F.]/.test(token)) length += token.length + 2;
    else if (/^[a-z]/.test(token)) length += 2;
    else if (/^[-+*/%^]$/.test(token)) length += 1;
    else if (token === ';') length += 1;
  }
  return length;
}

export const bcCommands: CommandTable = { bc: { path: '/usr/bin/bc', run: bc } };
