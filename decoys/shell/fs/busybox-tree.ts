/**
 * The files of an appliance (a router, a camera): a read-only root with BusyBox, a little of `/etc`, what its maker put beside, and `/proc` as such a
 * processor fills it. Made here, not taken from any firmware.
 */
import type { Persona } from '../../persona/persona.types.ts';
import { SeededRandom } from '../../persona/seeded-random.ts';
import { TYPE_CHAR, TYPE_FOLDER, TYPE_LINK, addEntry, seedEntry, type SeedEntry } from './base-tree.ts';
import type { GeneratedFile } from './generated-file.ts';
import { kernelBuiltBy } from './system-facts.ts';
import { systemProcesses } from './system-processes.ts';

const BIN =
  'ash cat chmod chown cp date dd df dmesg echo egrep fgrep grep gunzip gzip hostname kill ln login ls mkdir mknod more mount mv netstat ping ps pwd rm rmdir sed sh sleep sync tar touch umount uname vi';
const SBIN = 'halt ifconfig init insmod klogd lsmod mdev poweroff reboot rmmod route syslogd telnetd udhcpc vconfig';
const USR_BIN =
  '[ arping awk basename bunzip2 bzcat clear cut dirname du env expr find free ftpget ftpput head hexdump id killall logger md5sum nslookup od passwd printf tail tee telnet test tftp time top tr traceroute uniq uptime wc wget which whoami xargs yes';
const FOLDERS =
  '/bin /dev /dev/pts /etc /etc/init.d /lib /mnt /proc /sbin /sys /tmp /usr /usr/bin /usr/sbin /usr/lib /var /var/run /var/log /var/tmp /var/lock /home';

