/**
 * Logs sent to us by the programs that people send logs with: util-linux's logger, Debian's rsyslog, curl. Each of them tells of an attacker of its own, and the whole
 * product, started as its user does, must tell of all of them.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import { writeCertificate } from '@netsentinel/testkit/certificate';
import { freePort } from '@netsentinel/testkit/free-port';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, up, type Started } from '../cli/netsentinel.ts';

const TOKEN = 'a-token-of-sixteen-characters';
const TRIES = 8;
const call = promisify(execFile);
const rsyslogd = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin']
  .map((folder) => join(folder, 'rsyslogd'))
  .find((path) => existsSync(path));

let top: string;
let product: Started;
const ports = { udp: 0, tcp: 0, tls: 0, http: 0 };

beforeAll(async () => {
  top = mkdtempSync(join(tmpdir(), 'ns-receive-'));
  writeCertificate(top, 'receiver');
  for (const name of ['udp', 'tcp', 'tls', 'http'] as const) ports[name] = await freePort();
  const consolePort = await freePort();
  writeFileSync(
    join(top, 'netsentinel.yaml'),
    `data: ./data
decoys: []
console: { port: ${consolePort} }
enforcer: { mode: simulate }
collectors:
  - id: net
    type: syslog
    options:
      udp: { address: 127.0.0.1, port: ${ports.udp} }
      tcp: { address: 127.0.0.1, port: ${ports.tcp} }
      tls: { address: 127.0.0.1, port: ${ports.tls}, certFile: receiver.pem, keyFile: receiver.key }
      allow: [127.0.0.0/8]
  - id: posted
    type: http
    options: { port: ${ports.http}, tokens: [${TOKEN}] }
`,
  );
  product = await up([], { cwd: top });
});
afterAll(async () => {
  await product.stop('SIGTERM');
  rmSync(top, { recursive: true, force: true });
});

/** The title of the first incident of this attacker's. */
async function incidentOf(attacker: string): Promise<unknown> {
  const isHis = ({ t, title }: Record<string, unknown>): boolean =>
    t === 'incident' && String(title).endsWith(` from ${attacker}`);
  return (await product.until(isHis))['title'];
}

async function collector(id: string): Promise<PlatformStatus['collectors'][number]> {
  const { out } = await run(['status', '--json'], { cwd: top });
  return (JSON.parse(out) as PlatformStatus).collectors.find((one) => one.id === id)!;
}

const failed = (attacker: string): string => `Failed password for root from ${attacker} port 40000 ssh2`;

describe('logger', () => {
  it.each([
    ['over UDP, RFC 3164', '198.51.100.11', ['--udp', '--rfc3164'], 'udp'],
    ['over UDP, RFC 5424', '198.51.100.12', ['--udp', '--rfc5424'], 'udp'],
    ['over TCP, in lines', '198.51.100.13', ['--tcp', '--rfc3164'], 'tcp'],
    ['over TCP, counted, RFC 5424', '198.51.100.14', ['--tcp', '--rfc5424', '--octet-count'], 'tcp'],
    ['over TCP, counted, RFC 3164', '198.51.100.15', ['--tcp', '--rfc3164', '--octet-count'], 'tcp'],
  ] as const)('%s', async (_, attacker, options, transport) => {
    const messages = Array.from({ length: TRIES }, () => failed(attacker)).join('\n');
    const child = call('logger', [
      ...options,
      '--server',
      '127.0.0.1',
      '--port',
      String(ports[transport]),
      '--tag',
      'sshd',
      '--id=7',
      '--priority',
      'auth.info',
    ]);
    child.child.stdin!.end(`${messages}\n`);
    await child;
    expect(await incidentOf(attacker)).toBe(`Brute force from ${attacker}`);
  });
});

