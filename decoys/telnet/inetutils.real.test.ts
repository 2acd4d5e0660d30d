/** The decoy against telnetd of the machine that the test runs on: the same bytes to both, and what they answer. */
import { existsSync } from 'node:fs';
import { hostname, release } from 'node:os';
import { createDecoyContext, type DecoyListener, listenFor } from '@netsentinel/testkit/decoy-harness';
import { type Inetd, serveByInetd } from '@netsentinel/testkit/inetd';
import { compareTelnet } from '@netsentinel/testkit/telnet-play';
import { TELNET_PROBES } from '@netsentinel/testkit/telnet-probes';
import { recordShare } from '@netsentinel/testkit/conformance-share';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPersona } from '../persona/persona.ts';
import { telnetDecoy } from './telnet.decoy.ts';

const TELNETD = '/usr/sbin/telnetd';

let real: Inetd;
let decoy: DecoyListener;
const persona = createPersona(Buffer.alloc(32, 7), 'debian-12-server');

beforeAll(async () => {
  if (!existsSync(TELNETD)) throw new Error('inetutils-telnetd is not installed');
  real = await serveByInetd(TELNETD, []);
  const { ctx } = createDecoyContext();
  decoy = await listenFor(telnetDecoy.create(ctx, telnetDecoy.config.parse({ takesUser: false, startDelayMs: 10 })));
});

afterAll(async () => {
  await decoy.close();
  await real.close();
});

it('answers every probe as the daemon does', { timeout: 240_000 }, async () => {
  expect(TELNET_PROBES.length).toBeGreaterThanOrEqual(100);
  const differences = await compareTelnet(
    TELNET_PROBES,
    {
      port: real.port,
      normalise: (text) => without(text, hostname(), release(), 'localhost'),
    },
    {
      port: decoy.port,
      normalise: (text) => without(text, persona.hostname, persona.os.kernelRelease, '127.0.0.1'),
    },
  );
  recordShare({
    decoy: 'telnet',
    beside: 'inetutils telnetd',
    probes: TELNET_PROBES.length,
    alike: TELNET_PROBES.length - differences.length,
  });
  expect(differences.join('\n')).toBe('');
});

/** What differs between machines: names, addresses, terminals. */
function without(text: string, host: string, kernel: string, client: string): string {
  return text
    .replaceAll(`Linux ${kernel} (${client})`, 'BANNER')
    .replaceAll(`${host} login:`, 'HOST login:')
    .replaceAll(/\(pts\/\d+\)/g, '(pts/N)');
}
