/** The shape of detectors that recognise a class of commands, and the small questions that they ask of one. */
import { printable } from '@netsentinel/kernel/log';
import type { CommandLine, SimpleCommand } from './command-line.ts';
import { plainDetector, type DetectorDefinition, type DetectorInfo } from './detector.types.ts';

const MAX_QUOTE = 240;

/** `match` answers the command that gives it away. */
export function commandDetector(
  info: Omit<DetectorInfo, 'on'>,
  match: (command: SimpleCommand, line: CommandLine) => boolean,
): DetectorDefinition {
  return plainDetector({ ...info, on: ['command', 'program'] }, ({ line }) => {
    for (const command of line.commands)
      if (match(command, line)) return { summary: `${info.title}: ${quote(showCommand(command))}` };
    return undefined;
  });
}

/** Attacker text for a sentence: capped, control characters visible, in quotes. */
export function quote(text: string): string {
  return `"${printable(text, MAX_QUOTE)}"`;
}

export function showCommand(command: SimpleCommand): string {
  const words = [...command.via, command.path, ...command.args].filter((word) => word !== '');
  const writes = command.writes.map((target) => `> ${target}`);
  return [...(words.length === 0 ? command.assignments : words), ...writes].join(' ');
}

/** A word that is an option with this letter, alone or among others: `-rf` has `r`. */
export function hasFlag(command: SimpleCommand, letter: string): boolean {
  return command.args.some((arg) => /^-[A-Za-z0-9]+$/.test(arg) && arg.includes(letter));
}

/** Words that are not options. */
export function operands(command: SimpleCommand): string[] {
  return command.args.filter((arg) => !arg.startsWith('-'));
}

/** Any file that the command reads, writes or names for which `test` holds. */
export function touches(command: SimpleCommand, test: (path: string) => boolean): boolean {
  return [command.args, command.writes, command.reads].some((words) => words.some((word) => test(cleanPath(word))));
}

/** `/etc//./shadow` as `/etc/shadow`. */
export function cleanPath(path: string): string {
  return path.includes('//') || path.includes('/./') ? path.replaceAll(/\/(?:\.?\/)+/g, '/') : path;
}

const WRITERS = new Set(['tee', 'cp', 'mv', 'install', 'ln', 'touch', 'vi', 'vim', 'nano', 'sed', 'truncate', 'dd']);

/** True where the command writes, appends to, replaces or edits a file for which `test` holds. */
export function writesTo(command: SimpleCommand, test: (path: string) => boolean): boolean {
  if (command.writes.some((path) => test(cleanPath(path)))) return true;
  return writtenByArguments(command).some((path) => test(cleanPath(path)));
}

function writtenByArguments(command: SimpleCommand): readonly string[] {
  if (!WRITERS.has(command.name)) return [];
  const files = operands(command);
  switch (command.name) {
    case 'cp':
    case 'mv':
    case 'install':
    case 'ln':
      return files.length > 1 ? files.slice(-1) : [];
    case 'sed':
      return hasFlag(command, 'i') ? files : [];
    case 'dd':
      return files.filter((file) => file.startsWith('of=')).map((file) => file.slice(3));
    default:
      return files;
  }
}
