/** `/proc` and `/sys` as far as people look: what the kernel says of processor, memory, disks, network and processes, of the moment. */
import type { Persona } from '../../persona/persona.types.ts';
import { cpuModelOf, hardwareOf } from '../../persona/virtual-hardware.ts';
import { kernelBuiltBy } from './system-facts.ts';
import type { GeneratedFile } from './generated-file.ts';
import { systemProcesses } from './system-processes.ts';

const READ_ONLY = 0o100444;
const FLAGS =
  'fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 ss ht syscall nx pdpe1gb rdtscp lm constant_tsc rep_good nopl xtopology cpuid tsc_known_freq pni pclmulqdq ssse3 fma cx16 pcid sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave avx f16c rdrand hypervisor lahf_lm abm 3dnowprefetch invpcid_single ssbd ibrs ibpb stibp fsgsbase tsc_adjust bmi1 avx2 smep bmi2 erms invpcid rdseed adx smap xsaveopt arat';

export function procFiles(persona: Persona): GeneratedFile[] {
  const files: GeneratedFile[] = [];
  const add = (path: string, text: GeneratedFile['text'], mode = READ_ONLY): void => {
    files.push({ path, text, mode, mtime: 0, size: 0 });
  };
  const { hardware, network, os } = persona;
  const uptime = (now: number): number => Math.max(1, (now - persona.bootedAt(now)) / 1000);
  const disk = rootDisk(persona);
  add('/proc/cpuinfo', cpuinfo(persona));
  add('/proc/meminfo', (now) => meminfo(hardware.memoryKb, uptime(now)));
  add('/proc/version', `Linux version ${os.kernelRelease} ${kernelBuiltBy(persona)} ${os.kernelVersion}\n`);
  add('/proc/uptime', (now) => `${uptime(now).toFixed(2)} ${(uptime(now) * hardware.cpus * 0.987).toFixed(2)}\n`);
  add(
    '/proc/loadavg',
    (now) =>
      `${load(now, 60)} ${load(now, 300)} ${load(now, 900)} 1/${110 + hardware.cpus * 12} ${1200 + (Math.floor(uptime(now) / 7) % 60_000)}\n`,
  );
  add('/proc/cmdline', `BOOT_IMAGE=/boot/vmlinuz-${os.kernelRelease} root=/dev/${disk}1 ro quiet\n`);
  add(
    '/proc/filesystems',
    'nodev\tsysfs\nnodev\ttmpfs\nnodev\tbdev\nnodev\tproc\nnodev\tcgroup\nnodev\tcgroup2\nnodev\tcpuset\nnodev\tdevtmpfs\nnodev\tdebugfs\nnodev\ttracefs\nnodev\tsecurityfs\nnodev\tsockfs\nnodev\tbpf\nnodev\tpipefs\nnodev\tramfs\nnodev\thugetlbfs\nnodev\tdevpts\nnodev\tmqueue\nnodev\tpstore\n\text3\n\text2\n\text4\nnodev\tautofs\n',
  );
  const mounts = mountTable(persona, disk);
  add('/proc/mounts', mounts);
  add(
    '/proc/partitions',
    `major minor  #blocks  name\n\n ${disk === 'vda' ? ' 254' : '   8'}        0 ${String(hardware.diskKb).padStart(10)} ${disk}\n ${disk === 'vda' ? ' 254' : '   8'}        1 ${String(hardware.diskKb - 999_424).padStart(10)} ${disk}1\n ${disk === 'vda' ? ' 254' : '   8'}        2 ${String(998_400).padStart(10)} ${disk}2\n`,
  );
  add(
    '/proc/swaps',
    `Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/${disk}2                               partition\t998396\t\t0\t\t-2\n`,
  );
  add(
    '/proc/devices',
    'Character devices:\n  1 mem\n  4 /dev/vc/0\n  4 tty\n  4 ttyS\n  5 /dev/tty\n  5 /dev/console\n  5 /dev/ptmx\n  7 vcs\n 10 misc\n 13 input\n 29 fb\n128 ptm\n136 pts\n\nBlock devices:\n  8 sd\n 65 sd\n253 device-mapper\n254 virtblk\n259 blkext\n',
  );
  add(
    '/proc/modules',
    [
      'nft_chain_nat 16384 0',
      'nf_tables 303104 1 nft_chain_nat',
      'nfnetlink 20480 1 nf_tables',
      'ext4 983040 1',
      'crc16 16384 1 ext4',
      'mbcache 16384 1 ext4',
      'jbd2 167936 1 ext4',
      'ip_tables 36864 0',
      'x_tables 61440 1 ip_tables',
      'autofs4 53248 2',
    ]
      .map((line) => `${line}${/\S+ \d+ \d+ \S/.test(line) ? ',' : ' -'} Live 0x0000000000000000\n`)
      .join(''),
  );
  add('/proc/stat', (now) => procStat(persona, uptime(now), now));
  add('/proc/interrupts', `           ${Array.from({ length: hardware.cpus }, (_, i) => `CPU${i}       `).join('')}\n`);
  add('/proc/net/dev', (now) => netDev(network.interface, uptime(now)));
  add(
    '/proc/net/route',
    `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT                                                       \n${network.interface}\t00000000\t${hexAddress(network.gateway)}\t0003\t0\t0\t0\t00000000\t0\t0\t0                                                                             \n${network.interface}\t${hexAddress(network.address.replace(/\d+$/, '0'))}\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0                                                                             \n`,
  );
  add(
    '/proc/net/arp',
    `IP address       HW type     Flags       HW address            Mask     Device\n${persona.neighbours.map((one) => `${one.address.padEnd(17)}0x1         0x2         ${one.mac}     *        ${network.interface}\n`).join('')}`,
  );
  add('/proc/net/tcp', tcpTable(network.address));
  add(
    '/proc/net/tcp6',
    '  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 17522 1 0000000000000000 100 0 0 10 0\n',
  );
  add(
    '/proc/net/udp',
    '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n  319: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 15210 2 0000000000000000 0\n',
  );
  add('/proc/net/unix', 'Num       RefCount Protocol Flags    Type St Inode Path\n');
  add('/proc/sys/kernel/hostname', `${persona.hostname}\n`, 0o100644);
  add('/proc/sys/kernel/osrelease', `${os.kernelRelease}\n`);
  add('/proc/sys/kernel/ostype', 'Linux\n');
  add('/proc/sys/kernel/version', `${os.kernelVersion}\n`);
  add('/proc/sys/kernel/random/boot_id', (now) => `${uuidOf(persona.derive(`boot ${persona.bootedAt(now)}`, 16))}\n`);
  add('/proc/sys/kernel/randomize_va_space', '2\n', 0o100644);
  add('/proc/sys/kernel/pid_max', '4194304\n', 0o100644);
  add('/proc/sys/kernel/threads-max', `${Math.floor(hardware.memoryKb / 132)}\n`, 0o100644);
  add('/proc/sys/vm/swappiness', '60\n', 0o100644);
  add('/proc/sys/vm/nr_hugepages', '0\n', 0o100644);
  add('/proc/sys/vm/drop_caches', '0\n', 0o100200);
  add('/proc/sys/net/ipv4/ip_forward', '0\n', 0o100644);
  add('/proc/sys/fs/file-max', '9223372036854775807\n', 0o100644);
  addProcesses(persona, files, mounts);
  const hypervisor = hardwareOf(persona);
  const dmi: Record<string, string> = {
    sys_vendor: hypervisor.sysVendor,
    product_name: hypervisor.productName,
    bios_vendor: hypervisor.biosVendor,
    bios_version: hypervisor.biosVersion,
    bios_date: hypervisor.biosDate,
    chassis_vendor: hypervisor.sysVendor,
  };
  for (const [name, text] of Object.entries(dmi))
    files.push({ path: `/sys/class/dmi/id/${name}`, text: `${text}\n`, mode: READ_ONLY, size: 4096, mtime: 0 });
  const sys: Record<string, string> = {
    [`/sys/class/net/${network.interface}/address`]: network.mac,
    [`/sys/class/net/${network.interface}/operstate`]: 'up',
    [`/sys/class/net/${network.interface}/mtu`]: '1500',
    '/sys/class/net/lo/address': '00:00:00:00:00:00',
    '/sys/class/net/lo/operstate': 'unknown',
    '/sys/class/net/lo/mtu': '65536',
    '/sys/devices/system/cpu/online': hardware.cpus === 1 ? '0' : `0-${hardware.cpus - 1}`,
    '/sys/devices/system/cpu/possible': hardware.cpus === 1 ? '0' : `0-${hardware.cpus - 1}`,
    '/sys/kernel/mm/transparent_hugepage/enabled': 'always [madvise] never',
    [`/sys/block/${disk}/size`]: String(hardware.diskKb * 2),
  };
  for (const [path, text] of Object.entries(sys))
    files.push({ path, text: `${text}\n`, mode: READ_ONLY, size: 4096, mtime: 0 });
  return files;
}

