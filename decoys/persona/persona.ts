/**
 * Makes one believable machine of a seed: name, hardware, network, users, versions and dates that fit together. Each part is drawn from a stream of
 * its own, so that the same seed is the same machine for ever, also when other parts learn to draw more.
 */
import { CPU_MODELS } from './virtual-hardware.ts';
import { drawNeighbours, drawNetwork } from './draw-network.ts';
import { drawUsers } from './draw-users.ts';
import { drawOrganization, fillScheme, type SchemeWords } from './names.ts';
import type { PersonaFile } from './persona-file.ts';
import { loadPersona } from './persona-library.ts';
import type { Persona, PersonaOs } from './persona.types.ts';
import { SeededRandom, deriveBytes } from './seeded-random.ts';

const DAY_MS = 86_400_000;
const made = new WeakMap<PersonaFile, Map<string, Persona>>();
/** Personas of one install; beyond it the oldest is made again. */
const MAX_MADE = 512;

/**
 * The machine of this seed; the same object for the same seed and file, so that decoys of one persona share what hangs on it.
 * `kind`: the name of one of ours in `content/personas/`, or a file that was read.
 * @throws NetSentinelError `PERSONA_PROFILE_UNKNOWN` for a name that is none of ours.
 */
export function createPersona(seed: Uint8Array, kind: string | PersonaFile): Persona {
  const file = typeof kind === 'string' ? loadPersona(kind) : kind;
  const known = made.get(file) ?? new Map<string, Persona>();
  made.set(file, known);
  const key = Buffer.from(seed).toString('base64');
  let persona = known.get(key);
  if (persona === undefined) {
    if (known.size >= MAX_MADE) known.clear();
    persona = draw(seed.slice(), file);
    known.set(key, persona);
  }
  return persona;
}

function draw(seed: Uint8Array, file: PersonaFile): Persona {
  const stream = (purpose: string): SeededRandom => new SeededRandom(seed, `persona ${purpose}`);
  const level = stream('level').pick(file.levels);
  const organization = drawOrganization(stream('organization'));
  const adapter = stream('adapter').pick(file.hardware.adapters);
  const network = drawNetwork(stream('network'), file, adapter);
  const words: SchemeWords = {
    org: organization.short,
    ORG: organization.short.toUpperCase(),
    organization: organization.name,
    city: organization.city,
    country: organization.country,
    mac6: network.mac.replaceAll(':', '').slice(6),
    MAC6: network.mac.replaceAll(':', '').slice(6).toUpperCase(),
    mac: network.mac.replaceAll(':', ''),
    address: network.address.replaceAll('.', '-'),
    role: stream('role').pick(file.roles),
  };
  const fill = (text: string, purpose: string, more: SchemeWords = {}): string =>
    fillScheme(text, { ...words, ...more }, stream(purpose));
  const names = stream('hostname');
  const hostname = fillScheme(names.pick(file.hostnames), words, names);
  const domains = stream('domain');
  const domain = fillScheme(domains.pick(file.domains), words, domains);
  const named = { host: hostname, domain, ip: network.address };
  const os = osOf(file, level);
  const installed = drawInstallation(stream('installed'), file, level.date);
  const ssh = level.software.openssh ?? level.software.dropbear;
  return Object.freeze({
    profile: file.name,
    files: file.files,
    hostname,
    domain,
    os,
    hardware: drawHardware(stream('hardware'), file, adapter),
    network,
    timeZone: stream('time zone').pick(file.timeZones),
    bootedAt: boots(stream('boots'), file, level.date),
    installedAt: installed,
    users: drawUsers(stream('users'), file),
    ssh: { version: ssh?.version.split(' ')[0] ?? '', software: ssh?.banner ?? '' },
    software: level.software,
    services: file.services,
    organization,
    netbios: {
      name: hostname.toUpperCase().slice(0, 15),
      domain: fill(file.netbios.domain, 'netbios').slice(0, 15),
      isMember: file.netbios.isMember,
      sid: drawSid(stream('sid')),
    },
    shares: file.shares.map((one) => ({ ...one, comment: fill(one.comment, 'shares', named) })),
    databases: file.databases.map((one) => ({ ...one, name: fill(one.name, 'databases') })),
    sites: file.sites.map((one) => ({ ...one, title: fill(one.title, 'sites', named) })),
    certificate: {
      ...file.certificate,
      commonName: fill(file.certificate.commonName, 'certificate', named),
      altNames: file.certificate.altNames.map((name) => fill(name, 'certificate', named)),
      ...Object.fromEntries(
        (['organization', 'organizationalUnit', 'locality', 'state', 'country'] as const).flatMap((key) => {
          const text = file.certificate[key];
          return text === undefined ? [] : [[key, fill(text, 'certificate', named)]];
        }),
      ),
      validFrom: Math.floor((installed + stream('certificate').between(60_000, 7_200_000)) / 1000) * 1000,
    },
    neighbours: drawNeighbours(stream('neighbours'), file, words, network),
    issue: file.issue === undefined ? os.prettyName : fill(file.issue, 'issue', named),
    derive: (purpose: string, bytes: number) => deriveBytes(seed, `derive:${purpose}`, bytes),
  } satisfies Persona);
}

