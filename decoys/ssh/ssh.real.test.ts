import { execFile } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordShare } from '@netsentinel/testkit/conformance-share';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canRunSshd, startRealSshd, type RealSshd } from '@netsentinel/testkit/real-sshd';
import type { MessageClient } from '@netsentinel/testkit/ssh-client/message-client';
import { createSshHarness, type SshHarness } from '@netsentinel/testkit/ssh-harness';
import { AFTER_LOGIN, BEFORE_LOGIN, probeMessages, probeRaw, RAW_PROBES } from '@netsentinel/testkit/ssh-probes';
import { createPersona } from '../persona/persona.ts';
import { openMachine } from '../shell/machine.ts';
import { fingerprintOf } from './host-keys.ts';
import { WireWriter } from './wire.ts';

const folder = mkdtempSync(join(tmpdir(), 'ssh-real-'));
const knownHosts = join(folder, 'known_hosts');
let real: RealSshd;
let decoy: SshHarness;
let port: number;

interface Outcome {
  readonly code: number;
  readonly text: string;
}

/** Runs a program to its end; stdout and stderr together. */
function run(program: string, args: readonly string[], input = ''): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { timeout: 60_000, maxBuffer: 16 << 20 }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, text: stdout + stderr }),
    );
    child.stdin!.end(input);
  });
}

const sshOptions = [
  '-F',
  'none',
  '-o',
  'StrictHostKeyChecking=no',
  '-o',
  `UserKnownHostsFile=${knownHosts}`,
  '-o',
  'LogLevel=ERROR',
];
const ssh = (args: readonly string[], command: string, input = '') =>
  run('sshpass', ['-p', 'toor', 'ssh', ...sshOptions, '-p', String(port), ...args, 'root@127.0.0.1', command], input);

