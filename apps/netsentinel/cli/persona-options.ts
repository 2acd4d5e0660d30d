/** The options that choose a machine: the same for all commands that start or look at one. */
import { Option, type Command } from 'commander';

export function addPersonaOptions(command: Command): Command {
  return command
    .option('--persona <name>', 'the machine to play: one of ours (see `persona show`), or a file')
    .option('--seed <n>', 'which of its installs: the same seed is the same machine everywhere and for ever')
    .addOption(
      new Option('--ports <which>', 'on the ports that such a machine has, or on free ones above 10000').choices([
        'real',
        'high',
      ]),
    );
}