/** The number that `/proc/self` of this machine leads to. */
export function selfPid(persona: Persona): number {
  const bytes = persona.derive('self pid', 2);
  return (1200 + ((bytes[0]! << 8) | bytes[1]!) / 4) | 0;
}

export function rootDisk(persona: Persona): string {
  return hardwareOf(persona).disk;
}

function addProcesses(persona: Persona, files: GeneratedFile[], mounts: string): void {
  const self = selfPid(persona);
  const shell = {
    pid: self,
    ppid: self - 1,
    uid: 0,
    state: 'Ss',
    rssKb: 5100,
    vszKb: 7196,
    comm: 'bash',
    args: '-bash',
    executable: '/usr/bin/bash',
  };
  for (const process of [...systemProcesses(persona), shell]) {
    const folder = `/proc/${process.pid}`;
    const add = (name: string, text: GeneratedFile['text'], mode = READ_ONLY): void => {
      files.push({ path: `${folder}/${name}`, text, mode, uid: process.uid, gid: process.uid, size: 0, mtime: 0 });
    };
    const kernel = process.executable === '';
    add('cmdline', kernel ? '' : `${process.args.replaceAll(' ', '\0')}\0`);
    add('comm', `${process.comm}\n`, 0o100644);
    add(
      'environ',
      kernel ? '' : 'LANG=en_US.UTF-8\0PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\0',
      0o100400,
    );
    add(
      'cgroup',
      `0::${kernel ? '/' : process.pid === 1 ? '/init.scope' : process.comm === 'bash' ? '/user.slice/user-0.slice/session-3.scope' : `/system.slice/${process.comm}.service`}\n`,
    );
    add('mounts', mounts);
    add(
      'limits',
      'Limit                     Soft Limit           Hard Limit           Units     \nMax cpu time              unlimited            unlimited            seconds   \nMax file size             unlimited            unlimited            bytes     \nMax open files            1024                 1048576              files     \n',
    );
    add('status', status(process, kernel));
    add(
      'stat',
      `${process.pid} (${process.comm}) ${process.state[0]} ${process.ppid} ${process.pid} ${process.pid} 0 -1 4194560 0 0 0 0 3 2 0 0 20 0 1 0 ${process.pid * 3} ${process.vszKb * 1024} ${Math.floor(process.rssKb / 4)} 18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n`,
    );
    add('oom_score_adj', '0\n', 0o100644);
    if (kernel) continue;
    add(
      'maps',
      `55d0c0a00000-55d0c0a2f000 r--p 00000000 fe:01 131842                     ${process.executable}\n7f2d5c000000-7f2d5c1f0000 r-xp 00026000 fe:01 132110                     /usr/lib/x86_64-linux-gnu/libc.so.6\n7ffd1a3f0000-7ffd1a411000 rw-p 00000000 00:00 0                          [stack]\n`,
    );
  }
}

