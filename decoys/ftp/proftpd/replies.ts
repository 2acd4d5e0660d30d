/** ProFTPD's common answers: it passes on what the system says. */
import { errorText } from '../../shell/fs/error-text.ts';
import type { FsResult } from '../../shell/shell.types.ts';
import type { Command } from '../dialect.types.ts';

/** `550 name: No such file or directory`. */
export function refusal(name: string, result: FsResult<unknown> & { readonly ok: false }): string {
  return `550 ${name}: ${errorText(result.error)}`;
}

/** A command that must have something after it. */
export function withArgument(command: Command): Command {
  return (ftp, argument) => (argument === '' ? ftp.reply('501 Invalid number of parameters') : command(ftp, argument));
}

/** A command that must have nothing after it. */
export function alone(command: Command): Command {
  return (ftp, argument) => (argument === '' ? command(ftp, argument) : ftp.reply('501 Invalid number of parameters'));
}

/** Paths with `~` in front. */
export function homeward(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? `${home}${path.slice(1)}` : path;
}
