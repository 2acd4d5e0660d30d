/** `netsentinel lab` for real: root and `ip` are needed. A namespace stands for the machine, so that the host's own network is left alone. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNetworkLab, namespacesUnavailable, type NetworkLab } from '@netsentinel/testkit/netns';
import { labLinks } from './lab-network.ts';
import { HOME } from './settings.ts';

const links = labLinks();
const unavailable =
  namespacesUnavailable() ??
  (existsSync(`/run/netns/${links.namespace}`) ? 'this machine has a lab of its own' : undefined);
const PROGRAM = [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  join(HOME, 'apps', 'netsentinel', 'main.ts'),
];

function start(command: readonly string[], cwd: string, input = ''): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync('timeout', ['-k', '2', '30', ...command], {
    cwd,
    input,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', SHELL: '/bin/sh' },
  });
  return { code: status, out: stdout, err: stderr };
}

describe.skipIf(unavailable !== undefined)('netsentinel lab', () => {
  let machine: NetworkLab;
  let folder: string;
  /** `nsenter` and not `ip netns exec`: namespaces made inside must be seen by the next command too. */
  const lab = (args: readonly string[], input?: string) =>
    start(['nsenter', `--net=/run/netns/${machine.defender}`, ...PROGRAM, 'lab', ...args], folder, input);

  beforeAll(() => {
    machine = createNetworkLab();
    folder = mkdtempSync(join(tmpdir(), 'netsentinel-lab-'));
  });
  afterAll(() => {
    lab(['down']);
    machine.destroy();
    rmSync(folder, { recursive: true });
  });

  it('says what to do where there is none yet', () => {
    const { code, err } = lab(['run', '--', 'true']);
    expect(code).toBe(1);
    expect(err).toContain('netsentinel lab up');
  });

  it('makes a machine with an address of its own, once', () => {
    const { code, out } = lab(['up', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      attacker: links.attackerAddress,
      decoy: links.decoyAddress,
      decoys: expect.arrayContaining([
        { id: 'ssh-1', type: 'ssh', address: links.decoyAddress, port: 2222 },
      ]) as unknown,
      made: true,
    });
    expect(JSON.parse(lab(['up', '--json']).out)).toMatchObject({ made: false });
    expect(lab(['up']).out).toContain(`ssh -p 2222 root@${links.decoyAddress}`);
  });

  it('runs programs there, with our stdin and their exit code', () => {
    expect(lab(['run', '--', 'cat'], 'hello\n').out).toBe('hello\n');
    expect(lab(['run', '--', 'sh', '-c', 'exit 7']).code).toBe(7);
    expect(lab(['run', '--', 'sh', '-c', 'kill -TERM $$']).code).toBe(143);
    expect(lab(['shell'], 'ip -brief address show dev eth0; exit\n').out).toContain(links.attackerAddress);
  });

  /** Sends a line from the attacker's machine to this one, to whoever listens on all addresses. */
  const reaches = (): boolean => {
    const connect = `require('net').connect(2222, '${links.decoyAddress}').end('over here').on('error', () => process.exit(1))`;
    return lab(['run', '--', process.execPath, '-e', connect]).code === 0;
  };

  it('reaches what listens on all addresses of the machine', async () => {
    expect(reaches()).toBe(false);
    const listen =
      "require('net').createServer((s) => s.pipe(process.stdout)).listen(2222, '0.0.0.0', () => console.log('ready'))";
    let got = '';
    machine.start('defender', [process.execPath, '-e', listen]).stdout?.on('data', (chunk: Buffer) => (got += chunk));
    await expect.poll(() => got).toBe('ready\n');
    expect(reaches()).toBe(true);
    await expect.poll(() => got).toBe('ready\nover here');
  });

  it('mends one that was left half made', () => {
    machine.run('defender', ['ip', 'address', 'flush', 'dev', links.link]);
    expect(reaches()).toBe(false);
    expect(JSON.parse(lab(['up', '--json']).out)).toMatchObject({ made: true });
    expect(reaches()).toBe(true);
  });

  it('is removed without a trace, as often as one likes', () => {
    expect(JSON.parse(lab(['down', '--json']).out)).toEqual({ removed: true });
    expect(JSON.parse(lab(['down', '--json']).out)).toEqual({ removed: false });
    expect(lab(['down']).out).toBe('there was nothing to remove\n');
    expect(machine.run('defender', ['ip', 'link'])).not.toContain(links.link);
    expect(existsSync(`/run/netns/${links.namespace}`)).toBe(false);
  });

  it('says what it needs to somebody without root', () => {
    const { code, err } = start(['setpriv', '--reuid', '65534', '--clear-groups', ...PROGRAM, 'lab', 'up'], folder);
    expect(code).toBe(1);
    expect(err).toContain('sudo ./netsentinel lab up');
  });
});
