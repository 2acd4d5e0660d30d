/** The processes that run on a persona's machine whoever is logged in: fixed numbers since boot, the same in `ps` and in `/proc`. */
import type { Persona } from '../../persona/persona.types.ts';
import { SeededRandom } from '../../persona/seeded-random.ts';
import { serviceDaemons } from './service-processes.ts';

export interface SystemProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly user: string;
  readonly uid: number;
  readonly tty: string;
  readonly state: string;
  /** Milliseconds after boot. */
  readonly startedAfterMs: number;
  /** Of one processor, for each day of uptime. */
  readonly cpuSecondsPerDay: number;
  readonly rssKb: number;
  readonly vszKb: number;
  readonly comm: string;
  /** Command line; kernel threads have theirs in brackets. */
  readonly args: string;
  readonly executable: string;
}

const made = new WeakMap<Persona, readonly SystemProcess[]>();

export function systemProcesses(persona: Persona): readonly SystemProcess[] {
  let list = made.get(persona);
  if (list === undefined) {
    list = make(persona);
    made.set(persona, list);
  }
  return list;
}

function make(persona: Persona): SystemProcess[] {
  if (persona.files === 'busybox') return applianceProcesses(persona);
  const random = new SeededRandom(persona.derive('processes', 16), 'processes');
  const list: SystemProcess[] = [];
  const uidOf = (name: string): number => persona.users.find((user) => user.name === name)?.uid ?? 0;
  let pid = 1;
  const add = (
    user: string,
    state: string,
    vszKb: number,
    rssKb: number,
    startedAfterMs: number,
    cpu: number,
    args: string,
    exe: string,
    comm: string,
    ppid = 1,
  ): number => {
    list.push({
      pid,
      ppid,
      user,
      uid: uidOf(user),
      tty: '?',
      state,
      startedAfterMs,
      cpuSecondsPerDay: cpu,
      rssKb,
      vszKb,
      comm,
      args,
      executable: exe,
    });
    return pid++;
  };
  const daemon = (
    user: string,
    state: string,
    vszKb: number,
    rssKb: number,
    cpu: number,
    args: string,
    exe = args.split(' ')[0]!,
  ): number => {
    pid += random.between(1, 5);
    return add(
      user,
      state,
      vszKb,
      rssKb - (rssKb % 4),
      3000 + pid,
      cpu,
      args,
      exe,
      exe.split('/').at(-1)!.slice(0, 15),
    );
  };
  add(
    'root',
    'Ss',
    168_140,
    12_400 + random.between(0, 400) * 4,
    0,
    2,
    '/sbin/init',
    '/usr/lib/systemd/systemd',
    'systemd',
    0,
  );
  const thread = (name: string, state: string, cpu = 0.1): void => {
    add('root', state, 0, 0, 0, cpu, `[${name}]`, '', name.slice(0, 15), pid === 2 ? 0 : 2);
  };
  thread('kthreadd', 'S');
  for (const name of ['rcu_gp', 'rcu_par_gp', 'slub_flushwq', 'netns']) thread(name, 'I<');
  pid++;
  thread('kworker/0:0H-events_highpri', 'I<');
  pid++;
  thread('mm_percpu_wq', 'I<');
  for (const name of ['rcu_tasks_kthread', 'rcu_tasks_rude_kthread', 'rcu_tasks_trace_kthread']) thread(name, 'I');
  thread('ksoftirqd/0', 'S', 1);
  thread('rcu_preempt', 'I', 6);
  thread('migration/0', 'S');
  pid++;
  thread('cpuhp/0', 'S');
  for (let cpu = 1; cpu < persona.hardware.cpus; cpu++) {
    thread(`cpuhp/${cpu}`, 'S');
    thread(`migration/${cpu}`, 'S');
    thread(`ksoftirqd/${cpu}`, 'S', 0.6);
    pid++;
    thread(`kworker/${cpu}:0H-events_highpri`, 'I<');
  }
  pid += 3;
  for (const name of [
    'kdevtmpfs',
    'inet_frag_wq',
    'kauditd',
    'khungtaskd',
    'oom_reaper',
    'writeback',
    'kcompactd0',
    'ksmd',
    'khugepaged',
    'kintegrityd',
    'kblockd',
    'blkcg_punt_bio',
    'tpm_dev_wq',
    'edac-poller',
    'devfreq_wq',
  ])
    thread(name, /wq|writeback|kinteg|kblockd|blkcg|edac/.test(name) ? 'I<' : 'S', name === 'kcompactd0' ? 2 : 0.05);
  thread('kworker/0:1H-kblockd', 'I<');
  for (const name of ['kswapd0', 'kthrotld', 'acpi_thermal_pm', 'mld', 'ipv6_addrconf', 'kstrp'])
    thread(name, name === 'kswapd0' ? 'S' : 'I<');
  pid += random.between(8, 30);
  thread('scsi_eh_0', 'S');
  thread('scsi_tmf_0', 'I<');
  pid += random.between(2, 12);
  const disk = persona.network.mac.startsWith('52:54:00') ? 'vda1' : 'sda1';
  thread(`jbd2/${disk}-8`, 'S', 4);
  thread('ext4-rsv-conver', 'I<');
  pid += random.between(12, 40);
  daemon(
    'root',
    'Ss',
    49_000 + random.between(0, 2000) * 4,
    24_000 + random.between(0, 1000) * 4,
    3,
    '/lib/systemd/systemd-journald',
    '/usr/lib/systemd/systemd-journald',
  );
  daemon('root', 'Ss', 27_400, 6_600, 0.4, '/lib/systemd/systemd-udevd', '/usr/bin/udevadm');
  pid += random.between(60, 190);
  daemon(
    'root',
    'Ss',
    5_868,
    3_600,
    0.1,
    `dhclient -4 -v -i -pf /run/dhclient.${persona.network.interface}.pid -lf /var/lib/dhcp/dhclient.${persona.network.interface}.leases -I -df /var/lib/dhcp/dhclient6.${persona.network.interface}.leases ${persona.network.interface}`,
    '/usr/sbin/dhclient',
  );
  daemon('root', 'Ss', 2_600, 1_860, 0.1, '/usr/sbin/acpid');
  daemon('root', 'Ss', 6_612, 2_720, 0.5, '/usr/sbin/cron -f');
  daemon(
    'messagebus',
    'Ss',
    9_128,
    4_720,
    0.3,
    '/usr/bin/dbus-daemon --system --address=systemd: --nofork --nopidfile --systemd-activation --syslog-only',
  );
  daemon('root', 'Ssl', 222_200, 7_440, 1.2, '/usr/sbin/rsyslogd -n -iNONE');
  daemon('root', 'Ss', 25_300, 8_080, 0.3, '/lib/systemd/systemd-logind', '/usr/lib/systemd/systemd-logind');
  daemon(
    'root',
    'Ssl',
    110_600,
    22_200,
    0.1,
    '/usr/bin/python3 /usr/share/unattended-upgrades/unattended-upgrade-shutdown --wait-for-signal',
    '/usr/bin/python3.11',
  );
  pid += random.between(4, 60);
  for (const { users, state, vszKb, rssKb, cpu, args, executable, workers } of serviceDaemons(persona)) {
    const runsAs = (names: readonly string[]): string =>
      names.find((name) => persona.users.some((user) => user.name === name)) ?? 'root';
    const parent = daemon(runsAs(users), state, vszKb, rssKb, cpu, args, executable);
    const comm = list.at(-1)!.comm;
    const count = workers === undefined ? 0 : workers.perCpu ? persona.hardware.cpus : workers.count;
    for (let i = 0; i < count; i++)
      add(runsAs(workers!.users), 'S', vszKb + 388, rssKb + 1_460, 4000, 2, workers!.args, executable, comm, parent);
  }
  daemon('root', 'Ss', 15_440, 9_300, 0.8, 'sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups', '/usr/sbin/sshd');
  daemon('root', 'Ss+', 5_880, 1_040, 0, '/sbin/agetty -o -p -- \\u --noclear - linux', '/usr/sbin/agetty');
  list[list.length - 1] = { ...list.at(-1)!, tty: 'tty1' };
  return list;
}

