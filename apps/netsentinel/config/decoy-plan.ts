/**
 * Which decoys are started, of which machine, and where: those that the configuration lists, and all that its personas open. What a persona opens
 * and no decoy can play yet is left out and named.
 */
import { networkInterfaces } from 'node:os';
import { dirname, resolve } from 'node:path';
import { isIP } from 'node:net';
import { datagramTypes, decoyTypes } from '@netsentinel/decoys/index';
import type { PersonaFile } from '@netsentinel/decoys/persona/persona-file';
import { personaNames } from '@netsentinel/decoys/persona/persona-library';
import type { LoadedConfig } from '@netsentinel/kernel/config';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { Decoy, type NetSentinelConfig } from './netsentinel.config.ts';
import type { PersonasConfig } from './personas.config.ts';
import { readPersona } from './read-persona.ts';
import { withScript } from './read-script.ts';

export interface PlannedDecoy {
  readonly id: string;
  readonly type: string;
  readonly transport: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  /** The port that the machine has it on, where it is one of a persona's services. */
  readonly servicePort?: number;
  /** Another port above 10000 will do where this one is taken. */
  readonly movable: boolean;
  /** Which of the plan's personas it is a part of. */
  readonly persona: string;
  readonly options: unknown;
  /** What asked for it: `netsentinel.yaml:12:5`, `persona web, ssh`. */
  readonly where: string;
}

export interface PlannedPersona {
  /** Its file; undefined for the default of the decoy. */
  readonly file: PersonaFile | undefined;
  /** The user's own choice of the machine. */
  readonly seed?: string;
}

export interface DecoyPlan {
  /** What the command line asked for; paths in it are absolute. */
  readonly choice: PersonaChoice;
  readonly decoys: readonly PlannedDecoy[];
  readonly personas: Readonly<Record<string, PlannedPersona>>;
  /** What the personas open and nobody plays yet: `telnet 23`. */
  readonly notBuilt: readonly { readonly persona: string; readonly decoy: string; readonly port: number }[];
}

/** What the command line asks for instead of what the configuration lists. */
export interface PersonaChoice {
  readonly persona?: string | undefined;
  readonly seed?: string | undefined;
  readonly ports?: 'real' | 'high' | undefined;
}

export function planDecoys(
  loaded: LoadedConfig<NetSentinelConfig>,
  configFile: string,
  choice: PersonaChoice = {},
): DecoyPlan {
  const { config } = loaded;
  const chosen = chosenPersonas(choice);
  const personas = chosen ?? config.personas;
  const listed = chosen !== undefined || (personas.length > 0 && !loaded.isGiven(['decoys'])) ? [] : config.decoys;
  const folder = chosen === undefined ? dirname(configFile) : process.cwd();
  const plan = {
    choice: chosen === undefined ? {} : { ...choice, persona: absolute(chosen[0]!.file, folder) },
    decoys: [] as PlannedDecoy[],
    personas: {} as Record<string, PlannedPersona>,
    notBuilt: [] as { persona: string; decoy: string; port: number }[],
  };
  for (const [i, entry] of personas.entries()) {
    const file = readPersona(entry.file, folder);
    plan.personas[entry.id] = { file, ...(entry.seed === undefined ? {} : { seed: String(entry.seed) }) };
    const where = chosen === undefined ? loaded.where(['personas', i]) : `--persona ${entry.file}`;
    addServices(plan, entry, file, addressOf(entry, where), where, folder);
  }
  for (const [i, decoy] of listed.entries()) {
    if (plan.personas[decoy.persona] === undefined) {
      const known = personaNames().includes(decoy.persona);
      plan.personas[decoy.persona] = { file: known ? readPersona(decoy.persona, folder) : undefined };
    }
    const { id, type, address, port, persona, options } = decoy;
    const where = loaded.where(['decoys', i, 'port']);
    // Nobody asked for these ports: where one is taken, another will do. That of SSH is in all that was ever written about us.
    const movable = !loaded.isGiven(['decoys']) && type !== 'ssh';
    plan.decoys.push({
      id,
      type,
      transport: datagramTypes.has(type) ? 'udp' : 'tcp',
      address,
      port,
      persona,
      options: withScript(type, options, folder, where),
      movable,
      where,
    });
  }
  checkPlaces(plan.decoys);
  return plan;
}

/** A file that is named from here is looked for from elsewhere later. */
function absolute(file: string, folder: string): string {
  return personaNames().includes(file) ? file : resolve(folder, file);
}

