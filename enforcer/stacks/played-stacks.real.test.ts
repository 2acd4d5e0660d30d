/** A Linux in a namespace of its own that answers as Windows: what scanners see, and that connections hold. */
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { createNetworkLab, namespacesUnavailable, type NetworkLab } from '@netsentinel/testkit/netns';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { playStacks, type PlayedStacks } from './played-stacks.ts';
import { StacksConfig } from './stacks.config.ts';

const unavailable = namespacesUnavailable('nmap');
const PORTS = [135, 139, 445];
/** Its reader is slow: what a window says it has no room for is dropped there. */
const SLOW_PORT = 139;
const HOSTS = ['198.18.0.1', '2001:db8::1'];

/** Takes all that comes and says how many bytes it was. */
const SERVER = `
const { createServer } = require('node:net');
let open = ${PORTS.length * HOSTS.length};
for (const port of ${JSON.stringify(PORTS)})
  for (const host of ${JSON.stringify(HOSTS)})
    createServer({ allowHalfOpen: true }, (socket) => {
      let bytes = 0;
      socket.on('error', () => {}).on('end', () => socket.end(String(bytes))).on('data', (chunk) => {
        bytes += chunk.length;
        if (port !== ${SLOW_PORT}) return;
        socket.pause();
        setTimeout(() => socket.resume(), 20);
      });
    }).listen(port, host, () => --open === 0 && console.log('listening'));
`;
const client = (host: string, port: number, bytes: number): string => `
const socket = require('node:net').connect({ host: '${host}', port: ${port} });
socket.on('data', (answer) => console.log(String(answer)));
socket.end(Buffer.alloc(${bytes}));
`;

describe.skipIf(unavailable !== undefined).each([
  ['as Linux has it unless it is told otherwise', 6_291_456, 7],
  ['wider than Windows’', 33_554_432, 10],
])('windows that are multiplied %s', (_, memory, windowScale) => {
  let lab: NetworkLab;
  let played: PlayedStacks | undefined;
  const play = async (addresses = HOSTS): Promise<void> => {
    played = playStacks({
      config: StacksConfig.parse({ command: [...lab.inDefender, 'nft'] }),
      stacks: [
        {
          persona: 'files',
          system: 'windows',
          listeners: addresses.flatMap((address) => PORTS.map((port) => ({ address, port }))),
        },
      ],
      clock: systemClock,
      log: silentLogger,
      windowScale,
    });
    await played.begun;
  };
  const tables = (): string => lab.run('defender', ['nft', 'list', 'tables']);
  const sent = (host: string, port: number, bytes: number): number =>
    Number(lab.run('attacker', [process.execPath, '-e', client(host, port, bytes)]));
  /** Segments that came for which there was no room; kernels that do not count them have none. */
  const beyondWindow = (): number => {
    const [names = '', values = ''] = lab.run('defender', ['grep', 'TcpExt', '/proc/net/netstat']).split('\n');
    const at = names.split(' ').indexOf('BeyondWindow');
    return at < 0 ? 0 : Number(values.split(' ')[at]);
  };

  beforeEach(async () => {
    lab = createNetworkLab();
    lab.run('defender', ['sysctl', '-qw', `net.ipv4.tcp_rmem=4096 131072 ${memory}`]);
    const server = lab.start('defender', [process.execPath, '-e', SERVER]);
    await once(createInterface({ input: server.stdout! }), 'line');
  });
  afterEach(async () => {
    await played?.close();
    lab.destroy();
  });

  it('is Windows to nmap', async () => {
    await play();
    const scan = ['timeout', '120', 'nmap', '-n', '-Pn', '-O', '--osscan-guess', '-p', '135,139,445,81', HOSTS[0]!];
    const seen = lab.run('attacker', scan);
    expect(seen).toMatch(/^(?:OS details|Running(?: \(JUST GUESSING\))?|Aggressive OS guesses): Microsoft Windows/m);
    expect(seen).toMatch(/445\/tcp +open/);
    expect(seen).toMatch(/81\/tcp +closed/);
    // Windows resets what is no part of any connection, open port or not.
    for (const probe of ['-sN', '-sF', '-sX'])
      expect(lab.run('attacker', ['timeout', '60', 'nmap', '-n', '-Pn', probe, '-p', '445', HOSTS[0]!])).toMatch(
        /445\/tcp +closed/,
      );
  }, 180_000);

  it('takes all that is sent, and announces no more room than there is', async () => {
    await play();
    for (const host of HOSTS) expect(sent(host, 445, 20 << 20)).toBe(20 << 20);
    expect(sent(HOSTS[0]!, SLOW_PORT, 1 << 20)).toBe(1 << 20);
    lab.run('attacker', ['sysctl', '-qw', 'net.ipv4.tcp_window_scaling=0']);
    expect(sent(HOSTS[0]!, SLOW_PORT, 1 << 20)).toBe(1 << 20);
    expect(beyondWindow()).toBe(0);
  }, 60_000);

  it('leaves nothing behind, whoever ended it', async () => {
    await play(['0.0.0.0', '::', 'localhost']);
    expect(tables()).toContain('netsentinel_stacks');
    await played!.close();
    expect(tables()).toBe('');
    await play();
    const inside = lab.run('defender', ['ip', 'netns', 'pids', lab.defender]).trim().split('\n');
    const nft = inside.filter(
      (pid) => existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'nft',
    );
    // It belongs to that process: nobody else can take it away.
    lab.run('defender', ['nft', 'flush', 'ruleset']);
    expect(tables()).toContain('netsentinel_stacks');
    expect(nft).toHaveLength(1);
    process.kill(Number(nft[0]), 'SIGKILL');
    await vi.waitFor(() => expect(tables()).toBe(''), { timeout: 30_000, interval: 50 });
  });
});

describe('without nft', () => {
  it('goes on, and says what scanners will see', async () => {
    const said: unknown[] = [];
    const stacks = playStacks({
      config: StacksConfig.parse({ command: ['/nonexistent/nft'] }),
      stacks: [{ persona: 'files', system: 'windows', listeners: [{ address: '0.0.0.0', port: 445 }] }],
      clock: systemClock,
      log: { ...silentLogger, warn: (...words) => said.push(words) },
    });
    await stacks.begun;
    await stacks.close();
    expect(JSON.stringify(said)).toContain('packets of files show this machine’s system');
  });
});
