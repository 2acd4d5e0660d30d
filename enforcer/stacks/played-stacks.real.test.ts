/** A Linux in a namespace of its own that answers as Windows: what scanners see, and that connections hold. */
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { silentLogger } from '@netsentinel/kernel/log';
import { createNetworkLab, namespacesUnavailable, type NetworkLab } from '@netsentinel/testkit/netns';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { playStacks, type PlayedStacks } from './played-stacks.ts';
import { StacksConfig } from './stacks.config.ts';

const unavailable = namespacesUnavailable('nmap');
const PORTS = [135, 139, 445];
const MEGABYTES = 20;

/** Takes all that comes and says how many bytes it was. */
const SERVER = `
const { createServer } = require('node:net');
let open = ${PORTS.length * 2};
for (const port of [${PORTS.join(', ')}])
  for (const host of ['198.18.0.1', '2001:db8::1'])
    createServer({ allowHalfOpen: true }, (socket) => {
      let bytes = 0;
      socket.on('error', () => {}).on('data', (chunk) => (bytes += chunk.length)).on('end', () => socket.end(String(bytes)));
    }).listen(port, host, () => --open === 0 && console.log('listening'));
`;
const CLIENT = (host: string): string => `
const socket = require('node:net').connect({ host: '${host}', port: 445 });
socket.on('data', (answer) => console.log(String(answer)));
socket.end(Buffer.alloc(${MEGABYTES << 20}));
`;

describe.skipIf(unavailable !== undefined).each([
  ['as Linux has it unless it is told otherwise', 6_291_456, 7],
  ['wider than Windows’', 33_554_432, 10],
])('windows that are multiplied %s', (_, memory, windowScale) => {
  let lab: NetworkLab;
  let directory: string;
  let played: PlayedStacks | undefined;
  const play = async (ports = PORTS, addresses = ['198.18.0.1', '2001:db8::1']): Promise<void> => {
    played = await playStacks({
      config: StacksConfig.parse({ command: [...lab.inDefender, 'nft'] }),
      stacks:
        ports.length === 0
          ? []
          : [
              {
                persona: 'files',
                system: 'windows',
                listeners: addresses.flatMap((address) => ports.map((port) => ({ address, port }))),
              },
            ],
      directory,
      log: silentLogger,
      windowScale,
    });
  };
  const tables = (): string => lab.run('defender', ['nft', 'list', 'tables']);

  beforeEach(async () => {
    lab = createNetworkLab();
    directory = mkdtempSync(join(tmpdir(), 'ns-stacks-'));
    lab.run('defender', ['sysctl', '-qw', `net.ipv4.tcp_rmem=4096 131072 ${memory}`]);
    const server = lab.start('defender', [process.execPath, '-e', SERVER]);
    await once(createInterface({ input: server.stdout! }), 'line');
  });
  afterEach(async () => {
    await played?.close();
    lab.destroy();
    rmSync(directory, { recursive: true, force: true });
  });

  it('is Windows to nmap, and takes all that is sent', async () => {
    await play();
    for (const host of ['198.18.0.1', '2001:db8::1'])
      expect(lab.run('attacker', [process.execPath, '-e', CLIENT(host)]).trim()).toBe(String(MEGABYTES << 20));
    const seen = lab.run('attacker', [
      'timeout',
      '120',
      'nmap',
      '-n',
      '-Pn',
      '-O',
      '--osscan-guess',
      '-p',
      '135,139,445,81',
      '198.18.0.1',
    ]);
    expect(seen).toMatch(/^(?:OS details|Running(?: \(JUST GUESSING\))?|Aggressive OS guesses): Microsoft Windows/m);
    expect(seen).toMatch(/445\/tcp +open/);
    expect(seen).toMatch(/81\/tcp +closed/);
  }, 180_000);

  it('leaves nothing behind, whoever ended it', async () => {
    await play();
    expect(tables()).toContain('netsentinel_stacks');
    // As after kill -9: the next enforcer finds what the last one made, and plays nobody any more.
    await play([]);
    expect(tables()).toBe('');
    await play(PORTS, ['0.0.0.0', '::']);
    expect(tables()).toContain('netsentinel_stacks');
    await played!.close();
    expect(tables()).toBe('');
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('without nft', () => {
  it('goes on, and says what scanners will see', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ns-stacks-'));
    const said: unknown[] = [];
    const stacks = await playStacks({
      config: StacksConfig.parse({ command: ['/nonexistent/nft'] }),
      stacks: [{ persona: 'files', system: 'windows', listeners: [{ address: '0.0.0.0', port: 445 }] }],
      directory,
      log: { ...silentLogger, warn: (...words) => said.push(words) },
    });
    await stacks.close();
    expect(JSON.stringify(said)).toContain('packets of files show this machine’s system');
    rmSync(directory, { recursive: true, force: true });
  });
});
