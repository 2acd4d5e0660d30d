/** Who really comes by Telnet: the clients of people, password guessers and scanners, each at the decoy with the real machine behind it. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import {
  createDecoyContext,
  type DecoyListener,
  listenFor,
  type RecordedContext,
} from '@netsentinel/testkit/decoy-harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPersona } from '../persona/persona.ts';
import { telnetDecoy } from './telnet.decoy.ts';

const DAEMONS = ['inetutils', 'netkit', 'busybox'] as const;
type Daemon = (typeof DAEMONS)[number];

const folder = mkdtempSync(join(tmpdir(), 'telnet-clients-'));
const passwords = join(folder, 'passwords');
const decoys = new Map<Daemon, DecoyListener & RecordedContext>();

function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 90_000, cwd: folder, env: { ...process.env, ...env } }, (_error, out, err) =>
      resolve(stripVTControlCharacters(out + err)),
    ).stdin!.end();
  });
}

const portOf = (daemon: Daemon): number => decoys.get(daemon)!.port;
const credentialsAt = (daemon: Daemon): readonly unknown[] =>
  decoys.get(daemon)!.events.flatMap((event) => event.netsentinel?.credential?.password ?? []);

beforeAll(async () => {
  writeFileSync(passwords, 'admin\ntoor\n');
  for (const daemon of DAEMONS) {
    const recorded = createDecoyContext({ id: `telnet-${daemon}` });
    const credentials = { accept: [{ user: 'root', password: 'toor' }], anyAfterTries: false, weakPairs: false };
    const config = telnetDecoy.config.parse({ daemon, credentials, failureDelayMs: 100 });
    const listener = await listenFor(telnetDecoy.create(recorded.ctx, config));
    decoys.set(daemon, { ...recorded, ...listener });
  }
});

afterAll(async () => {
  for (const decoy of decoys.values()) await decoy.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(DAEMONS)('%s', (daemon) => {
  it('lets in the telnet client, to a shell that answers', async () => {
    const script = [
      'set timeout 20',
      `spawn telnet 127.0.0.1 ${portOf(daemon)}`,
      'expect "login:"; send "root\\r"; expect "assword:"; send "wrong\\r"',
      'expect "login:"; send "root\\r"; expect "assword:"; send "toor\\r"',
      'expect "# "; send {echo $((40+2)) from $TERM}; send "\\r"; expect "# "; send "exit\\r"; expect eof',
    ];
    writeFileSync(join(folder, 'login.exp'), script.join('\n'));
    const shown = await run('expect', [join(folder, 'login.exp')], { TERM: 'xterm' });
    expect(shown).toContain('Login incorrect');
    expect(shown).toContain('42 from xterm');
    expect(shown).toContain('Connection closed by foreign host.');
  });
});

/** It cannot get past inetutils, theirs or ours: that waits for answers which it does not give. */
it.each(['netkit', 'busybox'] as const)('%s is broken into by hydra', async (daemon) => {
  // One at a time it takes the prompt after a failure for that of a password, at real daemons too.
  const args = ['-l', 'root', '-P', passwords, '-t', '4', '-s', `${portOf(daemon)}`, 'telnet://127.0.0.1'];
  expect(await run('hydra', args)).toContain('login: root   password: toor');
  expect(credentialsAt(daemon)).toEqual(expect.arrayContaining(['admin', 'toor']));
});

/** At the others it gives up before the prompt, as it does at the real ones. */
it('busybox is broken into by medusa', async () => {
  const args = [
    '-h',
    '127.0.0.1',
    '-n',
    `${portOf('busybox')}`,
    '-u',
    'root',
    '-P',
    passwords,
    '-M',
    'telnet',
    '-t',
    '1',
  ];
  expect(await run('medusa', args)).toMatch(/ACCOUNT FOUND: \[telnet\] Host: 127\.0\.0\.1 User: root Password: toor/);
});

it('met no error of its own', () => {
  expect([...decoys.values()].flatMap(({ failures }) => failures)).toEqual([]);
});

it('is named by nmap as it is listed', async () => {
  const ports = DAEMONS.map(portOf);
  const shown = await run('nmap', ['-sV', '-Pn', '-p', ports.join(','), '127.0.0.1']);
  const found = ports.map((port) => new RegExp(`^${port}/tcp open +telnet *(.*)$`, 'm').exec(shown)?.[1]?.trim());
  const persona = createPersona(Buffer.alloc(32, 7), 'debian-12-server');
  const listed = DAEMONS.map((daemon) => telnetDecoy.describe!(persona, telnetDecoy.config.parse({ daemon })));
  expect(found).toEqual(listed.map(({ product, version }) => `${product} ${version}`.trim()));
});
