/** The decoy against telnetd and login of busybox on the machine that the test runs on. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDecoyContext, type DecoyListener, listenFor } from '@netsentinel/testkit/decoy-harness';
import { type Inetd, serveByInetd } from '@netsentinel/testkit/inetd';
import { compareTelnet } from '@netsentinel/testkit/telnet-play';
import { TELNET_PROBES } from '@netsentinel/testkit/telnet-probes';
import { recordShare } from '@netsentinel/testkit/conformance-share';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPersona } from '../persona/persona.ts';
import { telnetDecoy } from './telnet.decoy.ts';

let real: Inetd;
let decoy: DecoyListener;
let folder: string;
const persona = createPersona(Buffer.alloc(32, 7), 'debian-12-server');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'netsentinel-telnet-'));
  const login = join(folder, 'login');
  writeFileSync(login, '#!/bin/sh\nexec busybox login\n', { mode: 0o755 });
  const issue = join(folder, 'issue');
  writeFileSync(issue, `${persona.issue}\n`);
  real = await serveByInetd('busybox', ['telnetd', '-i', '-l', login, '-f', issue]);
  const { ctx } = createDecoyContext();
  const config = telnetDecoy.config.parse({ daemon: 'busybox', startDelayMs: 5 });
  decoy = await listenFor(telnetDecoy.create(ctx, config));
});

afterAll(async () => {
  await decoy.close();
  await real.close();
  rmSync(folder, { recursive: true });
});

it('answers every probe as busybox does', { timeout: 240_000 }, async () => {
  const without = (text: string, host: string): string => text.replaceAll(`${host} login:`, 'HOST login:');
  // What is typed ahead of a question meets it or not as the processes happen to run.
  const probes = TELNET_PROBES.filter(({ name }) => name !== 'a name and more ahead');
  const differences = await compareTelnet(
    probes,
    { port: real.port, normalise: (text) => without(text, hostname()) },
    { port: decoy.port, normalise: (text) => without(text, persona.hostname) },
  );
  recordShare({
    decoy: 'telnet',
    beside: 'BusyBox telnetd',
    probes: probes.length,
    alike: probes.length - differences.length,
  });
  expect(differences.join('\n')).toBe('');
});