function chosenPersonas({ persona, seed, ports }: PersonaChoice): PersonasConfig | undefined {
  if (persona === undefined) {
    if (seed === undefined && ports === undefined) return undefined;
    throw new NetSentinelError('USAGE_PERSONA_MISSING', 'user', '--seed and --ports are about a persona', {
      hint: `Name one: --persona ${personaNames()[0]} (all: ${personaNames().join(', ')}).`,
    });
  }
  const id = persona
    .replace(/^.*[/\\]/, '')
    .replace(/\.(ya?ml|json)$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 40);
  return [
    {
      id: id || 'persona',
      file: persona,
      ports: ports ?? 'real',
      without: [],
      ...(seed === undefined ? {} : { seed }),
    },
  ];
}

function addServices(
  plan: { decoys: PlannedDecoy[]; notBuilt: { persona: string; decoy: string; port: number }[] },
  entry: PersonasConfig[number],
  file: PersonaFile,
  address: string,
  where: string,
  folder: string,
): void {
  for (const service of file.services) {
    if (entry.without.includes(service.decoy)) continue;
    if (!decoyTypes.includes(service.decoy)) {
      plan.notBuilt.push({ persona: entry.id, decoy: service.decoy, port: service.port });
      continue;
    }
    const id = `${entry.id}-${service.decoy}-${service.port}`.replaceAll('.', '-').slice(0, 64);
    const checked = Decoy.safeParse({ id, type: service.decoy, address, port: service.port, options: service.options });
    if (!checked.success)
      throw new NetSentinelError(
        'PERSONA_INVALID',
        'user',
        `${service.decoy} on port ${service.port} of persona ${file.name}: ${checked.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`,
        { where, hint: `docs/reference/configuration.md lists the options of a decoy of type ${service.decoy}.` },
      );
    plan.decoys.push({
      id,
      type: service.decoy,
      transport: service.transport,
      address,
      port: listenPort(service.port, entry.ports),
      servicePort: service.port,
      movable: entry.ports === 'high',
      persona: entry.id,
      options: withScript(service.decoy, checked.data.options, folder, where),
      where,
    });
  }
}

/** Above 10000, and readable: 22 is 10022, 3306 is 13306. */
export function highPort(port: number): number {
  return port > 10_000 ? port : port + 10_000;
}

function listenPort(port: number, ports: PersonasConfig[number]['ports']): number {
  if (ports === 'real') return port;
  return ports === 'high' ? highPort(port) : (ports[String(port)] ?? port);
}

function addressOf({ id, address, interface: name }: PersonasConfig[number], where: string): string {
  if (address !== undefined) {
    if (isIP(address) > 0) return address;
    throw new NetSentinelError('PERSONA_BAD_ADDRESS', 'user', `persona ${id}: ${address} is not an IP address`, {
      where,
      hint: 'Use one that `ip address` shows, or `interface`.',
    });
  }
  if (name === undefined) return '0.0.0.0';
  const all = networkInterfaces();
  const found = all[name]?.find(({ family }) => family === 'IPv4') ?? all[name]?.[0];
  if (found !== undefined) return found.address;
  throw new NetSentinelError('PERSONA_NO_INTERFACE', 'user', `persona ${id}: interface ${name} has no address here`, {
    where,
    hint: `Interfaces with an address: ${Object.keys(all).join(', ')}.`,
  });
}

/** Two personas may have the same port on two addresses, and not on one. Those that can move will. */
function checkPlaces(decoys: readonly PlannedDecoy[]): void {
  const taken = new Map<string, PlannedDecoy[]>();
  const ids = new Set<string>();
  for (const decoy of decoys) {
    if (ids.has(decoy.id))
      throw new NetSentinelError('DECOY_TWICE', 'user', `two decoys are called "${decoy.id}"`, {
        where: decoy.where,
        hint: 'Give the persona or the decoy another id.',
      });
    ids.add(decoy.id);
    if (decoy.movable) continue;
    const place = `${decoy.transport} ${decoy.port}`;
    const others = taken.get(place) ?? [];
    const clash = others.find(({ address }) => address === decoy.address || isAny(address) || isAny(decoy.address));
    if (clash !== undefined)
      throw new NetSentinelError(
        'DECOY_PORT_TWICE',
        'user',
        `${decoy.id} and ${clash.id} both want port ${decoy.port} of ${decoy.address}`,
        {
          where: decoy.where,
          hint: 'Give each persona an address of its own (`address` or `interface`), or use `ports: high` for one.',
        },
      );
    taken.set(place, [...others, decoy]);
  }
}

function isAny(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}
