/** What a Samba 4.17 of Debian 12 answered to every probe, kept in `fixtures/`: the decoy says the same. `smb.real.test.ts` asks a Samba anew. */
import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { KNOWN_USER, PASSWORD, playSmb, transportOf } from './smb-play.fixture.ts';
import type { ProbeTarget } from './smb-probe.fixture.ts';
import { SMB_PROBES } from './smb-probes.fixture.ts';

const recorded = JSON.parse(
  readFileSync(new URL('fixtures/samba-4.17-answers.json', import.meta.url), 'utf8'),
) as Record<string, string>;
/** Known to differ, and why. */
const DIFFERENT = new Set([
  // Samba's matching of DOS wildcards against the two names that every folder has.
  'list "',
]);

const service = playSmb('debian-12-server');
const target: ProbeTarget = {
  user: KNOWN_USER,
  password: PASSWORD,
  share: 'projects',
  connect: () => Promise.resolve(transportOf(service.connect())),
};

afterAll(() => service.close());

it('are known for every probe', () => {
  expect(SMB_PROBES.length).toBeGreaterThan(250);
  expect(SMB_PROBES.map(({ name }) => name).filter((name) => recorded[name] === undefined)).toEqual([]);
});

it('are the decoy’s own', async () => {
  const different: string[] = [];
  for (const { name, run } of SMB_PROBES) {
    const answer = await run(target);
    if (answer !== recorded[name] && !DIFFERENT.has(name)) different.push(`${name}: ${recorded[name]} | ${answer}`);
  }
  expect(different).toEqual([]);
  expect(service.failures).toEqual([]);
}, 60_000);