/** What runs on a router or a camera, as its `ps` shows it. */
function applianceProcesses(persona: Persona): SystemProcess[] {
  const random = new SeededRandom(persona.derive('processes', 16), 'processes');
  const list: SystemProcess[] = [];
  const [user] = persona.users;
  let pid = 1;
  const add = (args: string, executable: string, vszKb: number, ppid = 1): void => {
    const comm = args
      .replace(/^\[|\]$/g, '')
      .split(' ')[0]!
      .split('/')
      .at(-1)!;
    list.push({
      pid,
      ppid: pid === 1 ? 0 : ppid,
      user: user?.name ?? 'root',
      uid: 0,
      tty: '?',
      state: executable === '' ? 'SW' : 'S',
      startedAfterMs: 400 + pid * 9,
      cpuSecondsPerDay: 4,
      rssKb: Math.floor(vszKb / 3),
      vszKb,
      comm: comm.slice(0, 15),
      args,
      executable,
    });
    pid += executable === '' ? 1 : random.between(1, 9);
  };
  add('init', '/bin/busybox', 1_012);
  pid = 2;
  for (const name of [
    'kthreadd',
    'ksoftirqd/0',
    'kworker/0:0',
    'kworker/u:0',
    'khelper',
    'sync_supers',
    'bdi-default',
    'kblockd',
    'kswapd0',
    'crypto',
    'mtdblock0',
    'mtdblock1',
  ])
    add(`[${name}]`, '', 0, name === 'kthreadd' ? 0 : 2);
  pid += random.between(40, 120);
  add('/sbin/syslogd -C8', '/bin/busybox', 1_004);
  add('/sbin/klogd', '/bin/busybox', 996);
  if (persona.software.telnetd !== undefined) add('telnetd', '/bin/busybox', 1_000);
  if (persona.software.lighttpd !== undefined) add('lighttpd -f /etc/lighttpd.conf', '/usr/sbin/lighttpd', 3_276);
  for (const name of persona.sites.some(({ application }) => application === 'camera')
    ? [
        '/usr/bin/watchdog',
        '/usr/bin/codec',
        '/usr/bin/webService',
        '/usr/bin/devMng',
        '/usr/bin/UDTMediaServer',
        '/usr/bin/onvif',
      ]
    : [
        'udhcpd /etc/udhcpd.conf',
        'dnsmasq -C /etc/dnsmasq.conf',
        'miniupnpd -f /etc/miniupnpd.conf',
        'wscd -m 3 -i ra0',
        'prog.cgi',
        'timer',
      ])
    add(
      name,
      name.split(' ')[0]!.startsWith('/') ? name.split(' ')[0]! : '/usr/sbin/' + name.split(' ')[0]!,
      1_400 + random.between(0, 900) * 4,
    );
  add('/sbin/getty -L ttyS0 57600 vt100', '/bin/busybox', 1_008);
  return list;
}

/** What the listening SSH daemon is known by. */
export function sshdPid(persona: Persona): number {
  return systemProcesses(persona).find((process) => process.comm === 'sshd')?.pid ?? 1;
}
