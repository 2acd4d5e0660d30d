/** `erase`: what is kept of somebody, gone at a word. */
import type { Command } from 'commander';
import { Erased, ErasureOrder } from '@netsentinel/contracts/erasure';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { print, printJson } from './output.ts';
import { settings } from './settings.ts';
import { whoami } from './whoami.ts';

interface Options {
  readonly field?: string;
  readonly value?: string;
  readonly address?: string;
  readonly yes?: true;
  readonly json?: true;
}

export function addErase(program: Command): void {
  program
    .command('erase')
    .description(
      'erase a value of a field wherever events have it, or all that came from an address; NetSentinel must run',
    )
    .option('--field <name>', 'a field of events by its dotted name: user.name, netsentinel.credential.password')
    .option('--value <text>', 'the value of it that is to go; the events stay')
    .option('--address <ip>', 'an IP address: events, incidents, recordings and uploads of it go')
    .option('--yes', 'do it; without it the command only counts what would go')
    .option('--json', 'print JSON')
    .action(async (options: Options, command: Command) => {
      const { field, value, address, yes, json } = options;
      const order = ErasureOrder.safeParse({
        ...(field === undefined ? {} : { field }),
        ...(value === undefined ? {} : { value }),
        ...(address === undefined ? {} : { address }),
        dryRun: yes !== true,
      });
      if (!order.success)
        throw new NetSentinelError('USAGE_ERASE', 'user', 'erase takes --field with --value, or --address', {
          hint: 'netsentinel erase --field user.name --value alice, or: netsentinel erase --address 192.0.2.7',
        });
      const { askPlatform } = await import('../platform/control.ts');
      const { folder } = settings(command);
      const done = Erased.parse(
        await askPlatform(folder.platformSocket, { ask: 'erase', order: order.data, by: whoami() }),
      );
      if (json === true) return printJson(done);
      const { events, incidents, recordings, uploads, memories, left } = done;
      const counted = `${events} events, ${incidents} incidents, ${recordings} recordings, ${uploads} uploads`;
      print(
        done.dryRun
          ? `would go: ${counted}; nothing was changed (--yes does it)`
          : `gone: ${counted}, ${memories} memories`,
      );
      for (const where of left) print(`still there: ${where}`);
      return undefined;
    });
}
