/** `incidents [ID]`: the queue, or one attacker's story. Reads the state directly, so it works whether NetSentinel runs or not. */
import type { Command } from 'commander';
import type { Incident } from '@netsentinel/contracts/incident';
import type { Dismissed } from '@netsentinel/contracts/not-an-attack';
import { protocolName } from '@netsentinel/contracts/protocol-words';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { paint, print, printJson, safe, severityColour, span, table, when } from './output.ts';
import { reading } from './reading-state.ts';
import { settings } from './settings.ts';
import { whoami } from './whoami.ts';

interface IncidentsArguments {
  readonly limit: string;
  readonly json?: boolean;
  readonly notAnAttack?: string;
  readonly days: string;
}

export function addIncidents(program: Command): void {
  program
    .command('incidents')
    .description('list incidents, or tell the story of one')
    .argument('[id]', 'an incident, or the beginning of its id')
    .option('--limit <n>', 'how many to list', '50')
    .option(
      '--not-an-attack <reason>',
      'close it, lift its blocks and other measures, and leave the same of the same attacker alone',
    )
    .option('--days <n>', 'for how long it is left alone', '30')
    .option('--json', 'print JSON: one incident a line')
    .action(async (id: string | undefined, options: IncidentsArguments, command: Command) => {
      return reading(command, async (state) => {
        const limit = Number(options.limit);
        if (!Number.isInteger(limit) || limit < 1 || limit > 500)
          throw new NetSentinelError('USAGE_LIMIT', 'user', '--limit takes a number from 1 to 500');
        if (id === undefined && options.notAnAttack !== undefined)
          throw new NetSentinelError('USAGE_INCIDENT', 'user', 'name the incident that is no attack', {
            hint: '`netsentinel incidents` lists them.',
          });
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
        if (options.notAnAttack !== undefined) return await dismiss(command, incident.id, options);
        if (options.json === true) return printJson(incident);
        return await tell(incident);
      });
    });
}

async function dismiss(
  command: Command,
  incident: string,
  { notAnAttack, days, json }: IncidentsArguments,
): Promise<void> {
  const [{ askPlatform }, { NotAnAttack }] = await Promise.all([
    import('../platform/control.ts'),
    import('@netsentinel/contracts/not-an-attack'),
  ]);
  const word = NotAnAttack.safeParse({ reason: notAnAttack, days: Number(days) });
  if (!word.success)
    throw new NetSentinelError('USAGE_NOT_AN_ATTACK', 'user', 'a reason is needed, and a whole number of days', {
      hint: 'For example --not-an-attack "our backup" --days 30.',
    });
  const by = whoami();
  const { platformSocket } = settings(command).folder;
  const answer = await askPlatform(platformSocket, { ask: 'not-an-attack', incident, word: word.data, by });
  if (json === true) return printJson(answer);
  const { exception, lifted } = answer as Dismissed;
  print('closed: not an attack');
  if (lifted > 0) print(`${lifted} blocks and other measures are being lifted`);
  if (exception !== undefined)
    print(
      `left alone until ${exception.until?.slice(0, 10) ?? 'you say otherwise'}: ${safe(JSON.stringify(exception.where), 200)}, for ${exception.rules.length} rules; \`netsentinel rules exceptions --remove ${exception.id.slice(0, 8)}\` ends that`,
    );
}

async function tell(incident: Incident): Promise<void> {
  const { tactic, technique } = await import('@netsentinel/detect/attack');
  print(paint(safe(incident.title, 200), 'bold'));
  print(
    `${paint(incident.severity, severityColour[incident.severity])}, score ${incident.score}, ${incident.status}; ${when(incident.firstSeen)} to ${when(incident.lastSeen)} (${span(incident.lastSeen - incident.firstSeen)})`,
  );
  print(`from ${safe(incident.addresses.join(', '), 400)}`);
  if (incident.fingerprints.length > 0)
    print(`clients: ${incident.fingerprints.map((f) => `${safe(f.kind, 32)} ${safe(f.value, 64)}`).join(', ')}`);
  if (incident.tactics.length > 0)
    print(`tactics: ${incident.tactics.map((t) => tactic(t)?.name ?? safe(t, 32)).join(' → ')}`);
  if (incident.techniques.length > 0)
    print(
      `techniques: ${incident.techniques.map((t) => `${safe(t, 32)} ${technique(t)?.name ?? ''}`.trim()).join(', ')}`,
    );
  print();
  const services = incident.timeline.map(({ protocol }) =>
    protocol === undefined ? '' : protocolName(safe(protocol, 16)),
  );
  const width = Math.max(...services.map(({ length }) => length));
  for (const [at, entry] of incident.timeline.entries())
    print(
      `  ${paint(when(entry.time), 'dim')}  ${services[at]!.padEnd(width)}  ${safe(entry.kind, 32).padEnd(12)} ${safe(entry.title, 160)}${entry.detail === undefined ? '' : paint(`  ${safe(entry.detail, 160)}`, 'dim')}`,
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
