/** What holds of every persona that we ship: a hundred installs of it have nothing in common that could link two of them. */
import { describe, expect, test } from 'vitest';
import { ManualClock } from '@netsentinel/kernel/clock';
import { openMachine } from '../shell/machine.ts';
import { loadPersona, personaNames } from './persona-library.ts';
import { createPersona } from './persona.ts';
import type { Persona } from './persona.types.ts';

const NOW = Date.UTC(2026, 10, 21, 18);
const SEEDS = 100;
/** A whole file system takes a while to make. */
const TREES = 4;
const seedOf = (number: number): Uint8Array => new Uint8Array([number, number >> 8, 77, 5]);
const ROOT = { uid: 0, gid: 0, groups: [0] };
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Everything that an install has for itself and that somebody else could see. */
function marks(persona: Persona): Record<string, string> {
  return {
    hostname: persona.hostname,
    mac: persona.network.mac,
    sid: persona.netbios.sid,
    installed: String(persona.installedAt),
    booted: String(persona.bootedAt(NOW)),
    certificateDate: String(persona.certificate.validFrom),
    organization: persona.organization.short,
    'host key': hex(persona.derive('host key', 32)),
    serial: hex(persona.derive('certificate serial', 16)),
    salt: hex(persona.derive('salt', 20)),
  };
}

describe.each(personaNames())('%s', (name) => {
  const file = loadPersona(name);
  const machines = Array.from({ length: SEEDS }, (_, at) => createPersona(seedOf(at), file));

  test('is called as its folder, and opens each port once', () => {
    expect(file.name).toBe(name);
    const places = file.services.map(({ port, transport }) => `${transport} ${port}`);
    expect(new Set(places).size).toBe(places.length);
    for (const { ports } of file.sites)
      for (const port of ports) expect(file.services.some((service) => service.port === port)).toBe(true);
  });

  test('names only software that each of its levels has', () => {
    const named = file.services.flatMap(({ software }) => software ?? []);
    const missing = file.levels.flatMap((level) => named.filter((one) => level.software[one] === undefined));
    expect(missing).toEqual([]);
  });

  test(`shares nothing among ${SEEDS} seeds`, () => {
    const all = machines.map(marks);
    const appliance = file.os.family === 'busybox';
    for (const key of Object.keys(all[0]!)) {
      // A workgroup or a maker's name is everybody's; all else is one install's alone.
      if (appliance && key === 'organization') continue;
      expect([key, new Set(all.map((one) => one[key])).size]).toEqual([key, SEEDS]);
    }
    const neighbours = machines.flatMap((one) => one.neighbours.map(({ mac }) => mac));
    expect(new Set(neighbours).size).toBe(neighbours.length);
  });

  test('is one machine for ever', () => {
    const again = createPersona(seedOf(3).slice(), structuredClone(file));
    const plain = (persona: Persona): object => ({ ...persona, derive: 0, bootedAt: 0 });
    expect(plain(again)).toEqual(plain(machines[3]!));
    expect(marks(again)).toEqual(marks(machines[3]!));
    expect(createPersona(seedOf(3), file)).toBe(machines[3]);
  });

  test('tells one story', () => {
    for (const persona of machines) {
      expect(persona.installedAt).toBeLessThan(persona.bootedAt(NOW));
      expect(persona.bootedAt(NOW)).toBeLessThan(NOW);
      expect(persona.netbios.name).toMatch(/^[A-Z0-9_-]{1,15}$/);
      expect(persona.hostname).toMatch(/^[A-Za-z0-9_-]{1,63}$/);
      expect(persona.domain).toMatch(/^[a-z0-9.-]*(?:lan|local|internal|arpa)$/);
      expect(JSON.stringify({ ...persona, derive: undefined })).not.toMatch(/[{][a-zA-Z]+\d*[}]/);
    }
  });
});

describe.each(personaNames().filter((name) => loadPersona(name).files !== 'none'))('the files of %s', (name) => {
  const clock = new ManualClock(NOW);
  const file = loadPersona(name);
  const read = (persona: Persona, path: string): string => {
    const found = openMachine(persona, clock).fs.read(path, ROOT);
    return found.ok ? Buffer.from(found.value).toString('latin1') : '';
  };

  test('speak of its own system, and of no other', () => {
    const persona = createPersona(seedOf(1), file);
    const told = [
      '/etc/os-release',
      '/proc/version',
      '/etc/issue',
      '/etc/apt/sources.list',
      '/etc/passwd',
      '/var/lib/dpkg/status',
    ]
      .map((path) => read(persona, path))
      .join('\n');
    expect(told).toContain(persona.os.kernelRelease);
    const foreign: Readonly<Record<string, RegExp>> = {
      debian: /ubuntu|rocky/i,
      // Ubuntu is like Debian and says so; its own versions are what counts.
      ubuntu: /deb12|rocky|PRETTY_NAME="Debian|debian\.org/i,
      rocky: /debian|ubuntu|deb12|www-data/i,
    };
    expect(told).not.toMatch(foreign[persona.os.id] ?? /debian|ubuntu|rocky|systemd/i);
  });

  test('share no secret between two installs', () => {
    const hashes = Array.from({ length: TREES }, (_, at) => {
      const persona = createPersona(seedOf(at), file);
      return [...`${read(persona, '/etc/shadow')}${read(persona, '/etc/passwd')}`.matchAll(/:(\$[^:]{20,}):/g)].map(
        (match) => match[1]!,
      );
    }).flat();
    expect(hashes.length).toBeGreaterThanOrEqual(TREES);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