describe.skipIf(rsyslogd === undefined)('rsyslog', () => {
  let daemon: ChildProcess;
  let inbox: string;
  beforeAll(async () => {
    inbox = join(top, 'inbox.log');
    writeFileSync(inbox, '');
    const forward = (attacker: string, more: string): string =>
      `if $msg contains "${attacker}" then { action(type="omfwd" target="localhost" protocol="tcp" template="RSYSLOG_SyslogProtocol23Format" ${more}) stop }`;
    const tls = `StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="localhost"`;
    const file = join(top, 'rsyslog.conf');
    writeFileSync(
      file,
      `global(workDirectory="${top}" DefaultNetstreamDriverCAFile="${join(top, 'receiver.pem')}")
module(load="imfile" mode="inotify")
input(type="imfile" File="${inbox}" Tag="sshd:" Severity="info" Facility="auth")
${forward('198.51.100.21', `port="${ports.tcp}" TCP_Framing="traditional"`)}
${forward('198.51.100.22', `port="${ports.tcp}" TCP_Framing="octet-counted"`)}
${forward('198.51.100.23', `port="${ports.tls}" ${tls}`)}
`,
    );
    daemon = spawn(rsyslogd!, ['-n', '-f', file, '-i', join(top, 'rsyslog.pid')], { stdio: 'ignore' });
    await once(daemon, 'spawn');
  });
  afterAll(async () => {
    const gone = once(daemon, 'exit');
    daemon.kill('SIGTERM');
    await gone;
  });

  it.each([
    ['in lines', '198.51.100.21'],
    ['counted', '198.51.100.22'],
    ['over TLS', '198.51.100.23'],
  ])('forwards %s', async (_, attacker) => {
    writeFileSync(inbox, `${failed(attacker)}\n`.repeat(TRIES), { flag: 'a' });
    expect(await incidentOf(attacker)).toBe(`Brute force from ${attacker}`);
  });
});

describe('curl', () => {
  const access = (attacker: string): Buffer => {
    const time = new Date().toUTCString().replace(/^\w+, (\d+) (\w+) (\d+) (\S+) .*$/, '$1/$2/$3:$4 +0000');
    const line = (i: number): string =>
      `${attacker} - - [${time}] "GET /?file=../../../../etc/passwd&n=${i} HTTP/1.1" 404 12 "-" "curl/8"\n`;
    return gzipSync(Array.from({ length: 12 }, (_, i) => line(i)).join(''));
  };
  const post = async (body: Buffer, more: readonly string[] = [], token = TOKEN): Promise<Record<string, unknown>> => {
    const file = join(top, 'batch.gz');
    writeFileSync(file, body);
    const { stdout } = await call('curl', [
      '--silent',
      '--show-error',
      '--header',
      `Authorization: Bearer ${token}`,
      '--header',
      'Content-Encoding: gzip',
      '--data-binary',
      `@${file}`,
      ...more,
      `http://127.0.0.1:${ports.http}/ingest`,
    ]);
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  it('posts a packed log', async () => {
    expect(await post(access('198.51.100.31'))).toMatchObject({ format: 'nginx-access', accepted: 12, refused: 0 });
    expect(await incidentOf('198.51.100.31')).toMatch(/web application/);
  });

  it('posts a batch again, after a restart of ours too, and it is there once', async () => {
    const batch = access('198.51.100.32');
    const key = ['--header', 'Idempotency-Key: batch-1'];
    const before = (await collector('posted')).events;
    expect(await post(batch, key)).toMatchObject({ accepted: 12 });
    expect(await post(batch, key)).toMatchObject({ accepted: 12 });
    expect((await collector('posted')).events).toBe(before + 12);
    await product.stop('SIGTERM');
    product = await up([], { cwd: top });
    expect(await post(batch, key)).toMatchObject({ accepted: 12 });
    expect((await collector('posted')).events).toBe(0);
    expect(await post(batch)).toMatchObject({ accepted: 12 });
    expect((await collector('posted')).events).toBe(12);
  });

  it('is told what to do where it does wrong', async () => {
    const wrong = await post(access('198.51.100.33'), [], 'nothing-of-the-kind');
    expect(wrong).toMatchObject({ status: 401, detail: expect.stringContaining('Bearer') as string });
    // It reports once a second.
    let state = await collector('posted');
    while (state.problems.length === 0) state = await collector('posted');
    expect(state).toMatchObject({ healthy: false, problems: ['1 request was refused: no token, or a wrong one'] });
  });
});
