/** `bouncer`: the programs that enforce our blocks elsewhere, each with a key of its own. */
import { Argument, type Command } from 'commander';
import { z } from 'zod';
import { BouncerName } from '@netsentinel/api/http/blocklist/bouncers';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { print, printJson, safe, span, table } from './output.ts';
import { settings } from './settings.ts';

const Listing = z.object({
  mode: z.string(),
  blocks: z.number(),
  bouncers: z.array(
    z.object({
      name: z.string(),
      createdAt: z.number(),
      lastPullAt: z.number().optional(),
      agent: z.string().optional(),
      address: z.string().optional(),
    }),
  ),
});

export function addBouncer(program: Command): void {
  const bouncer = program
    .command('bouncer')
    .description('programs that enforce our blocks elsewhere, each with a key of its own');
  const name = (): Argument => new Argument('<name>', 'a name of your own for it').argParser(readName);
  bouncer
    .command('add')
    .description('make a key; it is shown once')
    .addArgument(name())
    .option('--json', 'print JSON')
    .action(async (called: string, options: { json?: boolean }, command: Command) => {
      const { key, mode } = z
        .object({ key: z.string(), mode: z.string() })
        .parse(await ask(command, { ask: 'bouncer-add', name: called }));
      const { console: at } = settings(command).loaded.config;
      const url = `${at.tls === undefined ? 'http' : 'https'}://${at.address.includes(':') ? `[${at.address}]` : at.address}:${at.port}`;
      if (options.json === true) return printJson({ name: called, key, url, mode });
      print(`key of ${called}, which is not shown again:\n\n  ${key}\n`);
      print(`A CrowdSec bouncer:  api_url: ${url}/   api_key: the key`);
      print(`Anything else:       curl -H "X-Api-Key: KEY" ${url}/api/v1/blocklist.txt`);
      if (mode !== 'enforce') print(`\nIt is told of no block yet (blocklist.mode: ${mode}).`);
    });
  bouncer
    .command('list')
    .description('who has a key, and when it was last used')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }, command: Command) => {
      const listing = Listing.parse(await ask(command, { ask: 'bouncer-list' }));
      if (options.json === true) return printJson(listing);
      const { mode, blocks, bouncers } = listing;
      print(
        mode === 'off'
          ? 'the list is off (blocklist.mode)'
          : `${blocks} networks on the list${mode === 'enforce' ? '' : `, of which nobody is told (blocklist.mode: ${mode})`}`,
      );
      if (bouncers.length === 0) return print('no bouncer has a key; `netsentinel bouncer add NAME` makes one');
      const ago = (at: number | undefined): string => (at === undefined ? 'never' : `${span(Date.now() - at)} ago`);
      return table(
        ['name', 'last pull', 'from', 'key made', 'what it calls itself'],
        bouncers.map((one) => [
          one.name,
          ago(one.lastPullAt),
          safe(one.address ?? '', 64),
          ago(one.createdAt),
          safe(one.agent ?? '', 64),
        ]),
      );
    });
  bouncer
    .command('remove')
    .description('its key opens nothing from now on')
    .addArgument(name())
    .action(async (called: string, _: unknown, command: Command) => {
      if ((await ask(command, { ask: 'bouncer-remove', name: called })) !== true)
        throw new NetSentinelError('BOUNCER_NOT_FOUND', 'user', `there is no bouncer ${called}`, {
          hint: '`netsentinel bouncer list` names them.',
        });
      print(`${called} is told nothing any more; what it blocks ends when its time is over, or with it`);
    });
}

function readName(text: string): string {
  const parsed = BouncerName.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new NetSentinelError(
    'USAGE_BOUNCER',
    'user',
    `a bouncer cannot be called so: ${parsed.error.issues[0]?.message}`,
  );
}

type Request = { ask: 'bouncer-list' } | { ask: 'bouncer-add' | 'bouncer-remove'; name: string };

async function ask(command: Command, request: Request): Promise<unknown> {
  const { askPlatform } = await import('../platform/control.ts');
  return askPlatform(settings(command).folder.platformSocket, request);
}
