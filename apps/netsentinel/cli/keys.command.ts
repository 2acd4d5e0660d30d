/** `keys`: the keys of what is encrypted at rest. None is ever shown. */
import type { Command } from 'commander';
import { z } from 'zod';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { readKeyringFile } from '@netsentinel/kernel/keyring-files';
import { print, printJson, span, table, when } from './output.ts';
import { needData, settings } from './settings.ts';
import { whoami } from './whoami.ts';

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('the keys of what is encrypted at rest; none is ever shown');
  keys
    .command('list')
    .description('which keys there are, how old they are, and which master key wraps them')
    .option('--json', 'print JSON')
    .action((options: { json?: boolean }, command: Command) => {
      const { folder, loaded } = settings(command);
      needData(folder);
      const file = readKeyringFile(folder.platform);
      if (file === undefined)
        throw new NetSentinelError('KEYRING_NOT_FOUND', 'user', 'there are no keys yet', {
          hint: 'They are made when this version of NetSentinel first starts on this data folder.',
        });
      const last = file.keys.at(-1)?.id;
      const { masterKey } = loaded.config.encryption;
      const master = { id: file.master, configured: masterKey !== undefined };
      const listed = file.keys.map(({ id, createdAt }) => ({ id, createdAt, active: id === last }));
      if (options.json === true) return printJson({ master, keys: listed });
      table(
        ['key', 'made', 'age', ''],
        listed.map(({ id, createdAt, active }) => [
          id,
          when(createdAt),
          span(Date.now() - createdAt),
          active ? 'new things are sealed with it' : '',
        ]),
      );
      return print(`\nwrapped by master key ${master.id}${master.configured ? ', of the configuration' : ''}`);
    });
  keys
    .command('rotate')
    .description('seal new things with a new key; NetSentinel must run')
    .option('--master', 'wrap all keys with a new master key instead; older backups still need the old one')
    .option('--json', 'print JSON')
    .action(async (options: { master?: boolean; json?: boolean }, command: Command) => {
      const { askPlatform } = await import('../platform/control.ts');
      const { folder } = settings(command);
      const which = options.master === true ? 'master' : 'data';
      const active = z
        .string()
        .parse(await askPlatform(folder.platformSocket, { ask: 'rotate-keys', which, by: whoami() }));
      const master = readKeyringFile(folder.platform)?.master ?? '';
      if (options.json === true) return printJson({ rotated: which, active, master });
      return print(
        which === 'data'
          ? `new things are sealed with key ${active}; what there is keeps its own`
          : `all keys are wrapped by the new master key ${master}; a backup from before brings its own`,
      );
    });
}
