/** `status`: what a running NetSentinel is doing. */
import type { Command } from 'commander';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import { askPlatform } from '../platform/control.ts';
import { paint, print, printJson, safe, span, table, when } from './output.ts';
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
      const { addresses, reason, uncounted } = status.scans;
      print(
        reason === undefined
          ? `port scans are watched for at ${safe(addresses.join(', '), 400)}${uncounted === 0 ? '' : `; ${uncounted} probes were too many to count`}`
          : `port scans show only where they connect to a decoy: ${safe(reason, 300)}`,
      );
      const { sources } = status;
      print(
        `${sources.known === 1 ? '1 sensor or source is' : `${sources.known} sensors and sources are`} heard regularly${sources.silent === 0 ? '' : `, ${sources.silent} of them silent now:`}`,
      );
      for (const { sensor, source, lastSeen } of sources.latest)
        print(`  ${safe(source === '' ? sensor : `${sensor}: ${source}`, 200)}, last heard ${when(lastSeen)}`);
      table(
        ['decoy', 'type', 'listens on', 'state'],
        status.decoys.map((d) => [
          d.id,
          d.type,
          d.listen,
          d.stopped ? 'stopped' : d.healthy ? 'healthy' : 'not linked',
        ]),
      );
      if (status.collectors.length > 0) showCollectors(status.collectors);
      return undefined;
    });
}

function showCollectors(collectors: PlatformStatus['collectors']): void {
  print('');
  table(
    ['collector', 'type', 'sources', 'events', 'refused', 'lag', 'last record', 'state'],
    collectors.map((c) => [
      c.id,
      c.type,
      String(c.sources),
      String(c.events),
      c.dropped === 0 ? String(c.refused) : `${c.refused}, and ${c.dropped} thrown away`,
      bytes(c.lagBytes),
      c.lastRecordAt === undefined ? 'none yet' : `${span(Date.now() - c.lastRecordAt)} ago`,
      c.healthy ? 'healthy' : c.problems.length > 0 ? 'see below' : 'not linked',
    ]),
  );
  for (const { id, problems } of collectors)
    for (const problem of problems) print(`${paint('!', 'yellow')} ${id}: ${safe(problem, 512)}`);
}

function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  return count < 1024 ** 2 ? `${Math.round(count / 1024)} KB` : `${Math.round(count / 1024 ** 2)} MB`;
}
