/** The scripts that we ship, as nmap names them and hydra logs in to them. */
import { execFile, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@netsentinel/kernel/config';
import {
  createDecoyContext,
  type DecoyListener,
  listenFor,
  type RecordedContext,
} from '@netsentinel/testkit/decoy-harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Exchange } from './exchange.schema.ts';
import { scriptedUdpDecoy } from './scripted-udp.decoy.ts';
import { scriptedDecoy } from './scripted.decoy.ts';

const SCRIPTS = join(import.meta.dirname, '../../content/scripted');
const NAMES = ['smtp', 'pop3', 'vnc', 'memcached'] as const;
/** Elsewhere nmap does not ask for it. */
const MEMCACHED_PORT = 11_211;
const has = (program: string): boolean => spawnSync('which', [program]).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'scripted-'));
const running = new Map<string, { readonly listener: DecoyListener; readonly recorded: RecordedContext }>();

function read(name: string): Exchange {
  return loadConfig(Exchange, { file: name, text: readFileSync(join(SCRIPTS, `${name}.yml`), 'utf8') }).config;
}

function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 90_000, cwd: folder }, (_, out, err) => resolve(out + err));
  });
}

beforeAll(async () => {
  writeFileSync(join(folder, 'words'), 'wrong\nsecret\n');
  for (const name of NAMES) {
    const recorded = createDecoyContext();
    const options = {
      script: read(name),
      credentials: { accept: [{ user: 'admin', password: 'secret' }], anyAfterTries: false },
    };
    const decoy = scriptedDecoy.create(recorded.ctx, scriptedDecoy.config.parse(options));
    running.set(name, { recorded, listener: await listenFor(decoy, name === 'memcached' ? MEMCACHED_PORT : 0) });
  }
});

afterAll(async () => {
  for (const { listener } of running.values()) await listener.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.runIf(has('nmap'))('nmap', () => {
  it.each(NAMES)('names %s as the script does', { timeout: 120_000 }, async (name) => {
    const { product, version, service } = read(name);
    const port = String(running.get(name)!.listener.port);
    const out = await run('nmap', ['-Pn', '-n', '-sV', '-p', port, '127.0.0.1']);
    expect(out).toContain(`${port}/tcp open`);
    expect(out).toMatch(new RegExp(`open +${service} +${product} ?\\(?${version}`));
  });
});

describe.runIf(has('hydra'))('hydra', () => {
  it.each(['smtp', 'pop3'])('logs in to %s', { timeout: 60_000 }, async (name) => {
    const { listener, recorded } = running.get(name)!;
    const out = await run('hydra', [
      '-I',
      '-l',
      'admin',
      '-P',
      'words',
      '-s',
      String(listener.port),
      '127.0.0.1',
      name,
    ]);
    expect(out).toMatch(/login: admin\s+password: secret/);
    const tried = recorded.events.flatMap(({ netsentinel }) => netsentinel?.credential?.password ?? []);
    expect(new Set(tried)).toEqual(new Set(['wrong', 'secret']));
  });
});

it('answers over a real datagram socket, not longer than it was asked', async () => {
  const { ctx } = createDecoyContext();
  const decoy = scriptedUdpDecoy.create(ctx, scriptedUdpDecoy.config.parse({ script: read('sip') }));
  const server = createSocket('udp4').bind(0, '127.0.0.1');
  await once(server, 'listening');
  server.on('message', (bytes, { address: ip, port }) =>
    decoy.datagram!({
      bytes,
      source: { ip, port },
      destination: { ip: '127.0.0.1', port: server.address().port },
      reply: (answer) => (server.send(answer, port, ip), true),
    }),
  );
  const client = createSocket('udp4');
  const options = Buffer.from(read('sip').trial[0]!.send!, 'latin1');
  client.send(options, server.address().port, '127.0.0.1');
  const [answer] = (await once(client, 'message')) as [Buffer];
  expect(answer.toString()).toMatch(/^SIP\/2\.0 200 OK\r\nVia: /);
  expect(answer.length).toBeLessThanOrEqual(options.length);
  client.close();
  server.close();
  await decoy.close();
});