function status(
  process: { comm: string; state: string; pid: number; ppid: number; uid: number; vszKb: number; rssKb: number },
  kernel: boolean,
): string {
  const state = { S: 'S (sleeping)', I: 'I (idle)', R: 'R (running)' }[process.state[0]!] ?? 'S (sleeping)';
  const ids = `${process.uid}\t${process.uid}\t${process.uid}\t${process.uid}`;
  const memory = kernel
    ? ''
    : `VmPeak:\t${String(process.vszKb).padStart(8)} kB\nVmSize:\t${String(process.vszKb).padStart(8)} kB\nVmRSS:\t${String(process.rssKb).padStart(8)} kB\n`;
  return `Name:\t${process.comm}\nUmask:\t0022\nState:\t${state}\nTgid:\t${process.pid}\nNgid:\t0\nPid:\t${process.pid}\nPPid:\t${process.ppid}\nTracerPid:\t0\nUid:\t${ids}\nGid:\t${ids}\nFDSize:\t64\nGroups:\t \nNStgid:\t${process.pid}\nNSpid:\t${process.pid}\n${memory}Threads:\t1\nSeccomp:\t0\nCpus_allowed_list:\t0\n`;
}

function cpuinfo(persona: Persona): string {
  const { hardware } = persona;
  const model = cpuModelOf(hardware.cpuModel);
  const amd = model.vendor === 'AuthenticAMD';
  const { virt } = hardwareOf(persona);
  let text = '';
  for (let i = 0; i < hardware.cpus; i++) {
    text += `processor\t: ${i}\nvendor_id\t: ${model.vendor}\ncpu family\t: ${model.family}\nmodel\t\t: ${model.model}\nmodel name\t: ${model.name}\nstepping\t: ${model.stepping}\nmicrocode\t: ${amd ? '0x1000065' : '0x1'}\ncpu MHz\t\t: ${model.mhz.toFixed(3)}\ncache size\t: ${model.cacheKb} KB\nphysical id\t: ${i}\nsiblings\t: 1\ncore id\t\t: 0\ncpu cores\t: 1\napicid\t\t: ${i}\ninitial apicid\t: ${i}\nfpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: ${amd ? 16 : 13}\nwp\t\t: yes\nflags\t\t: ${virt === 'none' ? FLAGS.replace(' hypervisor', '') : FLAGS}\nbugs\t\t: ${amd ? 'sysret_ss_attrs null_seg spectre_v1 spectre_v2 spec_store_bypass retbleed' : 'spectre_v1 spectre_v2 spec_store_bypass swapgs taa mmio_stale_data retbleed'}\nbogomips\t: ${(model.mhz * 2).toFixed(2)}\nclflush size\t: 64\ncache_alignment\t: 64\naddress sizes\t: ${amd ? '48 bits physical, 48' : '46 bits physical, 48'} bits virtual\npower management:\n\n`;
  }
  return text;
}

