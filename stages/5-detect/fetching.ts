/** Programs that bring files in: whether a command does, and under what names the files will lie here. */
import type { SimpleCommand } from './command-line.ts';
import { operands } from './command-detector.ts';

const FETCHERS = new Set(['wget', 'curl', 'fetch', 'lynx', 'aria2c', 'axel', 'lwp-download', 'lwp-request', 'GET']);
const URL_LIKE = /^(https?|ftps?|tftp):\/\/|^[\w-]+(\.[\w-]+)+(:\d+)?\/|^\$|^\d+(\.\d+){3}(:\d+)?$/i;
const MAX_NAME = 128;

export function isFetch(command: SimpleCommand): boolean {
  if (FETCHERS.has(command.name)) return command.args.some((word) => URL_LIKE.test(word));
  // What `scp` starts at the other end to receive.
  if (command.name === 'scp') return command.args.includes('-t');
  if (command.name === 'tftp' || command.name === 'ftpget') return command.args.length > 0;
  return false;
}

/** Names (last path parts) of the files that the command leaves; none where it writes to its output. */
export function fetchedNames(command: SimpleCommand): string[] {
  const { name, args } = command;
  if (!isFetch(command)) return [];
  if (name === 'scp') return names(args.slice(-1));
  if (name === 'tftp')
    return names([
      ...after(args, /^-[a-z]*[rl]$|^get$/),
      ...args.filter((arg) => /^-r./.test(arg)).map((arg) => arg.slice(2)),
    ]);
  if (name === 'ftpget') return names(operands(command).slice(-2));
  const target = after(args, /^-[a-zA-Z]*[oO]$|^--output(-document)?$/);
  const joined = args.flatMap((arg) => /^--output(?:-document)?=(.+)$/.exec(arg)?.[1] ?? []);
  return names([...target, ...joined, ...command.writes, ...operands(command).filter((word) => URL_LIKE.test(word))]);
}

/** Words that follow an option of this form. */
function after(args: readonly string[], option: RegExp): string[] {
  return args.filter((_arg, at) => at > 0 && option.test(args[at - 1]!));
}

function names(paths: readonly string[]): string[] {
  return paths
    .map((path) => lastPart(path.replace(/[?#].*$/s, '')))
    .filter((name) => name !== '' && name !== '-' && name.length <= MAX_NAME);
}

export function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
