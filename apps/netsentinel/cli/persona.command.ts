/** `persona`: the machines that can be played, one of them as a seed draws it, and a file to make one's own. */
import { existsSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { print, printJson, safe, span, table, when } from './output.ts';

export function addPersona(program: Command): void {
  const persona = program.command('persona').description('the machines that can be played');
  persona
    .command('show')
    .description('list them; with a name or a file, show one as a seed draws it')
    .argument('[name]', 'one of ours, or a file')
    .option('--seed <n>', 'which of its installs (without: any one)')
    .option('--json', 'print JSON')
    .action(async (name: string | undefined, options: { seed?: string; json?: boolean }) =>
      name === undefined ? list(options.json === true) : show(name, options),
    );
  persona
    .command('new')
    .description('write a file that describes a machine, to be edited')
    .argument('<file>', 'where to write it: my-server.yaml')
    .option('--from <name>', 'start from one of ours', 'debian-12-server')
    .option('--force', 'replace an existing file')
    .action(write);
}

async function list(json: boolean): Promise<void> {
  const { loadPersona, personaNames } = await import('@netsentinel/decoys/persona/persona-library');
  const { decoyTypes } = await import('@netsentinel/decoys/index');
  const all = personaNames().map((name) => loadPersona(name));
  if (json) {
    printJson(
      all.map(({ name, summary, services, knownWeak }) => ({
        name,
        summary,
        services: services.map(({ decoy, port, transport }) => ({
          decoy,
          port,
          transport,
          built: decoyTypes.includes(decoy),
        })),
        knownWeak,
      })),
    );
    return;
  }
  table(
    ['persona', 'opens', 'what it is'],
    all.map(({ name, services, summary }) => [
      name,
      services.map(({ decoy, port }) => `${port}${decoyTypes.includes(decoy) ? '' : '*'}`).join(' '),
      summary,
    ]),
  );
  if (all.some(({ services }) => services.some(({ decoy }) => !decoyTypes.includes(decoy))))
    print('\n* no decoy plays this yet; it is left out');
}

async function show(name: string, { seed, json }: { seed?: string; json?: boolean }): Promise<void> {
  const { readPersona } = await import('../config/read-persona.ts');
  const { createPersona } = await import('@netsentinel/decoys/persona/persona');
  const { personaSeed } = await import('../launcher/data-folder.ts');
  const file = readPersona(name, process.cwd());
  const chosen = seed ?? randomBytes(4).readUInt32LE().toString();
  const machine = createPersona(
    Buffer.from(personaSeed(new Uint8Array(), name, { seed: chosen, file }), 'base64'),
    file,
  );
  const booted = machine.bootedAt(Date.now());
  if (json === true) {
    printJson({ seed: chosen, ...machine, derive: undefined, bootedAt: booted, knownWeak: file.knownWeak });
    return;
  }
  const { os, network, hardware } = machine;
  const rows: [string, string][] = [
    ['seed', `${chosen}${seed === undefined ? '  (drawn now; --seed shows the same again)' : ''}`],
    ['host', `${machine.hostname}.${machine.domain}`],
    ['system', `${os.prettyName}  ${os.kernelRelease}${os.build === '' ? '' : `build ${os.build}`}`],
    [
      'hardware',
      `${hardware.maker} ${hardware.model}, ${hardware.cpus} × ${hardware.cpuModel}, ${Math.round(hardware.memoryKb / 1024)} MiB`,
    ],
    ['network', `${network.interface} ${network.mac} ${network.address}/${network.prefix}`],
    ['owner', `${machine.organization.name}, ${machine.organization.city}`],
    ['installed', when(machine.installedAt)],
    ['up for', span(Date.now() - booted)],
    ['time zone', machine.timeZone],
    [
      'users',
      machine.users
        .filter(({ login }) => login)
        .map((user) => user.name)
        .join(', '),
    ],
    ['certificate', `CN=${machine.certificate.commonName}`],
    ['neighbours', machine.neighbours.map((one) => `${one.hostname} ${one.address}`).join(', ')],
    ['databases', machine.databases.map((one) => `${one.engine} ${one.name}`).join(', ')],
    ['shares', machine.shares.map((one) => one.name).join(', ')],
    ['sites', machine.sites.map((one) => `${one.application} (${one.ports.join(', ')})`).join(', ')],
    ['known weak', file.knownWeak.join('; ')],
  ];
  for (const [key, value] of rows) if (value !== '') print(`${key.padEnd(12)} ${safe(value, 400)}`);
  print();
  table(
    ['port', 'decoy', 'software'],
    machine.services.map(({ port, transport, decoy, software }) => {
      const found = software === undefined ? undefined : machine.software[software];
      return [`${port}/${transport}`, decoy, found === undefined ? '' : `${found.product} ${found.version}`];
    }),
  );
}

async function write(path: string, { from, force }: { from: string; force?: boolean }): Promise<void> {
  const { readPersona } = await import('../config/read-persona.ts');
  const { personaTemplate } = await import('../config/persona-template.ts');
  if (existsSync(path) && force !== true)
    throw new NetSentinelError('PERSONA_EXISTS', 'user', `${path} is already there`, {
      hint: 'Use --force to replace it.',
    });
  writeFileSync(resolve(path), personaTemplate(readPersona(from, process.cwd()), path));
  print(`wrote ${path}; start it with  netsentinel up --persona ${path} --ports high`);
}