function meminfo(totalKb: number, uptimeSeconds: number): string {
  const wave = (Math.sin(uptimeSeconds / 900) + 1) / 2;
  const used = Math.floor(totalKb * (0.09 + wave * 0.015) + 110_000);
  const cached = Math.floor(Math.min(totalKb * 0.42, 380_000 + uptimeSeconds * 0.8));
  const buffers = Math.floor(cached * 0.09);
  const free = Math.max(60_000, totalKb - used - cached - buffers);
  const rows: readonly (readonly [string, number])[] = [
    ['MemTotal', totalKb],
    ['MemFree', free],
    ['MemAvailable', Math.floor(free + cached * 0.94)],
    ['Buffers', buffers],
    ['Cached', cached],
    ['SwapCached', 0],
    ['Active', Math.floor(cached * 0.55)],
    ['Inactive', Math.floor(cached * 0.6)],
    ['SwapTotal', 998_396],
    ['SwapFree', 998_396],
    ['Dirty', 40 + (Math.floor(uptimeSeconds) % 97) * 4],
    ['Writeback', 0],
    ['AnonPages', Math.floor(used * 0.6)],
    ['Mapped', Math.floor(used * 0.35)],
    ['Shmem', 1340],
    ['KReclaimable', Math.floor(cached * 0.12)],
    ['Slab', Math.floor(cached * 0.18)],
    ['KernelStack', 2384],
    ['PageTables', 2920],
    ['CommitLimit', Math.floor(totalKb / 2) + 998_396],
    ['Committed_AS', used + 210_000],
    ['VmallocTotal', 34_359_738_367],
    ['VmallocUsed', 12_840],
    ['Hugepagesize', 2048],
  ];
  return rows.map(([name, kb]) => `${`${name}:`.padEnd(15)} ${String(kb).padStart(8)} kB\n`).join('');
}

