/** What a persona draws of its network: its card, its address, the machines beside it. */
import type { PersonaFile } from './persona-file.ts';
import type { Persona, PersonaNeighbour } from './persona.types.ts';
import { fillScheme, type SchemeWords } from './names.ts';
import type { SeededRandom } from './seeded-random.ts';

const RESOLVERS: readonly (readonly string[])[] = [
  ['1.1.1.1', '8.8.8.8'],
  ['8.8.8.8', '8.8.4.4'],
  ['9.9.9.9', '1.1.1.1'],
  ['208.67.222.222', '1.1.1.1'],
];
/** Makers of what stands on desks and of switches: IEEE prefixes. */
const NEIGHBOUR_OUIS: Readonly<Record<string, readonly string[]>> = {
  gateway: ['00:1b:17', '90:6c:ac', '00:0d:b9', 'b4:fb:e4'],
  workstation: ['8c:04:ba', 'c8:d3:ff', '98:fa:9b', '54:e1:ad'],
  server: ['52:54:00', '00:0c:29', '00:50:56', '14:18:77'],
  printer: ['00:1b:a9', '3c:2a:f4', '00:17:c8'],
  nas: ['00:11:32', '24:5e:be'],
  camera: ['00:40:8c', '44:19:b6'],
};

export type Adapter = PersonaFile['hardware']['adapters'][number];

export function drawNetwork(random: SeededRandom, file: PersonaFile, adapter: Adapter): Persona['network'] {
  const [pattern = '10.x.x.0', prefix = '24'] = random.pick(file.subnets).split('/');
  const base = pattern.split('.').map((part) => (part === 'x' ? random.between(0, 254) : Number(part)));
  const host = random.between(10, 250);
  // Drawn as if it were a /24: the network around may be larger, its machines stand together all the same.
  const prefix24 = base.slice(0, 3).join('.');
  const address = `${prefix24}.${host}`;
  return {
    interface: random.pick(adapter.interfaces),
    mac: `${random.pick(adapter.oui)}:${macTail(random)}`,
    address,
    prefix: Number(prefix),
    gateway: `${prefix24}.${file.os.family === 'busybox' ? host : 1}`,
    dns: random.pick(RESOLVERS),
  };
}

export function drawNeighbours(
  random: SeededRandom,
  file: PersonaFile,
  words: SchemeWords,
  network: Persona['network'],
): PersonaNeighbour[] {
  const prefix24 = network.address.split('.').slice(0, 3).join('.');
  const taken = new Set([network.address, network.gateway]);
  const neighbours: PersonaNeighbour[] = [];
  const add = (role: string, hostname: string, address: string): void => {
    const mac = `${random.pick(NEIGHBOUR_OUIS[role] ?? NEIGHBOUR_OUIS['server']!)}:${macTail(random)}`;
    neighbours.push({ role, hostname, address, mac });
  };
  if (network.gateway !== network.address) add('gateway', 'gw', network.gateway);
  for (const { role, hostname, from, to } of file.neighbours)
    for (let i = random.between(from, Math.max(from, to)); i > 0; i--) {
      let address: string;
      do address = `${prefix24}.${random.between(2, 254)}`;
      while (taken.has(address));
      taken.add(address);
      add(role, fillScheme(hostname, words, random), address);
    }
  return neighbours;
}

function macTail(random: SeededRandom): string {
  return random.hex(6).match(/../g)!.join(':');
}
