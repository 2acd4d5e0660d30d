/** The RDP decoy and the tools that users and attackers bring: xfreerdp with each security, nmap's scripts, hydra. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Decoy } from '@netsentinel/contracts/decoy';
import { createDecoyContext, type RecordedContext } from '@netsentinel/testkit/decoy-harness';
import { rdpDecoy } from './rdp.decoy.ts';

const ACCOUNT = { user: 'Administrator', password: 'Winter2024!' };
/** Its real port, where nmap looks for a certificate; on an address that nothing else listens on. */
const ADDRESS = '127.73.13.37';
const DISPLAY = ':73';
const folder = mkdtempSync(join(tmpdir(), 'rdp-real-'));
let recorded: RecordedContext;
let decoy: Decoy;
let server: Server;
let screen: ChildProcess;

function run(program: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, DISPLAY, HOME: folder };
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 100_000, env }, (_, out, err) => resolve(out + err)).stdin!.end();
  });
}

const freeRdp = (security: string, password: string, ...more: readonly string[]): Promise<string> =>
  run('xfreerdp', [
    `/v:${ADDRESS}`,
    '/cert:ignore',
    `/sec:${security}`,
    `/u:${ACCOUNT.user}`,
    `/p:${password}`,
    '/log-level:WARN',
    ...more,
  ]);

const logins = () =>
  recorded.events
    .filter(({ event }) => event.action === 'rdp-login')
    .map(({ event, netsentinel }) => [
      event.outcome,
      netsentinel?.credential?.method,
      netsentinel?.credential?.password,
    ]);

describe('the RDP decoy and the world', () => {
  beforeAll(async () => {
    recorded = createDecoyContext({ id: 'rdp-1' });
    const config = { persona: 'windows-2019-fileserver', welcomeMs: 1500, failureDelayMs: 50 };
    decoy = rdpDecoy.create(
      recorded.ctx,
      rdpDecoy.config.parse({ ...config, credentials: { accept: [ACCOUNT], anyAfterTries: false, weakPairs: false } }),
    );
    server = createServer({ noDelay: true }, (stream) =>
      decoy.accept({
        stream,
        source: { ip: '127.0.0.1', port: stream.remotePort ?? 0 },
        destination: { ip: ADDRESS, port: 3389 },
      }),
    );
    await new Promise<void>((resolve) => server.listen(3389, ADDRESS, resolve));
    screen = spawn('Xvfb', [DISPLAY, '-screen', '0', '1100x800x24'], { stdio: 'ignore' });
    await sleep(1500);
  });

  afterAll(async () => {
    screen.kill('SIGKILL');
    await decoy.close();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows xfreerdp its screen with NLA, with TLS and with RDP’s own security', async () => {
    for (const security of ['nla', 'tls', 'rdp']) {
      recorded.events.length = 0;
      const said = await freeRdp(security, ACCOUNT.password);
      // The session ended as an administrator ends one; nothing else went wrong.
      expect(said).toContain('ERRINFO_RPC_INITIATED_DISCONNECT');
      expect(logins()).toEqual([['success', security === 'nla' ? 'ntlmv2' : 'password', ACCOUNT.password]]);
      expect(recorded.events.some(({ event }) => event.action === 'rdp-session')).toBe(true);
    }
  });

  it('tells xfreerdp of a wrong password by NLA, and keeps what hashcat needs', async () => {
    recorded.events.length = 0;
    expect(await freeRdp('nla', 'wrong')).toContain('ERRCONNECT_LOGON_FAILURE');
    expect(logins()).toEqual([['failure', 'ntlmv2', undefined]]);
    const response = recorded.events.find(({ event }) => event.action === 'rdp-login')?.netsentinel?.credential
      ?.response;
    expect(response).toMatch(/^Administrator::[^:]*:[0-9a-f]{16}:[0-9a-f]{32}:[0-9a-f]+$/);
  });

  it('takes the password that is typed on its screen', async () => {
    recorded.events.length = 0;
    const client = freeRdp('tls', 'wrong');
    for (let turn = 0; turn < 100 && !recorded.events.some(({ event }) => event.action === 'rdp-session'); turn++)
      await sleep(100);
    await sleep(500);
    await run('xdotool', ['mousemove', '500', '400', 'type', '--delay', '60', 'Guess1']);
    await run('xdotool', ['key', 'Return']);
    await sleep(800);
    await run('xdotool', ['type', '--delay', '60', ACCOUNT.password]);
    await run('xdotool', ['key', 'Return']);
    await client;
    expect(logins()).toEqual([
      ['failure', 'password', 'wrong'],
      ['failure', 'password', 'Guess1'],
      ['success', 'password', ACCOUNT.password],
    ]);
  });

  it('is one machine to nmap: service, NTLM, certificate, encryption', async () => {
    const scripts = 'rdp-ntlm-info,ssl-cert,rdp-enum-encryption';
    const said = await run('nmap', ['-sV', '--version-all', '--script', scripts, '-Pn', '-p', '3389', ADDRESS]);
    expect(said).toMatch(/3389\/tcp open +ms-wbt-server +Microsoft Terminal Services/);
    const name = /DNS_Computer_Name: (\S+)/.exec(said)?.[1];
    expect(/ssl-cert: Subject: commonName=(\S+)/.exec(said)?.[1]).toBe(name);
    expect(said).toContain('Product_Version: 10.0.17763');
    for (const layer of ['CredSSP (NLA)', 'Native RDP', 'SSL', '40-bit RC4', '56-bit RC4', '128-bit RC4'])
      expect(said).toContain(`${layer}: SUCCESS`);
    expect(said).toContain('RDP Encryption level: Client Compatible');
    expect(said).toContain('RDP 10.6 server');
  });

  it('lets hydra guess', async () => {
    recorded.events.length = 0;
    const list = join(folder, 'passwords');
    writeFileSync(list, `letmein\n${ACCOUNT.password}\n`);
    const said = await run('hydra', ['-t', '1', '-l', ACCOUNT.user, '-P', list, ADDRESS, 'rdp']);
    expect(said).toContain(`password: ${ACCOUNT.password}`);
    expect(logins().map(([outcome]) => outcome)).toEqual(['failure', 'success']);
  });

  it('met no error of its own', () => {
    expect(recorded.failures).toEqual([]);
  });
});