function load(now: number, seconds: number): string {
  return (0.02 + 0.06 * (1 + Math.sin(now / 1000 / seconds))).toFixed(2);
}

function procStat(persona: Persona, uptime: number, now: number): string {
  const { cpus } = persona.hardware;
  const ticks = (share: number): number => Math.floor(uptime * 100 * share);
  const row = (name: string, factor: number): string =>
    `${name} ${ticks(0.006 * factor)} ${ticks(0.0002 * factor)} ${ticks(0.004 * factor)} ${ticks(0.987 * factor)} ${ticks(0.001 * factor)} 0 ${ticks(0.0006 * factor)} ${ticks(0.0005 * factor)} 0 0\n`;
  let text = row('cpu ', cpus);
  for (let i = 0; i < cpus; i++) text += row(`cpu${i}`, 1);
  return `${text}intr ${Math.floor(uptime * 61)} 0\nctxt ${Math.floor(uptime * 118)}\nbtime ${Math.floor(persona.bootedAt(now) / 1000)}\nprocesses ${1200 + Math.floor(uptime / 7)}\nprocs_running 1\nprocs_blocked 0\n`;
}

function mountTable(persona: Persona, disk: string): string {
  const memory = persona.hardware.memoryKb;
  return `sysfs /sys sysfs rw,nosuid,nodev,noexec,relatime 0 0\nproc /proc proc rw,nosuid,nodev,noexec,relatime 0 0\nudev /dev devtmpfs rw,nosuid,relatime,size=${Math.floor(memory / 2.04)}k,nr_inodes=${Math.floor(memory / 8.2)},mode=755,inode64 0 0\ndevpts /dev/pts devpts rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=000 0 0\ntmpfs /run tmpfs rw,nosuid,nodev,noexec,relatime,size=${Math.floor(memory / 10)}k,mode=755,inode64 0 0\n/dev/${disk}1 / ext4 rw,relatime,errors=remount-ro 0 0\nsecurityfs /sys/kernel/security securityfs rw,nosuid,nodev,noexec,relatime 0 0\ntmpfs /dev/shm tmpfs rw,nosuid,nodev,inode64 0 0\ntmpfs /run/lock tmpfs rw,nosuid,nodev,noexec,relatime,size=5120k,inode64 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nodev,noexec,relatime,nsdelegate,memory_recursiveprot 0 0\n`;
}

function netDev(name: string, uptime: number): string {
  const received = Math.floor(uptime * 812);
  const sent = Math.floor(uptime * 420);
  const row = (label: string, rx: number, tx: number): string =>
    `${label.padStart(6)}: ${String(rx).padStart(7)} ${String(Math.floor(rx / 310)).padStart(7)}    0    0    0     0          0         0 ${String(tx).padStart(8)} ${String(Math.floor(tx / 290)).padStart(7)}    0    0    0     0       0          0\n`;
  return `Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n${row('lo', Math.floor(uptime * 3), Math.floor(uptime * 3))}${row(name, received, sent)}`;
}

function tcpTable(address: string): string {
  const head =
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n';
  const row = (at: number, local: string, inode: number): string =>
    `   ${at}: ${local} 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 100 0 0 10 0                     \n`;
  return `${head}${row(0, '00000000:0016', 17_511)}${row(1, '00000000:0050', 16_902)}${address === '' ? '' : ''}`;
}

function hexAddress(address: string): string {
  return address
    .split('.')
    .reverse()
    .map((part) => Number(part).toString(16).padStart(2, '0').toUpperCase())
    .join('');
}

function uuidOf(bytes: Uint8Array): string {
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