describe.runIf(canRunSshd())('the SSH decoy beside the real sshd', () => {
  beforeAll(async () => {
    real = await startRealSshd();
    const raw = createPublicKey(real.key).export({ format: 'der', type: 'spki' }).subarray(-32);
    decoy = createSshHarness({
      config: {
        credentials: { accept: [{ user: 'root', password: 'toor' }], anyAfterTries: false, weakPairs: false },
        publicKeys: { accept: [fingerprintOf(new WireWriter().string('ssh-ed25519').string(raw).view())] },
        failureDelayMs: 20,
        maxStartups: { start: 200, rate: 30, full: 200 },
      },
    });
    port = await decoy.listen();
  });

  const probes = Object.keys(RAW_PROBES).length + BEFORE_LOGIN.length + AFTER_LOGIN.length;
  let alike = 0;
  afterAll(() => recordShare({ decoy: 'ssh', beside: 'OpenSSH', probes, alike }));

  afterAll(async () => {
    await decoy.close();
    await real.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(Object.entries(RAW_PROBES))('answers raw bytes alike: %s', async (_name, chunks) => {
    const [theirs, ours] = await Promise.all([probeRaw(real.port, chunks), probeRaw(port, chunks)]);
    expect(ours).toBe(theirs);
    alike++;
  });

  it.each(BEFORE_LOGIN.map((probe) => [probe.name, probe] as const))(
    'answers alike before the login: %s',
    async (_name, probe) => {
      const [theirs, ours] = await Promise.all([probeMessages(real.port, probe), probeMessages(port, probe)]);
      expect(ours).toBe(theirs);
      alike++;
    },
  );

  it.each(AFTER_LOGIN.map((probe) => [probe.name, probe] as const))(
    'answers alike after the login: %s',
    async (_name, probe) => {
      const login = (client: MessageClient) => client.loginWithKey('root', real.key);
      const [theirs, ours] = await Promise.all([
        probeMessages(real.port, probe, login),
        probeMessages(port, probe, login),
      ]);
      // sshd names the file that let the key in.
      const path = /^(4 (?:\\\w{1,2})*)\S*authorized\w*:1: key options/;
      expect(ours.replace(path, 'PATH')).toBe(theirs.replace(path, 'PATH'));
      alike++;
    },
  );

  it('refuses one connection too many that has not logged in in the same words, and closes the others in silence', async () => {
    const limits = ['LoginGraceTime 1', 'MaxStartups 2:100:2'];
    const sshd = await startRealSshd(limits);
    const ours = createSshHarness({ config: { loginGraceMs: 1000, maxStartups: { start: 2, rate: 100, full: 2 } } });
    const story = async (at: number) => {
      const waiting = [hearOut(at), hearOut(at)];
      await Promise.all(waiting.map(({ greeted }) => greeted));
      const refused = await hearOut(at).heard;
      const timedOut = await Promise.all(waiting.map(({ heard }) => heard));
      // Their places are free again.
      const next = hearOut(at);
      await next.greeted;
      return { refused, timedOut, next: await next.heard };
    };
    const [theirs, own] = await Promise.all([story(sshd.port), story(await ours.listen())]);
    await Promise.all([sshd.stop(), ours.close()]);
    expect(theirs.timedOut[0]).toMatch(/^SSH-2\.0-OpenSSH_9\.2p1 [^\r]*\r\n closed$/);
    expect(own).toEqual(theirs);
  });

  it('looks the same to nmap', async () => {
    const scan = async (at: number) => {
      const scripts = 'ssh2-enum-algos,ssh-auth-methods';
      const { text } = await run('nmap', ['-Pn', '-sV', '-p', String(at), '--script', scripts, '127.0.0.1']);
      return text
        .split('\n')
        .filter((line) => !/latency|Nmap done|Starting Nmap/.test(line))
        .map((line) => line.replace(/^\d+\/tcp/, 'PORT').replace(/^\|_/, '| '))
        .sort();
    };
    const theirs = await scan(real.port);
    expect(theirs.join('\n')).toContain('OpenSSH 9.2p1 Debian 2+deb12u');
    expect(await scan(port)).toEqual(theirs);
  });

  it('looks the same to ssh-audit', async () => {
    const audit = async (at: number) => {
      const { text } = await run('ssh-audit', ['-n', '-p', String(at), '127.0.0.1']);
      return text.replace(/SHA256:\S+/g, 'FINGERPRINT');
    };
    const theirs = await audit(real.port);
    expect(theirs).toContain('(kex) sntrup761x25519-sha512@openssh.com');
    expect(await audit(port)).toBe(theirs);
  });

  it.each(['kex', 'cipher', 'mac', 'key-sig'])(
    'speaks every %s that it offers with the OpenSSH client',
    async (kind) => {
      const lists: Record<string, readonly [string, readonly string[]]> = {
        kex: ['KexAlgorithms', (await offered(4)).filter((name) => !name.startsWith('kex-strict'))],
        cipher: ['Ciphers', await offered(6)],
        mac: ['MACs', await offered(8)],
        'key-sig': ['HostKeyAlgorithms', await offered(5)],
      };
      const [option, names] = lists[kind]!;
      const extra = kind === 'mac' ? ['-o', 'Ciphers=aes128-ctr'] : [];
      expect(names.length).toBeGreaterThan(3);
      for (const name of names) {
        rmSync(knownHosts, { force: true });
        expect(await ssh(['-o', `${option}=${name}`, ...extra], `echo ${name}`)).toEqual({
          code: 0,
          text: `${name}\n`,
        });
      }
    },
  );

  it('compresses, carries megabytes and renews keys on the way', async () => {
    const { code, text } = await ssh(['-C', '-o', 'RekeyLimit=500K'], 'flood 3000000');
    expect([code, text.length]).toEqual([0, 3_000_000]);
    const echoed = await ssh(['-o', 'RekeyLimit=500K'], 'cat', 'y'.repeat(3_000_000));
    expect([echoed.code, echoed.text.length]).toEqual([0, 3_000_000]);
  });

  it('lets the OpenSSH client learn its other host keys', async () => {
    rmSync(knownHosts, { force: true });
    // The first visit puts one key on record, the second may learn the others.
    await ssh(['-o', 'HostKeyAlgorithms=ssh-ed25519'], 'echo x');
    await ssh(['-o', 'UpdateHostKeys=yes'], 'cat', 'x'.repeat(100_000));
    const types = readFileSync(knownHosts, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[1]);
    expect(new Set(types)).toEqual(new Set(['ecdsa-sha2-nistp256', 'ssh-ed25519', 'ssh-rsa']));
  });

  it('passes on exit status, signals and a terminal', async () => {
    expect((await ssh([], 'exit 7')).code).toBe(7);
    expect((await ssh([], 'kill')).code).toBe(255);
    const shell = await run(
      'sshpass',
      ['-p', 'toor', 'ssh', '-tt', ...sshOptions, '-p', String(port), 'root@127.0.0.1'],
      'echo hi\nexit 5\n',
    );
    expect(shell.code).toBe(5);
    expect(shell.text).toContain('root@web01:~# hi\n');
  });

  it('gives hydra the password', async () => {
    const list = join(folder, 'passwords');
    writeFileSync(list, 'a\nb\ntoor\nc\n');
    const { text } = await run('hydra', [
      '-I',
      '-l',
      'root',
      '-P',
      list,
      '-t',
      '2',
      '-s',
      String(port),
      '127.0.0.1',
      'ssh',
    ]);
    expect(text).toMatch(/login: root\s+password: toor/);
  });

  it('takes and gives files by scp on the real machine behind it, by both protocols', async () => {
    const persona = createPersona(Buffer.alloc(32, 5), 'debian-12-server');
    const credentials = { accept: [{ user: 'root', password: 'toor' }] };
    const harness = createSshHarness({ persona, openMachine, config: { credentials } });
    const at = await harness.listen();
    const local = join(folder, 'scp-upload');
    writeFileSync(local, 'by scp\n');
    rmSync(knownHosts, { force: true });
    for (const protocol of ['-O', '-s']) {
      const back = join(folder, `scp-back${protocol}`);
      const scp = (from: string, to: string) =>
        run('sshpass', ['-p', 'toor', 'scp', protocol, ...sshOptions, '-P', String(at), from, to]);
      expect(await scp(local, `root@127.0.0.1:/tmp/up${protocol}`)).toEqual({ code: 0, text: '' });
      expect(await scp(`root@127.0.0.1:/tmp/up${protocol}`, back)).toEqual({ code: 0, text: '' });
      expect(readFileSync(back, 'utf8')).toBe('by scp\n');
    }
    const paths = harness.events.filter((event) => event.event.action === 'ssh-file').map((event) => event.file!.path);
    expect(paths).toEqual(['/tmp/up-O', '/tmp/up-s']);
    await harness.close();
  });

  it('serves sftp on the real machine behind it', async () => {
    const persona = createPersona(Buffer.alloc(32, 5), 'debian-12-server');
    const harness = createSshHarness({
      persona,
      openMachine,
      config: { credentials: { accept: [{ user: 'root', password: 'toor' }] } },
    });
    const at = await harness.listen();
    const local = join(folder, 'upload');
    const back = join(folder, 'download');
    writeFileSync(local, 'captured\n');
    const batch = `put ${local} /tmp/up\nget /tmp/up ${back}\nls /tmp\n`;
    rmSync(knownHosts, { force: true });
    const result = await run(
      'sshpass',
      ['-p', 'toor', 'sftp', ...sshOptions, '-P', String(at), 'root@127.0.0.1'],
      batch,
    );
    expect(result.text).toContain('/tmp/up');
    expect(readFileSync(back, 'utf8')).toBe('captured\n');
    const file = harness.events.find((event) => event.event.action === 'ssh-file');
    expect(file).toMatchObject({ file: { path: '/tmp/up', size: 9 }, netsentinel: { upload: { bytes: 9 } } });
    await harness.close();
  });
});

/** Says nothing and hears a server out: what came, and how it ended. `greeted`: when the first of it came, or the end. */
function hearOut(at: number): { readonly greeted: Promise<void>; readonly heard: Promise<string> } {
  const socket = connect(at, '127.0.0.1');
  let text = '';
  let ending = 'closed';
  const greeted = Promise.withResolvers<void>();
  const heard = Promise.withResolvers<string>();
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    greeted.resolve();
  });
  socket.on('error', () => (ending = 'reset'));
  socket.on('close', () => {
    greeted.resolve();
    heard.resolve(`${text} ${ending}`);
  });
  return { greeted: greeted.promise, heard: heard.promise };
}

/** A list of the server's KEXINIT by its place, as `ssh -vv` prints the peer's proposal. */
async function offered(place: number): Promise<readonly string[]> {
  const { text } = await run('ssh', [
    '-vv',
    '-F',
    'none',
    '-o',
    'BatchMode=yes',
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    `UserKnownHostsFile=${knownHosts}`,
    '-p',
    String(port),
    'root@127.0.0.1',
    'x',
  ]);
  const proposal = text.slice(text.indexOf('peer server KEXINIT proposal'));
  const label = { 4: 'KEX algorithms', 5: 'host key algorithms', 6: 'ciphers ctos', 8: 'MACs ctos' }[place]!;
  return new RegExp(`${label}: (\\S+)`).exec(proposal)![1]!.split(',');
}
