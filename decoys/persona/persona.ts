/**
 * Makes one believable machine of a seed: name, hardware, network, users and dates that fit together, drawn in a fixed order so that the
 * same seed is the same machine for ever. What the profile's installation dictates (release, packages, system users) comes from its data.
 */
import type { Persona, PersonaUser } from './persona.types.ts';
import { type ProfileData, loadProfile } from './profile-data.ts';
import { SeededRandom, deriveBytes } from './seeded-random.ts';
import { CPU_MODELS, HYPERVISORS } from './virtual-hardware.ts';

const DAY_MS = 86_400_000;
const ROLES = [
  'web',
  'www',
  'app',
  'api',
  'db',
  'mail',
  'git',
  'ci',
  'build',
  'proxy',
  'node',
  'stage',
  'dev',
  'backup',
  'files',
  'shop',
];
const PLACES = ['fra', 'ams', 'par', 'lon', 'nyc', 'sfo', 'sin', 'waw', 'hel', 'vie', 'mad', 'mil'];
const CONSONANTS = 'bcdfgklmnprstv';
const VOWELS = 'aeiou';
const ACCOUNTS: readonly (readonly [string, string])[] = [
  ['debian', 'Debian'],
  ['deploy', ''],
  ['admin', 'Administrator'],
  ['ops', ''],
  ['webadmin', ''],
  ['backup-user', ''],
  ['git', ''],
  ['jenkins', ''],
];
const FIRST_NAMES = [
  'anna',
  'mark',
  'peter',
  'julia',
  'tom',
  'david',
  'maria',
  'lukas',
  'sara',
  'jan',
  'eva',
  'paul',
  'nina',
  'martin',
  'laura',
];
const TIME_ZONES = [
  'Etc/UTC',
  'Etc/UTC',
  'Etc/UTC',
  'Europe/Berlin',
  'Europe/Paris',
  'Europe/Amsterdam',
  'America/New_York',
  'Europe/London',
];
const RESOLVERS = [
  ['1.1.1.1', '8.8.8.8'],
  ['8.8.8.8', '8.8.4.4'],
  ['9.9.9.9', '1.1.1.1'],
  ['208.67.222.222', '1.1.1.1'],
];

/** @throws NetSentinelError `PERSONA_PROFILE_UNKNOWN` for a profile without data. */
export function createPersona(seed: Uint8Array, profile: string): Persona {
  const data = loadProfile(profile);
  const own = seed.slice();
  const random = new SeededRandom(own, 'persona');
  const hypervisor = random.pick(HYPERVISORS);
  const kernel = random.pick(data.facts.kernels);
  const hostname = drawHostname(random);
  const installedAt = Date.UTC(2024, 1, 1) + random.between(0, 680) * DAY_MS + random.between(0, DAY_MS - 1);
  const network = drawNetwork(random, hypervisor.oui, random.pick(hypervisor.interfaces));
  const period = random.between(55, 140) * DAY_MS;
  const phase = random.between(0, DAY_MS * 40);
  const afterKernel = Date.parse(kernel.built) + random.between(2, 20) * DAY_MS + random.between(0, DAY_MS);
  return Object.freeze({
    profile,
    hostname,
    os: {
      id: 'debian',
      prettyName: 'Debian GNU/Linux 12 (bookworm)',
      version: data.facts.version,
      kernelRelease: kernel.release,
      kernelVersion: `#1 SMP PREEMPT_DYNAMIC Debian ${kernel.version} (${kernel.built})`,
      machine: 'x86_64',
    },
    hardware: drawHardware(random),
    network,
    timeZone: random.pick(TIME_ZONES),
    bootedAt(now: number): number {
      const boot = phase + Math.floor((now - phase) / period) * period;
      return boot < afterKernel && afterKernel < now ? afterKernel : boot;
    },
    installedAt,
    users: drawUsers(random, data),
    ssh: drawSsh(data),
    derive: (purpose: string, bytes: number) => deriveBytes(own, `derive:${purpose}`, bytes),
  } satisfies Persona);
}

function drawHostname(random: SeededRandom): string {
  const number = String(random.between(1, 24)).padStart(2, '0');
  const role = random.pick(ROLES);
  switch (random.between(0, 4)) {
    case 0:
      return `vps-${random.hex(8)}`;
    case 1:
      return `srv${random.between(100_000, 9_999_999)}`;
    case 2:
      return `${syllables(random, 2)}-${role}${number}`;
    case 3:
      return `${role}${number}-${random.pick(PLACES)}${random.between(1, 9)}-${random.letters(3)}`;
    default:
      return `${role}-${random.letters(2)}${random.between(100, 9999)}`;
  }
}

function syllables(random: SeededRandom, count: number): string {
  let word = '';
  for (let i = 0; i < count; i++)
    word += random.letters(1, CONSONANTS) + random.letters(1, VOWELS) + random.letters(1, CONSONANTS);
  return word;
}

function drawHardware(random: SeededRandom): Persona['hardware'] {
  const cpus = random.pick([1, 2, 2, 4, 4, 8]);
  const gib = random.pick([2, 4, 4, 8, 16]);
  return {
    cpuModel: random.pick(CPU_MODELS).name,
    cpus,
    // What the kernel keeps for itself differs a little from machine to machine.
    memoryKb: gib * 1024 * 1024 - random.between(34_000, 120_000) - gib * 3400,
    diskKb: random.pick([20, 25, 40, 50, 80, 100, 160]) * 1024 * 1024,
  };
}

function drawNetwork(random: SeededRandom, oui: string, name: string): Persona['network'] {
  const tail = random.hex(6).match(/../g)!.join(':');
  const host = random.between(10, 250);
  const prefix24 =
    random.between(0, 3) === 0
      ? `172.${random.between(16, 31)}.${random.between(0, 254)}`
      : `10.${random.between(0, 254)}.${random.between(0, 254)}`;
  return {
    interface: name,
    mac: `${oui}:${tail}`,
    address: `${prefix24}.${host}`,
    prefix: 24,
    gateway: `${prefix24}.1`,
    dns: random.pick(RESOLVERS),
  };
}

function drawUsers(random: SeededRandom, data: ProfileData): PersonaUser[] {
  const users: PersonaUser[] = [];
  for (const line of (data.texts.get('/etc/passwd') ?? '').split('\n')) {
    const [name, , uid, gid, gecos, home, shell] = line.split(':');
    if (shell === undefined) continue;
    const login = name === 'root';
    users.push({ name: name!, uid: Number(uid), gid: Number(gid), gecos: gecos!, home: home!, shell, login });
  }
  const people = random.between(1, 2);
  for (let i = 0; i < people; i++) {
    const [name, gecos] = random.between(0, 1) === 0 ? random.pick(ACCOUNTS) : [random.pick(FIRST_NAMES), ''];
    if (users.some((user) => user.name === name)) continue;
    const uid = 1000 + i;
    users.push({ name, uid, gid: uid, gecos: `${gecos},,,`, home: `/home/${name}`, shell: '/bin/bash', login: true });
  }
  return users;
}

/** `1:9.2p1-2+deb12u10` is announced as `OpenSSH_9.2p1 Debian-2+deb12u10`. */
function drawSsh(data: ProfileData): Persona['ssh'] {
  const [upstream, revision] = data.facts.ssh.replace(/^\d+:/, '').split('-');
  return { version: upstream!, software: `OpenSSH_${upstream} Debian-${revision}` };
}
