/** `incidents [ID]`: the queue, or one attacker's story. Reads the state directly, so it works whether NetSentinel runs or not. */
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Incident } from '@netsentinel/contracts/incident';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { paint, print, printJson, safe, severityColour, span, table, when } from './output.ts';
import { needData, settings } from './settings.ts';

export function addIncidents(program: Command): void {
  program
    .command('incidents')
    .description('list incidents, or tell the story of one')
    .argument('[id]', 'an incident, or the beginning of its id')
    .option('--limit <n>', 'how many to list', '50')
    .option('--json', 'print JSON: one incident a line')
    .action(async (id: string | undefined, options: { limit: string; json?: boolean }, command: Command) => {
      const { folder } = settings(command);
      needData(folder);
      // Loaded when needed: `up` stays small without it.
      const { openSqliteStateReader } = await import('@netsentinel/store/state/sqlite/sqlite-state.store');
      const state = await openSqliteStateReader(join(folder.platform, 'state.db'));
      try {
        const limit = Number(options.limit);
        if (!Number.isInteger(limit) || limit < 1 || limit > 500)
          throw new NetSentinelError('USAGE_LIMIT', 'user', '--limit takes a number from 1 to 500');
        const { incidents } = await state.incidents({ limit: id === undefined ? limit : 500 });
        if (id === undefined) {
          if (options.json === true) return incidents.forEach(printJson);
          if (incidents.length === 0) return print('no incidents yet');
          return table(
            ['id', 'severity', 'score', 'status', 'attacker', 'last seen', 'what'],
            incidents.map((i) => [
              safe(i.id, 64),
              paint(i.severity, severityColour[i.severity]),
              String(i.score),
              i.status,
              safe(i.actor, 64),
              when(i.lastSeen),
              safe(i.title, 100),
            ]),
          );
        }
        const match = incidents.filter((i) => i.id.startsWith(id));
        const incident =
          (await state.incident(id)) ?? (match.length === 1 ? await state.incident(match[0]!.id) : undefined);
        if (incident === undefined)
          throw new NetSentinelError(
            'INCIDENT_NOT_FOUND',
            'user',
            match.length > 1 ? `${match.length} incidents begin with ${safe(id)}` : `no incident ${safe(id)}`,
            { hint: '`netsentinel incidents` lists them.' },
          );
        if (options.json === true) return printJson(incident);
        return await tell(incident);
      } finally {
        await state.close();
      }
    });
}

async function tell(incident: Incident): Promise<void> {
  const { tactic, technique } = await import('@netsentinel/detect/attack');
  print(paint(safe(incident.title, 200), 'bold'));
  print(
    `${paint(incident.severity, severityColour[incident.severity])}, score ${incident.score}, ${incident.status}; ${when(incident.firstSeen)} to ${when(incident.lastSeen)} (${span(incident.lastSeen - incident.firstSeen)})`,
  );
  print(
    `from ${safe(incident.addresses.join(', '), 400)}${incident.fingerprints.length === 0 ? '' : `; ${incident.fingerprints.map((f) => `${safe(f.kind, 32)} ${safe(f.value, 64)}`).join(', ')}`}`,
  );
  if (incident.tactics.length > 0)
    print(`tactics: ${incident.tactics.map((t) => tactic(t)?.name ?? safe(t, 32)).join(' → ')}`);
  if (incident.techniques.length > 0)
    print(
      `techniques: ${incident.techniques.map((t) => `${safe(t, 32)} ${technique(t)?.name ?? ''}`.trim()).join(', ')}`,
    );
  print();
  for (const entry of incident.timeline)
    print(
      `  ${paint(when(entry.time), 'dim')}  ${safe(entry.kind, 32).padEnd(10)} ${safe(entry.title, 160)}${entry.detail === undefined ? '' : paint(`  ${safe(entry.detail, 160)}`, 'dim')}`,
    );
  if (incident.credentials.length > 0) {
    print();
    table(
      ['user', 'password or key', 'accepted', 'times'],
      incident.credentials.map((c) => [
        safe(c.user, 40),
        safe(c.password ?? c.key ?? '', 60),
        c.accepted ? 'yes' : 'no',
        String(c.count),
      ]),
    );
  }
  const recorded = incident.sessions.filter((s) => s.recording !== undefined);
  if (recorded.length > 0) {
    print();
    for (const session of recorded) print(`  netsentinel replay ${safe(session.id, 128)}`);
  }
}
