/**
 * The machine is scanned from another one, in every way that nmap has: one incident tells of all, by name and by number of ports. Packets are real, through the
 * kernel's filter and the confined watcher behind it.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Incident } from '@netsentinel/contracts/incident';
import { namespacesUnavailable } from '@netsentinel/testkit/netns';
import { openStage, PORT, ssh, type Stage } from '../story/stage.ts';

const POLL = { timeout: 30_000, interval: 800 };
const isAble = namespacesUnavailable() === undefined && spawnSync('nmap', ['--version']).status === 0;
/** Further addresses of the attacker's, one for each story. */
const [FULL, SINGLE, LATER, SIX] = ['198.18.0.3', '198.18.0.4', '198.18.0.5', '2001:db8::6'] as const;
const ALL_PORTS = 65_535;

describe.skipIf(!isAble)('a scan of the machine', () => {
  let stage: Stage;
  let link: string;

  beforeAll(async () => {
    stage = openStage();
    stage.network.addAttackers([`${FULL}/15`, `${SINGLE}/15`, `${LATER}/15`, `${SIX}/32`]);
    await stage.start({
      decoys: [{ id: 'ssh-1', type: 'ssh', address: '::', port: PORT }],
      console: { port: 18_088 },
    });
    const { stdout } = await stage.attack(['ip', '-o', 'link', 'show', 'type', 'veth']);
    link = /^\d+: ([^@:]+)/.exec(stdout)![1]!;
  });
  afterAll(() => stage.close());

  const nmap = async (from: string, ...options: string[]): Promise<void> => {
    const six = from.includes(':');
    const target = six ? stage.network.defender6 : stage.network.defender4;
    const done = await stage.attack(
      ['nmap', '-n', '-T4', '-S', from, ...(six ? ['-6'] : []), '-e', link, ...options, target],
      {
        timeoutMs: 60_000,
      },
    );
    expect(done.code === 0 ? '' : done.stderr).toBe('');
  };
  const probes = (incident: Incident): string[] =>
    incident.timeline.filter(({ kind }) => kind === 'probe').map(({ title }) => title);

  it('wakes the watcher, which has no right left when it looks', async () => {
    const asleep = stage.product.pids()['watcher']!;
    expect(basename(readlinkSync(`/proc/${asleep}/exe`))).not.toContain('node');
    await nmap(stage.network.attacker4, '-sn', '--disable-arp-ping');
    await expect.poll(() => basename(readlinkSync(`/proc/${asleep}/exe`)), POLL).toContain('node');
    const status = readFileSync(`/proc/${asleep}/status`, 'utf8');
    const field = (name: string): string => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)![1]!;
    expect(
      Object.fromEntries(['CapEff', 'CapPrm', 'CapBnd', 'NoNewPrivs', 'Seccomp'].map((name) => [name, field(name)])),
    ).toEqual({
      CapEff: '0000000000000000',
      CapPrm: '0000000000000000',
      CapBnd: '0000000000000000',
      NoNewPrivs: '1',
      Seccomp: '2',
    });
    expect(Number(field('Uid'))).toBeGreaterThan(0);
    // Its network has nothing but a loopback that is down.
    expect(readFileSync(`/proc/${asleep}/net/route`, 'utf8').trim().split('\n')).toHaveLength(1);
    expect(readlinkSync(`/proc/${asleep}/ns/net`)).not.toBe(
      readlinkSync(`/proc/${stage.product.pids()['launcher']!}/ns/net`),
    );
  });

  it('is one incident that names each kind of scan', async () => {
    const { attacker4, defender4 } = stage.network;
    await nmap(attacker4, '-Pn', '-sS', '-p', '1000-1499');
    // A connect scan has the address that the system gives it. That of the decoy among its ports is reset before the decoy can look.
    await stage.attack(['nmap', '-n', '-Pn', '-sT', '-p', '2200-2299', defender4]);
    for (const kind of ['-sF', '-sN', '-sX']) await nmap(attacker4, '-Pn', kind, '-p', '3000-3019');
    await nmap(attacker4, '-Pn', '-sU', '--max-retries', '0', '-p', '4000-4004');
    await nmap(attacker4, '-Pn', '-sA', '-p', '5000-5009');
    await nmap(attacker4, '-Pn', '-sS', '-f', '-p', '6000-6009');
    await expect
      .poll(async () => probes(await stage.incidentOf(attacker4)).toSorted(), POLL)
      .toEqual(
        [
          `Ping of ${defender4}`,
          `ICMP timestamp request of ${defender4}`,
          `SYN scan of ${defender4}: 501 ports`,
          `Connect scan of ${defender4}: 100 ports`,
          `FIN scan of ${defender4}: 20 ports`,
          `NULL scan of ${defender4}: 20 ports`,
          `Xmas scan of ${defender4}: 20 ports`,
          `UDP scan of ${defender4}: 5 ports`,
          `ACK scan of ${defender4}: 11 ports`,
          `Scan in fragments of ${defender4}: 10 ports`,
        ].toSorted(),
      );
    const incident = await stage.incidentOf(attacker4);
    expect(incident).toMatchObject({ severity: 'medium' });
    expect(incident.techniques).toEqual(expect.arrayContaining(['T1046', 'T1595.001', 'T1018']));
  });

  it('counts every port of a scan of all', async () => {
    await nmap(FULL, '-Pn', '-sS', '-p-');
    await expect
      .poll(async () => probes(await stage.incidentOf(FULL)), POLL)
      .toEqual([`SYN scan of ${stage.network.defender4}: ${ALL_PORTS} ports`]);
    expect(await stage.incidentOf(FULL)).toMatchObject({
      title: `Port scan from ${FULL}`,
      severity: 'medium',
      sourceVerified: false,
    });
    const { stdout } = await stage.cli('status', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ scans: { uncounted: 0 } });
  });

  it('is seen over IPv6, and when the watcher was killed before', async () => {
    const pid = stage.product.pids()['watcher']!;
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => stage.product.pids()['watcher'] ?? pid, POLL).not.toBe(pid);
    await expect.poll(isWatching, POLL).toBe(true);
    await nmap(SIX, '-Pn', '-sS', '-p', '1000-1099');
    await expect
      .poll(async () => probes(await stage.incidentOf(SIX)), POLL)
      .toEqual([`SYN scan of ${stage.network.defender6}: 100 ports`]);
  });

  it('is none where one port is touched, which joins the story of who breaks in later', async () => {
    const before = await eventsTotal();
    await nmap(SINGLE, '-Pn', '-sS', '-p', '23');
    await nmap(LATER, '-Pn', '-sS', '-p', '8443');
    await expect.poll(eventsTotal, POLL).toBeGreaterThanOrEqual(before + 2);
    expect(await stage.incidentsOf(SINGLE)).toEqual([]);
    expect(await stage.incidentsOf(LATER)).toEqual([]);
    await stage.attack(ssh({ host: stage.network.defender4, password: 'wrong', source: LATER }, 'id'));
    await expect
      .poll(async () => probes(await stage.incidentOf(LATER)), POLL)
      .toEqual([`SYN scan of ${stage.network.defender4}: 1 port`]);
    expect(await stage.incidentsOf(SINGLE)).toEqual([]);
  });

  /** Its sockets are there once it has become the shell that waits. */
  function isWatching(): boolean {
    try {
      return readFileSync(`/proc/${stage.product.pids()['watcher']!}/status`, 'utf8').includes(
        'CapEff:\t0000000000000000',
      );
    } catch {
      return false;
    }
  }

  async function eventsTotal(): Promise<number> {
    const { stdout } = await stage.cli('status', '--json');
    return (JSON.parse(stdout) as { eventsTotal: number }).eventsTotal;
  }
});
