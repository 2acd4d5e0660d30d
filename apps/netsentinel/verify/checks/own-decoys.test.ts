/** No check fires at our own decoys, which answer as the real daemons do, but for what is said of stacks that are not ours to choose. */
import { afterAll, expect, it } from 'vitest';
import { closePeers, outcomes, ownDecoys, tellsOf } from '../verify.fixture.ts';

afterAll(closePeers);

/** What waits for real delays, or needs the `ssh` of this machine, is tested end to end (`e2e/personas/verify.real.test.ts`). */
const QUICK = /^(?!ssh-failure|ssh-extensions|shell-|telnet-failure|telnet-refusal|ftp-failure)/;

it.concurrent.each([
  'debian-12-server',
  'debian-12-database',
  'omv-7-nas',
  'dlink-home-router',
  'windows-2019-fileserver',
  'kubernetes-node',
])(
  'is quiet at %s',
  async (name) => {
    const own = await ownDecoys(name);
    expect(own.length).toBeGreaterThan(1);
    const found = await Promise.all(own.map(async (one) => ({ ...one, found: await outcomes(one, QUICK) })));
    const tells = found.flatMap((one) =>
      Object.entries(tellsOf(one.found)).map(([id, text]) => `${one.type} ${id}: ${text}`),
    );
    const isForeignStack = /windows|kubernetes/.test(name);
    // One text, so that a failure names what was told.
    expect(tells.filter((text) => !text.includes(' tls-stack: ')).join('\n')).toBe('');
    expect(tells.some((text) => text.includes(' tls-stack: '))).toBe(isForeignStack);
    // Alike, not skipped: each was really looked at.
    for (const one of found)
      expect(Object.values(one.found).filter(({ result }) => result === 'alike').length).toBeGreaterThan(3);
  },
  40_000,
);