/** The tree without the files of `busyboxFiles`. */
export function busyboxTree(persona: Persona, booted: number): SeedEntry {
  const built = Math.floor(
    Date.parse(persona.os.kernelVersion.replace(/^#\d+ (?:SMP )?/, '').replace('CST', '+0800')) / 1000,
  );
  const mtime = Number.isFinite(built) ? built : booted;
  const root = seedEntry('', TYPE_FOLDER | 0o755, { size: 4096, mtime });
  for (const path of FOLDERS.split(' ')) addEntry(root, path, TYPE_FOLDER | 0o755, { mtime, size: 0 });
  addEntry(root, '/bin/busybox', 0o100755, { size: persona.os.machine === 'mips' ? 388_664 : 612_948, mtime });
  for (const [folder, names] of [
    ['/bin', BIN],
    ['/sbin', SBIN],
    ['/usr/bin', USR_BIN],
  ] as const)
    for (const name of names.split(' ').filter((one) => one !== 'busybox'))
      addEntry(root, `${folder}/${name}`, TYPE_LINK | 0o777, {
        target: folder === '/bin' ? 'busybox' : `${folder === '/sbin' ? '..' : '../..'}/bin/busybox`,
        mtime,
      });
  for (const [path, size] of [
    ['/lib/ld-uClibc-0.9.33.2.so', 28_520],
    ['/lib/libuClibc-0.9.33.2.so', 423_916],
    ['/lib/libpthread-0.9.33.2.so', 91_244],
    ['/lib/libcrypt-0.9.33.2.so', 13_828],
    ['/usr/sbin/lighttpd', 208_316],
  ] as const)
    addEntry(root, path, 0o100755, { size, mtime });
  for (const name of [
    'null',
    'zero',
    'urandom',
    'random',
    'tty',
    'console',
    'ptmx',
    'mem',
    'kmsg',
    'mtd0',
    'mtd1',
    'mtd2',
    'watchdog',
  ])
    addEntry(root, `/dev/${name}`, TYPE_CHAR | (/null|zero|random|tty|ptmx/.test(name) ? 0o666 : 0o640), {
      mtime: booted,
    });
  addEntry(root, '/proc/self', TYPE_LINK | 0o777, { target: '1', mtime: booted });
  for (const { pid } of systemProcesses(persona))
    addEntry(root, `/proc/${pid}`, TYPE_FOLDER | 0o555, { mtime: booted });
  addEntry(root, '/etc/mtab', TYPE_LINK | 0o777, { target: '/proc/mounts', mtime });
  addEntry(root, '/linuxrc', TYPE_LINK | 0o777, { target: 'bin/busybox', mtime });
  return root;
}

export function busyboxFiles(persona: Persona): GeneratedFile[] {
  const random = new SeededRandom(persona.derive('etc', 16), 'etc');
  const { os, hardware, network, hostname, users } = persona;
  const files: GeneratedFile[] = [];
  const etc = (path: string, text: string, mode = 0o644): void => {
    files.push({ path, text, mode: 0o100000 | mode });
  };
  const proc = (path: string, text: GeneratedFile['text']): void => {
    files.push({ path, text, mode: 0o100444, mtime: 0, size: 0 });
  };
  const hash = (): string => `$1$${random.letters(8, CRYPT)}$${random.letters(21, CRYPT)}${random.letters(1, './01')}`;
  etc(
    '/etc/passwd',
    users
      .map(
        (user) =>
          `${user.name}:${user.login ? hash() : '*'}:${user.uid}:${user.gid}:${user.gecos}:${user.home}:${user.shell}\n`,
      )
      .join(''),
  );
  etc('/etc/group', 'root:x:0:\nnobody:x:65534:\n');
  etc('/etc/hosts', `127.0.0.1 localhost\n${network.address} ${hostname}\n`);
  etc('/etc/resolv.conf', network.dns.map((server) => `nameserver ${server}\n`).join(''));
  etc('/etc/TZ', `${persona.timeZone === 'Etc/UTC' ? 'UTC0' : 'CET-1CEST'}\n`);
  etc('/etc/version', `${os.version}\n`);
  etc(
    '/etc/inittab',
    '::sysinit:/etc/init.d/rcS\n::respawn:/sbin/getty -L ttyS0 57600 vt100\n::ctrlaltdel:/sbin/reboot\n::shutdown:/bin/umount -a -r\n',
  );
  etc(
    '/etc/init.d/rcS',
    `#!/bin/sh\nmount -a\nmkdir -p /var/run /var/log /var/tmp /dev/pts\nmount -t devpts devpts /dev/pts\necho ${hostname} > /proc/sys/kernel/hostname\nmdev -s\nifconfig lo 127.0.0.1 up\nifconfig ${network.interface} ${network.address} netmask 255.255.255.0 up\ntelnetd &\nlighttpd -f /etc/lighttpd.conf\n`,
    0o755,
  );
  etc(
    '/etc/lighttpd.conf',
    'server.document-root = "/usr/www"\nserver.port = 80\nserver.pid-file = "/var/run/lighttpd.pid"\n',
  );
  etc('/etc/fstab', 'proc /proc proc defaults 0 0\ntmpfs /tmp tmpfs defaults 0 0\nsysfs /sys sysfs defaults 0 0\n');
  proc('/proc/version', `Linux version ${os.kernelRelease} ${kernelBuiltBy(persona)} ${os.kernelVersion}\n`);
  proc(
    '/proc/cpuinfo',
    os.machine === 'mips' ? mipsProcessors(hardware, persona.hardware.model) : armProcessor(hardware.cpuModel),
  );
  const uptime = (now: number): number => Math.max(1, (now - persona.bootedAt(now)) / 1000);
  proc('/proc/uptime', (now) => `${uptime(now).toFixed(2)} ${(uptime(now) * 0.93 * hardware.cpus).toFixed(2)}\n`);
  proc(
    '/proc/loadavg',
    (now) =>
      `0.${String(Math.floor(now / 60_000) % 23).padStart(2, '0')} 0.08 0.05 1/${40 + hardware.cpus * 4} ${1400 + (Math.floor(uptime(now) / 31) % 20_000)}\n`,
  );
  proc('/proc/meminfo', memory(hardware.memoryKb));
  proc(
    '/proc/mounts',
    `rootfs / rootfs rw 0 0\n/dev/root / ${os.machine === 'mips' ? 'squashfs' : 'cramfs'} ro,relatime 0 0\nproc /proc proc rw,relatime 0 0\nsysfs /sys sysfs rw,relatime 0 0\ntmpfs /dev tmpfs rw,relatime 0 0\ntmpfs /tmp tmpfs rw,relatime 0 0\ntmpfs /var tmpfs rw,relatime 0 0\ndevpts /dev/pts devpts rw,relatime,mode=600 0 0\n`,
  );
  proc(
    '/proc/mtd',
    'dev:    size   erasesize  name\nmtd0: 01000000 00010000 "ALL"\nmtd1: 00030000 00010000 "Bootloader"\nmtd2: 00010000 00010000 "Config"\nmtd3: 00010000 00010000 "Factory"\nmtd4: 00f80000 00010000 "Kernel"\n',
  );
  proc(
    '/proc/cmdline',
    os.machine === 'mips'
      ? 'console=ttyS1,57600n8 root=/dev/mtdblock5\n'
      : 'mem=64M console=ttyAMA0,115200 root=/dev/mtdblock2\n',
  );
  proc(
    '/proc/filesystems',
    'nodev\tsysfs\nnodev\trootfs\nnodev\tproc\nnodev\ttmpfs\n\tsquashfs\nnodev\tramfs\nnodev\tdevpts\n\tjffs2\n',
  );
  proc('/proc/sys/kernel/hostname', `${hostname}\n`);
  proc('/proc/sys/kernel/osrelease', `${os.kernelRelease}\n`);
  proc(
    '/proc/net/arp',
    `IP address       HW type     Flags       HW address            Mask     Device\n${persona.neighbours.map((one) => `${one.address.padEnd(17)}0x1         0x2         ${one.mac}     *        ${network.interface}\n`).join('')}`,
  );
  return files;
}

const CRYPT = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function mipsProcessors({ cpuModel, cpus }: Persona['hardware'], machine: string): string {
  let text = `system type\t\t: MT7621\nmachine\t\t\t: ${machine}\n`;
  for (let i = 0; i < cpus; i++)
    text += `processor\t\t: ${i}\ncpu model\t\t: ${cpuModel}\nBogoMIPS\t\t: ${i % 2 === 0 ? '577.53' : '583.68'}\nwait instruction\t: yes\nmicrosecond timers\t: yes\ntlb_entries\t\t: 32\nextra interrupt vector\t: yes\nhardware watchpoint\t: yes, count: 4, address/irw mask: [0x0ffc, 0x0ffc, 0x0ffb, 0x0ffb]\nisa\t\t\t: mips1 mips2 mips32r1 mips32r2\nASEs implemented\t: mips16 dsp mt\nshadow register sets\t: 1\ncore\t\t\t: ${i >> 1}\nVCED exceptions\t\t: not available\nVCEI exceptions\t\t: not available\nVPE\t\t\t: ${i % 2}\n\n`;
  return text;
}

function armProcessor(model: string): string {
  return `Processor\t: ${model}\nBogoMIPS\t: 218.72\nFeatures\t: swp half thumb fastmult edsp java \nCPU implementer\t: 0x41\nCPU architecture: 5TEJ\nCPU variant\t: 0x0\nCPU part\t: 0x926\nCPU revision\t: 5\n\nHardware\t: hi3518\nRevision\t: 0000\nSerial\t\t: 0000000000000000\n`;
}

function memory(totalKb: number): string {
  const row = (name: string, kb: number): string =>
    `${`${name}:`.padEnd(15)}${String(Math.floor(kb)).padStart(9)} kB\n`;
  return [
    row('MemTotal', totalKb),
    row('MemFree', totalKb * 0.31),
    row('Buffers', totalKb * 0.035),
    row('Cached', totalKb * 0.17),
    row('SwapCached', 0),
    row('Active', totalKb * 0.14),
    row('Inactive', totalKb * 0.12),
    row('SwapTotal', 0),
    row('SwapFree', 0),
    row('Shmem', totalKb * 0.01),
    row('Slab', totalKb * 0.16),
  ].join('');
}
