import { describe, expect, test } from 'vitest';
import { createPersona } from './persona.ts';
import { loadInstallation } from './installation-data.ts';
import { SeededRandom } from './seeded-random.ts';
import { hardwareOf } from './virtual-hardware.ts';

const PROFILE = 'debian-12-server';
const NOW = Date.UTC(2026, 10, 20);
const seedOf = (number: number): Uint8Array => new Uint8Array([number, number >> 8, 3, 1]);

describe('a persona', () => {
  test('is the same for the same seed', () => {
    const [a, b] = [createPersona(seedOf(1), PROFILE), createPersona(seedOf(1), PROFILE)];
    expect({ ...a, bootedAt: 0, derive: 0 }).toEqual({ ...b, bootedAt: 0, derive: 0 });
    expect(a.derive('x', 40)).toEqual(b.derive('x', 40));
    expect(a.bootedAt(NOW)).toBe(b.bootedAt(NOW));
  });

  test('shares no unique value among 100 seeds', () => {
    const people = Array.from({ length: 100 }, (_, at) => createPersona(seedOf(at), PROFILE));
    for (const value of [
      (p: (typeof people)[0]) => p.hostname,
      (p: (typeof people)[0]) => p.network.mac,
      (p: (typeof people)[0]) => p.network.address,
      (p: (typeof people)[0]) => p.installedAt,
      (p: (typeof people)[0]) => p.bootedAt(NOW),
      (p: (typeof people)[0]) => Buffer.from(p.derive('host key', 32)).toString('hex'),
    ]) {
      expect(new Set(people.map((person) => value(person))).size).toBe(100);
    }
  });

  test('tells one story', () => {
    for (let i = 0; i < 50; i++) {
      const persona = createPersona(seedOf(i), PROFILE);
      expect(hardwareOf(persona).interfaces).toContain(persona.network.interface);
      expect(persona.installedAt).toBeLessThan(persona.bootedAt(NOW));
      expect(persona.bootedAt(NOW)).toBeLessThan(NOW);
      expect(persona.bootedAt(NOW + 60_000)).toBe(persona.bootedAt(NOW));
      expect(persona.os.kernelVersion).toMatch(/^#1 SMP PREEMPT_DYNAMIC Debian 6\.1\.\d+-\d \(20\d\d-\d\d-\d\d\)$/);
      expect(persona.users.filter((user) => user.login).map((user) => user.name)).toContain('root');
      expect(persona.ssh.software).toMatch(/^OpenSSH_9\.2p1 Debian-2\+deb12u\d+$/);
    }
  });

  test('derives as many bytes as asked, different for each purpose', () => {
    const persona = createPersona(seedOf(9), PROFILE);
    expect(persona.derive('a', 100)).toHaveLength(100);
    expect(persona.derive('a', 0)).toHaveLength(0);
    expect(persona.derive('a', 16)).not.toEqual(persona.derive('b', 16));
  });
});

test('an unknown profile is an error with its code', () => {
  expect(() => createPersona(seedOf(1), 'no-such')).toThrow(
    expect.objectContaining({ code: 'PERSONA_PROFILE_UNKNOWN' }),
  );
  expect(() => createPersona(seedOf(1), '../etc')).toThrow(
    expect.objectContaining({ code: 'PERSONA_PROFILE_UNKNOWN' }),
  );
});

test('the profile lists its packages', () => {
  const { packages } = loadInstallation(PROFILE);
  expect(packages.find((item) => item.name === 'openssh-server')).toMatchObject({ architecture: 'amd64' });
  expect(packages.length).toBeGreaterThan(150);
});

test('drawn numbers stay in their range', () => {
  const random = new SeededRandom(seedOf(1), 'test');
  for (let i = 0; i < 200; i++) {
    const value = random.between(3, 7);
    expect(value >= 3 && value <= 7).toBe(true);
  }
  expect(random.hex(11)).toMatch(/^[0-9a-f]{11}$/);
});