type Level = PersonaFile['levels'][number];

function osOf({ os }: PersonaFile, level: Level): PersonaOs {
  const version = level.version ?? os.version;
  return {
    id: os.id,
    family: os.family,
    name: os.name,
    prettyName: os.prettyName.replaceAll('{version}', version),
    version,
    codename: os.codename,
    build: level.build,
    kernelRelease: level.kernel.release,
    kernelVersion: level.kernel.version,
    machine: os.machine,
  };
}

/** Before the patch level that it is at now: it has been updated since. */
function drawInstallation(random: SeededRandom, { installed }: PersonaFile, levelDate: string): number {
  const from = Date.parse(installed.from);
  const to = Math.max(from + DAY_MS, Math.min(Date.parse(installed.to), Date.parse(levelDate)));
  return from + random.between(0, Math.floor((to - from) / DAY_MS) - 1) * DAY_MS + random.between(0, DAY_MS - 1);
}

/** It boots every so often, and once more after its kernel was replaced. */
function boots(random: SeededRandom, { uptimeDays }: PersonaFile, levelDate: string): Persona['bootedAt'] {
  const period = random.between(uptimeDays.from, Math.max(uptimeDays.from, uptimeDays.to)) * DAY_MS;
  const phase = random.between(0, DAY_MS * 40);
  const afterUpdate = Date.parse(levelDate) + random.between(2, 20) * DAY_MS + random.between(0, DAY_MS);
  return (now) => {
    const boot = phase + Math.floor((now - phase) / period) * period;
    return boot < afterUpdate && afterUpdate < now ? afterUpdate : boot;
  };
}

function drawHardware(
  random: SeededRandom,
  { hardware, os }: PersonaFile,
  { maker, model }: PersonaFile['hardware']['adapters'][number],
): Persona['hardware'] {
  const cpus = random.pick(hardware.cpus);
  const mib = random.pick(hardware.memoryMib);
  const models = hardware.cpuModels.length > 0 ? hardware.cpuModels : CPU_MODELS.map(({ name }) => name);
  // What the kernel keeps for itself differs a little from machine to machine.
  const kept = os.family === 'busybox' ? mib * 32 + random.between(0, 900) : random.between(34_000, 120_000) + mib * 3;
  return {
    cpuModel: random.pick(models),
    cpus,
    memoryKb: mib * 1024 - kept,
    diskKb: Math.round(random.pick(hardware.diskGib) * 1024 * 1024),
    maker,
    model,
  };
}

function drawSid(random: SeededRandom): string {
  return `S-1-5-21-${random.next()}-${random.next()}-${random.next()}`;
}
