/** `honeytokens`: what lies about in the decoys to be stolen, and where. */
import type { Command } from 'commander';
import type { PersonaChoice } from '../config/decoy-plan.ts';
import { print, printJson, safe, table } from './output.ts';
import { addPersonaOptions } from './persona-options.ts';
import { settings } from './settings.ts';

export function addHoneytokens(program: Command): void {
  const honeytokens = program
    .command('honeytokens')
    .description('what lies in the decoys to be stolen, and is reported where it is used');
  addPersonaOptions(
    honeytokens
      .command('list')
      .description('list them: kind, where they lie, and the words that tell them')
      .option('--json', 'print JSON'),
  ).action(async ({ json, ...choice }: PersonaChoice & { json?: boolean }, command: Command) => {
    const { playedDecoys } = await import('../personas/played-decoys.ts');
    const { honeytokensOf } = await import('@netsentinel/decoys/honeytoken/draw-honeytokens');
    const { played } = await playedDecoys(settings(command), choice);
    const machines = new Map(played.map(({ planned, persona }) => [planned.persona, persona]));
    const all = [...machines].flatMap(([id, persona]) => honeytokensOf(persona, id));
    if (json === true) {
      printJson(all);
      return;
    }
    table(
      ['honeytoken', 'what it is', 'lies at', 'on'],
      all.map(({ id, title, places, machine }) => [id, safe(title), places.join(', '), machine]),
    );
    print('\nUse of any of them, in a login, a request or a line of any log, is a detection of high severity.');
  });
}
