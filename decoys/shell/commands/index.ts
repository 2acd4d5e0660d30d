/** Every program of the machine by name, one line per family. What is not listed is "command not found". */
import type { Command, CommandTable } from '../command.types.ts';
import { builtinTwinCommands } from './builtin-twins.ts';
import { catCommands } from './cat.ts';
import { copyMoveCommands } from './copy-move.ts';
import { grepCommands } from './grep.ts';
import { identityCommands } from './identity.ts';
import { lsCommands } from './ls.ts';
import { makeRemoveCommands } from './make-remove.ts';
import { permissionCommands } from './permissions.ts';
import { sliceCommands } from './slices.ts';
import { systemInfoCommands } from './system-info.ts';
import { wrapperCommands } from './wrappers.ts';

const FAMILIES: readonly CommandTable[] = [
  builtinTwinCommands,
  catCommands,
  copyMoveCommands,
  grepCommands,
  identityCommands,
  lsCommands,
  makeRemoveCommands,
  permissionCommands,
  sliceCommands,
  systemInfoCommands,
  wrapperCommands,
];

export interface Program {
  /** Where the binary lies, under the merged /usr. */
  readonly path: string;
  readonly run: Command;
}

export const commandTable: ReadonlyMap<string, Program> = new Map(FAMILIES.flatMap((family) => Object.entries(family)));

/** The program of this name; a path finds it by its last part only when that is where it lies. */
export function findCommand(name: string): Program | undefined {
  if (!name.includes('/')) return commandTable.get(name);
  const program = commandTable.get(name.slice(name.lastIndexOf('/') + 1));
  return program !== undefined && (program.path === name || program.path === `/usr${name}`) ? program : undefined;
}
