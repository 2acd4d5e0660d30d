/** `status`: what a running NetSentinel is doing. */
import type { Command } from 'commander';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import { askPlatform } from '../platform/control.ts';
import { print, printJson, span, table } from './output.ts';
import { settings } from './settings.ts';

export function addStatus(program: Command): void {
  program
    .command('status')
    .description('what a running NetSentinel is doing')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }, command: Command) => {
      const { folder } = settings(command);
      const status = (await askPlatform(folder.platformSocket, { ask: 'status' })) as PlatformStatus;
      if (options.json === true) return printJson(status);
      print(
        `up ${span(Date.now() - status.startedAt)}, ${status.eventsTotal} events (${status.eventsPerSecond}/s), ${status.openIncidents} open incidents, ${status.blocksInForce} blocks in force (${status.responseMode})`,
      );
      const { rules, correlations, refused } = status.rules;
      print(
        `${rules} rules and ${correlations} correlations in force${refused === 0 ? '' : `, ${refused} refused: \`netsentinel rules check\` says why`}`,
      );
      table(
        ['decoy', 'type', 'listens on', 'state'],
        status.decoys.map((d) => [d.id, d.type, d.listen, d.healthy ? 'healthy' : 'not linked']),
      );
      return undefined;
    });
}
