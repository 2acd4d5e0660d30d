/** `decoys`: which services are played where, and what a scanner finds there. */
import type { Command } from 'commander';
import { addVerify } from './decoys-verify.command.ts';
import { notBuiltLine } from './not-built.ts';
import { addPersonaOptions } from './persona-options.ts';
import { print, printJson, safe, table, warn } from './output.ts';
import { settings } from './settings.ts';
import type { PersonaChoice } from '../config/decoy-plan.ts';

export function addDecoys(program: Command): void {
  const decoys = program.command('decoys').description('what attackers meet: which services, of which machine');
  addPersonaOptions(
    decoys
      .command('list')
      .description('list the decoys as they run or would be started, with what `nmap -sV` finds there')
      .option('--json', 'print JSON'),
  ).action(async (options: PersonaChoice & { json?: boolean }, command: Command) => list(options, command));
  addVerify(decoys);
}

async function list({ json, ...choice }: PersonaChoice & { json?: boolean }, command: Command): Promise<void> {
  const { playedDecoys } = await import('../personas/played-decoys.ts');
  const { played, plan } = await playedDecoys(settings(command), choice);
  if (json === true) {
    printJson(
      played.map(({ planned, description, isStopped }) => ({
        decoy: planned.id,
        address: planned.address,
        port: planned.port,
        transport: planned.transport,
        service: description.service,
        product: description.product,
        version: description.version,
        stopped: isStopped,
      })),
    );
    return;
  }
  table(
    ['decoy', 'listens on', 'machine', 'what nmap finds'],
    played.map(({ planned, persona, description, isStopped }) => [
      planned.id,
      `${planned.address}:${planned.port}/${planned.transport}${isStopped ? ' (stopped)' : ''}`,
      `${persona.hostname} (${persona.profile})`,
      safe([description.service, description.product, description.version].filter((word) => word !== '').join('  ')),
    ]),
  );
  if (plan.notBuilt.length === 0) return;
  print();
  warn(notBuiltLine(plan.notBuilt));
}
