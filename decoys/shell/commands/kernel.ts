/** The kernel and its modules: `lsmod`, `modprobe`, `dmesg`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { hardwareOf } from '../../persona/virtual-hardware.ts';
import { kernelBuiltBy, systemdVersion } from '../fs/system-facts.ts';
import { diskName } from './block-devices.ts';
import { fraction, systemFile } from './machine-facts.ts';
import { parseOptions } from './options.ts';
import { splitLines } from './text.ts';
import { strftime, zonedTime, zoneOf } from './time-format.ts';

const NIC_DRIVERS: Readonly<Record<string, string>> = { kvm: 'virtio_net virtio0', vmware: 'vmxnet3 0000:0b:00.0' };

function lsmod(ctx: CommandContext): number {
  const file = systemFile(ctx, '/proc/modules');
  const rows = file === undefined ? MODULES : splitLines(file).map((line) => line.split(' '));
  ctx.stdout.write(
    `Module                  Size  Used by\n${rows.map(([name = '', size = '', used = '', by = '-']) => `${name.padEnd(19)} ${size.padStart(8)}  ${used}${by === '-' || by === '' ? '' : ` ${by.replace(/,$/, '')}`}\n`).join('')}`,
  );
  return 0;
}

const MODULES: readonly string[][] = [
  ['binfmt_misc', '28672', '1'],
  ['intel_rapl_msr', '20480', '0'],
  ['intel_rapl_common', '32768', '1', 'intel_rapl_msr'],
  ['kvm_intel', '380928', '0'],
  ['kvm', '1142784', '1', 'kvm_intel'],
  ['irqbypass', '16384', '1', 'kvm'],
  ['ghash_clmulni_intel', '16384', '0'],
  ['virtio_balloon', '28672', '0'],
  ['button', '24576', '0'],
  ['fuse', '176128', '1'],
  ['configfs', '57344', '1'],
  ['virtio_rng', '16384', '0'],
  ['rng_core', '20480', '1', 'virtio_rng'],
  ['ip_tables', '36864', '0'],
  ['x_tables', '61440', '1', 'ip_tables'],
  ['autofs4', '53248', '2'],
  ['ext4', '983040', '1'],
  ['crc16', '16384', '1', 'ext4'],
  ['mbcache', '16384', '1', 'ext4'],
  ['jbd2', '167936', '1', 'ext4'],
  ['virtio_net', '73728', '0'],
  ['net_failover', '24576', '1', 'virtio_net'],
  ['failover', '16384', '1', 'net_failover'],
  ['virtio_blk', '32768', '2'],
  ['ahci', '49152', '0'],
  ['libahci', '49152', '1', 'ahci'],
  ['libata', '401408', '2', 'libahci,ahci'],
  ['scsi_mod', '286720', '1', 'libata'],
  ['crct10dif_pclmul', '16384', '1'],
  ['crc32_pclmul', '16384', '0'],
  ['crc32c_intel', '24576', '2'],
  ['virtio_pci', '24576', '0'],
  ['psmouse', '184320', '0'],
  ['i2c_i801', '36864', '0'],
];

function modprobe(ctx: CommandContext): number {
  const name = ctx.argv.slice(1).find((arg) => !arg.startsWith('-'));
  if (name === undefined) {
    ctx.stderr.write('modprobe: ERROR: missing parameters. See -h.\n');
    return 1;
  }
  if (
    /^(msr|loop|tun|dummy|nf_conntrack|iptable_\w+|br_netfilter|overlay|cpuid)$/.test(name) ||
    MODULES.some(([known]) => known === name)
  ) {
    if (ctx.user.uid === 0) return 0;
    ctx.stderr.write(`modprobe: ERROR: could not insert '${name}': Operation not permitted\n`);
    return 1;
  }
  ctx.stderr.write(
    `modprobe: FATAL: Module ${name} not found in directory /lib/modules/${ctx.machine.persona.os.kernelRelease}\n`,
  );
  return 1;
}

function dmesg(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'CcDd:eEf:F:hHJkKl:Ln:pPrSs:tTuwWxV',
    usage: '[options]',
    version: 'from util-linux 2.38.1',
    long: { clear: 'C', ctime: 'T', human: 'H', 'level=': 'l', follow: 'w', kernel: 'k', reltime: 'e', nopager: 'P' },
  });
  if (typeof options === 'number') return options;
  if (ctx.user.uid !== 0) {
    ctx.stderr.write('dmesg: read kernel buffer failed: Operation not permitted\n');
    return 1;
  }
  if (options.has('C')) return 0;
  const { persona } = ctx.machine;
  const { os, hardware, network } = persona;
  const disk = diskName(ctx);
  const machine = hardwareOf(persona);
  const uuid = Buffer.from(persona.derive('disk-uuid', 16))
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const lines = [
    `Linux version ${os.kernelRelease} ${kernelBuiltBy(persona)} ${os.kernelVersion}`,
    `Command line: BOOT_IMAGE=/boot/vmlinuz-${os.kernelRelease} root=UUID=${uuid} ro quiet`,
    'BIOS-provided physical RAM map:',
    'BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable',
    'BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] reserved',
    'BIOS-e820: [mem 0x00000000000f0000-0x00000000000fffff] reserved',
    'NX (Execute Disable) protection: active',
    'SMBIOS 2.8 present.',
    `DMI: ${machine.sysVendor} ${machine.productName}, BIOS ${machine.virt === 'kvm' ? '1.16.2-debian-1.16.2-1' : machine.biosVersion} ${machine.biosDate}`,
    ...machine.bootLines.slice(0, -1),
    'tsc: Detected 2394.374 MHz processor',
    'Using GB pages for direct mapping',
    `Memory: ${hardware.memoryKb - 90_000}K/${hardware.memoryKb + 60_000}K available (14342K kernel code, 2332K rwdata, 9064K rodata, 2796K init, 17404K bss)`,
    `smpboot: CPU0: ${hardware.cpuModel}`,
    `smp: Brought up 1 node, ${hardware.cpus} CPU${hardware.cpus > 1 ? 's' : ''}`,
    'devtmpfs: initialized',
    'NET: Registered PF_NETLINK/PF_ROUTE protocol family',
    'ACPI: bus type PCI registered',
    'PCI: Using configuration type 1 for base access',
    machine.bootLines.at(-1)!,
    'Freeing initrd memory: 33940K',
    disk === 'vda'
      ? `virtio_blk virtio1: [${disk}] ${hardware.diskKb * 2} 512-byte logical blocks`
      : `sd 2:0:0:0: [${disk}] ${hardware.diskKb * 2} 512-byte logical blocks`,
    ` ${disk}: ${disk}1`,
    `EXT4-fs (${disk}1): mounted filesystem with ordered data mode. Quota mode: none.`,
    "systemd[1]: Inserted module 'autofs4'",
    `systemd[1]: systemd ${systemdVersion(persona)} running in system mode`,
    ...(machine.virt === 'none' ? [] : [`systemd[1]: Detected virtualization ${machine.virt}.`]),
    'systemd[1]: Detected architecture x86-64.',
    `systemd[1]: Hostname set to <${persona.hostname}>.`,
    `EXT4-fs (${disk}1): re-mounted. Quota mode: none.`,
    ...(network.interface === 'eth0'
      ? []
      : [`${NIC_DRIVERS[machine.virt] ?? 'igb 0000:02:00.0'} ${network.interface}: renamed from eth0`]),
    `IPv6: ADDRCONF(NETDEV_CHANGE): ${network.interface}: link becomes ready`,
  ];
  let time = 0;
  const booted = persona.bootedAt(ctx.clock.now());
  for (const [index, line] of lines.entries()) {
    if (index > 13) time += fraction(persona, `dmesg:${index}`) * 0.3;
    const stamp = options.has('T')
      ? `[${strftime(zonedTime(booted + time * 1000, zoneOf(ctx)), '%a %b %e %H:%M:%S %Y')}] `
      : options.has('t')
        ? ''
        : `[${time.toFixed(6).padStart(12)}] `;
    ctx.stdout.write(`${stamp}${line}\n`);
  }
  return 0;
}

export const kernelCommands: CommandTable = {
  lsmod: { path: '/usr/sbin/lsmod', run: lsmod },
  modprobe: { path: '/usr/sbin/modprobe', run: modprobe },
  insmod: { path: '/usr/sbin/insmod', run: modprobe },
  rmmod: { path: '/usr/sbin/rmmod', run: modprobe },
  dmesg: { path: '/usr/bin/dmesg', run: dmesg },
};
