/** `account`: back in for whoever has lost password or second factor, and has no admin to ask. */
import type { Command } from 'commander';
import { z } from 'zod';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { askPlatform } from '../platform/control.ts';
import { print, safe } from './output.ts';
import { settings } from './settings.ts';
import { whoami } from './whoami.ts';

export function addAccount(program: Command): void {
  program
    .command('account')
    .description('accounts of the console, from the machine itself')
    .command('reset')
    .description('make a link, good for a day and once, by which an account gets a new password')
    .argument('<name>', 'the account')
    .option('--second-factor-off', 'sign-in asks for no code and no security key any more either')
    .action(async (name: string, options: { secondFactorOff?: boolean }, command: Command) => {
      const { folder, loaded } = settings(command);
      const secondFactorOff = options.secondFactorOff === true;
      const order = { ask: 'account-reset', account: name.slice(0, 64), by: whoami(), secondFactorOff } as const;
      const path = z
        .string()
        .nullable()
        .parse(await askPlatform(folder.platformSocket, order));
      if (path === null)
        throw new NetSentinelError('ACCOUNT_NOT_FOUND', 'user', `there is no account ${safe(name, 64)}`, {
          hint: 'The console’s settings list them for admins; `GET /api/v1/audit` says who removed one.',
        });
      const { address, port, tls } = loaded.config.console;
      const host = address.includes(':') ? `[${address}]` : address;
      print(`a link for ${safe(name, 64)}, good for a day and once, which is not shown again:\n`);
      print(`  ${tls === undefined ? 'http' : 'https'}://${host}:${port}${path}`);
    });
}
