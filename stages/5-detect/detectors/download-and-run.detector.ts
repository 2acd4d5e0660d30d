/**
 * A file was brought in and then run: on one line, through a pipe, or minutes later. It remembers the names of what was brought in, since
 * that is what the later command has in common with the earlier.
 */
import { z } from 'zod';
import { cleanPath, operands, quote, showCommand } from '../command-detector.ts';
import { isShell, type CommandLine, type SimpleCommand } from '../command-line.ts';
import { rememberingDetector, type DetectorInput } from '../detector.types.ts';
import { fetchedNames, isFetch, lastPart } from '../fetching.ts';

const MAX_NAMES = 24;
const MAX_NAME = 128;
const INTERPRETER = /^(python[\d.]*|perl|php|ruby|lua|node|source|\.)$/;
const Memory = z.object({ names: z.array(z.string().max(MAX_NAME)).max(MAX_NAMES) });

export const downloadAndRun = rememberingDetector<z.infer<typeof Memory>>(
  {
    id: 'download-and-run',
    title: 'A file brought in and run',
    severity: 'high',
    confidence: 95,
    techniques: ['T1105', 'T1059.004'],
    tactics: ['TA0011', 'TA0002'],
    falsePositives: 'Installers that are piped into a shell, as some projects recommend.',
    on: ['command', 'program', 'download', 'upload', 'write'],
    memory: Memory,
  },
  (input, memory) => {
    const names = [...(memory?.names ?? [])];
    const known = names.length;
    const gave = findRun(input, names);
    if (gave === undefined && names.length === known) return undefined;
    return {
      memory: { names: names.slice(-MAX_NAMES) },
      ...(gave === undefined ? {} : { finding: { summary: `Brought in and run: ${quote(showCommand(gave))}` } }),
    };
  },
);

/** The command that runs what was brought in; `names` grows by what this event brings in. */
function findRun({ event, line, interaction }: DetectorInput, names: string[]): SimpleCommand | undefined {
  if (interaction !== 'command' && interaction !== 'program') {
    remember(names, lastPart(event.file?.path ?? event.file?.name ?? event.url?.path ?? ''));
    return undefined;
  }
  let gave: SimpleCommand | undefined;
  for (const command of line.commands) {
    if (gave === undefined && (runsOutputOfFetch(command, line) || names.includes(startedFile(command) ?? '')))
      gave = command;
    for (const name of fetchedNames(command)) remember(names, name);
    for (const path of command.writes) if (!path.startsWith('/dev/')) remember(names, lastPart(path));
  }
  return gave;
}

function remember(names: string[], name: string): void {
  if (name !== '' && name.length <= MAX_NAME && !names.includes(name)) names.push(name);
}

/** The name of the file that a command starts, where it is one outside of the system's folders. */
function startedFile(command: SimpleCommand): string | undefined {
  if (isShell(command.name) || INTERPRETER.test(command.name)) {
    const script = operands(command)[0];
    return script === undefined ? undefined : lastPart(script);
  }
  const path = cleanPath(command.path);
  return path.includes('/') && !/^\/(usr\/|s?bin\/)/.test(path) ? command.name : undefined;
}

/** `wget -O- … | sh`, `sh -c "$(curl …)"`, `bash <(curl …)`. */
function runsOutputOfFetch(command: SimpleCommand, line: CommandLine): boolean {
  if (!isShell(command.name) && !INTERPRETER.test(command.name) && command.name !== 'eval') return false;
  for (let from = command.pipedFrom; from !== undefined; from = from.pipedFrom) if (isFetch(from)) return true;
  const substitutes =
    command.args.some((arg) => arg.includes('$(…)') || arg.includes('`…`')) || command.reads.includes('(');
  return substitutes && line.commands.some(isFetch);
}
