/** What the machine is made of: `lscpu`, `lspci`, `lsusb`-less, `lsblk`, `blkid`, `fdisk -l`, `dmidecode`, `lsmod`, `modprobe`, `dmesg`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { between, fraction, systemFile } from './machine-facts.ts';
import { parseOptions } from './options.ts';
import { splitLines } from './text.ts';
import { strftime, zonedTime, zoneOf } from './time-format.ts';

/** The first processor of /proc/cpuinfo. */
function cpuinfo(ctx: CommandContext): Map<string, string> {
  const first = (systemFile(ctx, '/proc/cpuinfo') ?? '').split('\n\n')[0] ?? '';
  return new Map(
    splitLines(first).map((line) => [
      line.slice(0, line.indexOf(':')).trim(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
}

function lscpu(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'aBbCcdehJps:xyV',
    usage: '[options]',
    version: 'from util-linux 2.38.1',
    long: { all: 'a', bytes: 'B', online: 'b', caches: 'C', 'extended?': 'e', json: 'J', 'parse?': 'p' },
  });
  if (typeof options === 'number') return options;
  const { hardware, os } = ctx.machine.persona;
  const info = cpuinfo(ctx);
  const { cpus } = hardware;
  if (options.has('p')) {
    ctx.stdout.write(
      `# The following is the parsable format, which can be fed to other\n# programs. Each different item in every column has an unique ID\n# starting usually from zero.\n# CPU,Core,Socket,Node,,L1d,L1i,L2,L3\n${Array.from({ length: cpus }, (_, cpu) => `${cpu},${cpu},0,0,,${cpu},${cpu},${cpu},0\n`).join('')}`,
    );
    return 0;
  }
  const amd = /AMD|EPYC|Ryzen/i.test(hardware.cpuModel);
  const mhz = Number(info.get('cpu MHz') ?? 2400);
  const l1 = cpus * 32;
  const size = (kb: number): string => (kb >= 1024 ? `${kb / 1024} MiB` : `${kb} KiB`);
  const many = (count: number): string => `(${count} instance${count === 1 ? '' : 's'})`;
  const l3 = Number.parseInt(info.get('cache size') ?? '16384', 10) || 16_384;
  const rows: [string, string][] = [
    ['Architecture:', os.machine],
    ['  CPU op-mode(s):', '32-bit, 64-bit'],
    ['  Address sizes:', info.get('address sizes') ?? '46 bits physical, 48 bits virtual'],
    ['  Byte Order:', 'Little Endian'],
    ['CPU(s):', String(cpus)],
    ['  On-line CPU(s) list:', cpus === 1 ? '0' : `0-${cpus - 1}`],
    ['Vendor ID:', info.get('vendor_id') ?? (amd ? 'AuthenticAMD' : 'GenuineIntel')],
    ['  BIOS Vendor ID:', 'QEMU'],
    ['  Model name:', info.get('model name') ?? hardware.cpuModel],
    ['    BIOS Model name:', 'pc-q35-7.2  CPU @ 2.0GHz'],
    ['    BIOS CPU family:', '1'],
    ['    CPU family:', info.get('cpu family') ?? (amd ? '25' : '6')],
    ['    Model:', info.get('model') ?? '85'],
    ['    Thread(s) per core:', '1'],
    ['    Core(s) per socket:', info.get('cpu cores') === undefined ? '1' : String(cpus)],
    ['    Socket(s):', info.get('cpu cores') === undefined ? String(cpus) : '1'],
    ['    Stepping:', info.get('stepping') ?? '4'],
    ['    BogoMIPS:', info.get('bogomips') ?? (mhz * 2).toFixed(2)],
    [
      '    Flags:',
      (
        info.get('flags') ??
        'fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 syscall nx rdtscp lm constant_tsc rep_good nopl cpuid tsc_known_freq pni pclmulqdq ssse3 fma cx16 sse4_1 sse4_2 x2apic movbe popcnt aes xsave avx f16c rdrand hypervisor'
      ).trim(),
    ],
    ['Virtualization features:', ''],
    ['  Hypervisor vendor:', 'KVM'],
    ['  Virtualization type:', 'full'],
    ['Caches (sum of all):', ''],
    ['  L1d:', `${size(l1)} ${many(cpus)}`],
    ['  L1i:', `${size(l1)} ${many(cpus)}`],
    ['  L2:', `${size(cpus * (amd ? 512 : 4096))} ${many(cpus)}`],
    ['  L3:', `${size(l3)} (1 instance)`],
    ['NUMA:', ''],
    ['  NUMA node(s):', '1'],
    ['  NUMA node0 CPU(s):', cpus === 1 ? '0' : `0-${cpus - 1}`],
    ['Vulnerabilities:', ''],
    ...[
      'Gather data sampling|Not affected',
      'Itlb multihit|Not affected',
      `L1tf|${amd ? 'Not affected' : 'Mitigation; PTE Inversion'}`,
      `Mds|${amd ? 'Not affected' : 'Vulnerable: Clear CPU buffers attempted, no microcode; SMT Host state unknown'}`,
      `Meltdown|${amd ? 'Not affected' : 'Mitigation; PTI'}`,
      'Mmio stale data|Not affected',
      'Reg file data sampling|Not affected',
      'Retbleed|Not affected',
      'Spec rstack overflow|Not affected',
      'Spec store bypass|Mitigation; Speculative Store Bypass disabled via prctl',
      'Spectre v1|Mitigation; usercopy/swapgs barriers and __user pointer sanitization',
      'Spectre v2|Mitigation; Retpolines; STIBP disabled; RSB filling; PBRSB-eIBRS Not affected; BHI Retpoline',
      'Srbds|Not affected',
      'Tsx async abort|Not affected',
    ].map((row): [string, string] => [`  ${row.split('|')[0]}:`, row.split('|')[1]!]),
  ];
  if (options.has('J')) {
    const entries = rows.map(([field, data]) => ({ field: field.trim(), data: data === '' ? null : data }));
    ctx.stdout.write(`${JSON.stringify({ lscpu: entries }, undefined, 3)}\n`);
    return 0;
  }
  const width = Math.max(...rows.map(([label]) => label.length)) + 1;
  ctx.stdout.write(
    rows
      .map(([label, value]) => (value === '' ? `${label}\n` : `${label.padEnd(width)}${value}\n`))
      .map((line) => line.replace(/(:) +\n/, '$1\n'))
      .join('')
      .replaceAll(
        /^(Virtualization features|Caches \(sum of all\)|NUMA|Vulnerabilities):\n/gm,
        (whole) => `${whole.trimEnd().padEnd(width)}\n`,
      ),
  );
  return 0;
}

const PCI: readonly [string, string, string, string][] = [
  ['00:00.0', 'Host bridge', '8086:29c0', 'Intel Corporation 82G33/G31/P35/P31 Express DRAM Controller'],
  ['00:01.0', 'VGA compatible controller', '1234:1111', 'Device 1234:1111 (rev 02)'],
  ['00:02.0', 'Ethernet controller', '1af4:1041', 'Red Hat, Inc. Virtio 1.0 network device (rev 01)'],
  ['00:03.0', 'SCSI storage controller', '1af4:1042', 'Red Hat, Inc. Virtio 1.0 block device (rev 01)'],
  ['00:04.0', 'Unclassified device [00ff]', '1af4:1045', 'Red Hat, Inc. Virtio 1.0 balloon (rev 01)'],
  ['00:05.0', 'Unclassified device [00ff]', '1af4:1044', 'Red Hat, Inc. Virtio 1.0 RNG (rev 01)'],
  ['00:1f.0', 'ISA bridge', '8086:2918', 'Intel Corporation 82801IB (ICH9) LPC Interface Controller (rev 02)'],
  [
    '00:1f.2',
    'SATA controller',
    '8086:2922',
    'Intel Corporation 82801IR/IO/IH (ICH9R/DO/DH) 6 port SATA Controller [AHCI mode] (rev 02)',
  ],
  ['00:1f.3', 'SMBus', '8086:2930', 'Intel Corporation 82801I (ICH9 Family) SMBus Controller (rev 02)'],
];

function lspci(ctx: CommandContext): number {
  const options = parseOptions(ctx, { short: 'bDd:F:GH:hi:kmMnO:Pp:qQs:tvVx', advice: 'Usage: lspci [<switches>]\n' });
  if (typeof options === 'number') return options;
  for (const [slot, kind, ids, name] of PCI) {
    const numbers = options.list.filter(({ key }) => key === 'n').length;
    if (numbers === 1)
      ctx.stdout.write(
        `${slot} ${kind.includes('bridge') ? '0600' : kind.includes('VGA') ? '0300' : '00ff'}: ${ids}\n`,
      );
    else if (options.has('m'))
      ctx.stdout.write(`${slot} "${kind}" "${name.split(',')[0]}" "${name}" -p00 "Red Hat, Inc." "QEMU"\n`);
    else ctx.stdout.write(`${slot} ${kind}: ${name}${numbers > 1 ? ` [${ids}]` : ''}\n`);
    if (options.has('v'))
      ctx.stdout.write(
        '\tSubsystem: Red Hat, Inc. QEMU Virtual Machine\n\tFlags: bus master, fast devsel, latency 0\n\n',
      );
  }
  return 0;
}

interface Partition {
  readonly name: string;
  readonly kb: number;
  readonly type: 'disk' | 'part' | 'rom';
  readonly mount: string;
  readonly minor: number;
}

/** The disk as the persona has it: one root partition, and swap where the machine has any. */
export function partitions(ctx: CommandContext): Partition[] {
  const { diskKb } = ctx.machine.persona.hardware;
  const disk = diskName(ctx);
  return [
    { name: disk, kb: diskKb, type: 'disk', mount: '', minor: 0 },
    { name: `${disk}1`, kb: diskKb - 1024, type: 'part', mount: '/', minor: 1 },
  ];
}

/** The disk that / is on, as /proc/mounts says. */
export function diskName(ctx: CommandContext): string {
  return /^\/dev\/([a-z]+)\d+ \/ /m.exec(systemFile(ctx, '/proc/mounts') ?? '')?.[1] ?? 'vda';
}

function lsblk(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'abdDe:fhI:iJlmnNo:OpPrsStTx:zV',
    usage: '[options] [<device> ...]',
    version: 'from util-linux 2.38.1',
    long: {
      all: 'a',
      bytes: 'b',
      nodeps: 'd',
      fs: 'f',
      json: 'J',
      list: 'l',
      noheadings: 'n',
      'output=': 'o',
      paths: 'p',
    },
  });
  if (typeof options === 'number') return options;
  const size = (kb: number): string =>
    options.has('b') ? String(kb * 1024) : `${Number((kb / 1_048_576).toFixed(1))}G`;
  const disk = diskName(ctx);
  const major = disk.startsWith('s') ? 8 : 254;
  const uuid = Buffer.from(ctx.machine.persona.derive('disk-uuid', 16))
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const tree = (type: Partition['type'], name: string): string =>
    type === 'part' && !options.has('l') ? `└─${name}` : name;
  const shown = partitions(ctx).filter((part) => !options.has('d') || part.type === 'disk');
  if (options.has('f')) {
    if (!options.has('n'))
      ctx.stdout.write('NAME   FSTYPE FSVER LABEL UUID                                 FSAVAIL FSUSE% MOUNTPOINTS\n');
    for (const part of shown)
      ctx.stdout.write(
        part.type === 'disk'
          ? `${part.name.padEnd(74)}\n`.replace(/ +\n$/, `${' '.repeat(70)}\n`)
          : `${tree(part.type, part.name)} ext4   1.0         ${uuid} ${`${((part.kb / 1_048_576) * 0.78).toFixed(1)}G`.padStart(7)}    17% /\n`,
      );
    return 0;
  }
  if (!options.has('n'))
    ctx.stdout.write(
      `${'NAME'.padEnd(6)} MAJ:MIN RM ${'SIZE'.padStart(options.has('b') ? 12 : 5)} RO TYPE MOUNTPOINTS\n`,
    );
  for (const part of shown)
    ctx.stdout.write(
      `${tree(part.type, part.name).padEnd(6)} ${`${major}:${part.minor}`.padStart(5)}    0 ${size(part.kb).padStart(options.has('b') ? 12 : 5)}  0 ${part.type} ${part.mount}\n`,
    );
  return 0;
}

function blkid(ctx: CommandContext): number {
  if (ctx.user.uid !== 0) return 2;
  const uuid = Buffer.from(ctx.machine.persona.derive('disk-uuid', 16))
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const part = Buffer.from(ctx.machine.persona.derive('part-uuid', 4)).toString('hex');
  ctx.stdout.write(`/dev/${diskName(ctx)}1: UUID="${uuid}" BLOCK_SIZE="4096" TYPE="ext4" PARTUUID="${part}-01"\n`);
  return 0;
}

function fdisk(ctx: CommandContext): number {
  const disk = `/dev/${diskName(ctx)}`;
  if (!ctx.argv.some((arg) => arg === '-l' || arg === '--list')) {
    const device = ctx.argv[1];
    if (device === undefined) {
      ctx.stderr.write("fdisk: bad usage\nTry 'fdisk --help' for more information.\n");
      return 1;
    }
    ctx.stderr.write(
      `fdisk: cannot open ${device}: ${ctx.user.uid === 0 ? (ctx.fs.stat(ctx.resolve(device), ctx.user).ok ? 'Device or resource busy' : 'No such file or directory') : 'Permission denied'}\n`,
    );
    return 1;
  }
  if (ctx.user.uid !== 0) {
    ctx.stderr.write(`fdisk: cannot open ${disk}: Permission denied\n`);
    return 1;
  }
  const { diskKb } = ctx.machine.persona.hardware;
  const sectors = diskKb * 2;
  const id = Buffer.from(ctx.machine.persona.derive('part-uuid', 4)).toString('hex');
  const gib = `${Number((diskKb / 1_048_576).toFixed(2))} GiB`;
  ctx.stdout.write(
    `Disk ${disk}: ${gib}, ${diskKb * 1024} bytes, ${sectors} sectors\nUnits: sectors of 1 * 512 = 512 bytes\nSector size (logical/physical): 512 bytes / 512 bytes\nI/O size (minimum/optimal): 512 bytes / 512 bytes\nDisklabel type: dos\nDisk identifier: 0x${id}\n\nDevice     Boot Start ${'End'.padStart(String(sectors).length)} ${'Sectors'.padStart(String(sectors).length)}  Size Id Type\n${disk}1  *     2048 ${sectors - 1} ${sectors - 2048} ${Math.floor(diskKb / 1_048_576)}G 83 Linux\n`,
  );
  return 0;
}

function dmidecode(ctx: CommandContext): number {
  if (ctx.user.uid !== 0) {
    ctx.stdout.write('# dmidecode 3.4\n');
    ctx.stderr.write(
      "/sys/firmware/dmi/tables/smbios_entry_point: Permission denied\nCan't read memory from /dev/mem\n"
        .split('\n')
        .slice(0, 1)
        .join('\n') + '\n',
    );
    return 1;
  }
  const options = parseOptions(ctx, {
    short: 'd:qs:t:uhV',
    usage: '[OPTIONS]',
    version: '3.4',
    status: 2,
    long: { 'string=': 's', 'type=': 't', quiet: 'q' },
  });
  if (typeof options === 'number') return options;
  const { persona } = ctx.machine;
  const uuid = Buffer.from(persona.derive('dmi-uuid', 16))
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const keywords: Readonly<Record<string, string>> = {
    'system-manufacturer': 'QEMU',
    'system-product-name': 'Standard PC (Q35 + ICH9, 2009)',
    'system-version': 'pc-q35-7.2',
    'system-serial-number': 'Not Specified',
    'system-uuid': uuid,
    'bios-vendor': 'SeaBIOS',
    'bios-version': '1.16.2-debian-1.16.2-1',
    'bios-release-date': '04/01/2014',
    'chassis-manufacturer': 'QEMU',
    'processor-manufacturer': 'QEMU',
    'processor-version': 'pc-q35-7.2',
    'baseboard-product-name': '',
  };
  const keyword = options.value('s');
  if (keyword !== undefined) {
    const value = keywords[keyword];
    if (value === undefined) {
      ctx.stderr.write(`Invalid string keyword: ${keyword}\n`);
      return 2;
    }
    ctx.stdout.write(`${value}\n`);
    return 0;
  }
  const memoryMb = Math.ceil(persona.hardware.memoryKb / 1_048_576) * 1024;
  const tables: [number, string, string][] = [
    [
      0,
      'bios',
      'BIOS Information\n\tVendor: SeaBIOS\n\tVersion: 1.16.2-debian-1.16.2-1\n\tRelease Date: 04/01/2014\n\tAddress: 0xE8000\n\tRuntime Size: 96 kB\n\tROM Size: 64 kB\n\tCharacteristics:\n\t\tBIOS characteristics not supported\n\t\tTargeted content distribution is supported\n\tBIOS Revision: 0.0\n',
    ],
    [
      1,
      'system',
      `System Information\n\tManufacturer: QEMU\n\tProduct Name: Standard PC (Q35 + ICH9, 2009)\n\tVersion: pc-q35-7.2\n\tSerial Number: Not Specified\n\tUUID: ${uuid}\n\tWake-up Type: Power Switch\n\tSKU Number: Not Specified\n\tFamily: Not Specified\n`,
    ],
    [
      3,
      'chassis',
      'Chassis Information\n\tManufacturer: QEMU\n\tType: Other\n\tLock: Not Present\n\tVersion: pc-q35-7.2\n\tSerial Number: Not Specified\n\tAsset Tag: Not Specified\n\tBoot-up State: Safe\n\tPower Supply State: Safe\n\tThermal State: Safe\n\tSecurity Status: Unknown\n',
    ],
    [
      4,
      'processor',
      `Processor Information\n\tSocket Designation: CPU 0\n\tType: Central Processor\n\tFamily: Other\n\tManufacturer: QEMU\n\tVersion: pc-q35-7.2\n\tVoltage: Unknown\n\tExternal Clock: Unknown\n\tMax Speed: 2000 MHz\n\tCurrent Speed: 2000 MHz\n\tStatus: Populated, Enabled\n\tCore Count: ${persona.hardware.cpus}\n\tCore Enabled: ${persona.hardware.cpus}\n\tThread Count: 1\n`,
    ],
    [
      16,
      'memory',
      `Physical Memory Array\n\tLocation: Other\n\tUse: System Memory\n\tError Correction Type: Multi-bit ECC\n\tMaximum Capacity: ${memoryMb / 1024} GB\n\tNumber Of Devices: 1\n`,
    ],
    [
      17,
      'memory',
      `Memory Device\n\tArray Handle: 0x1000\n\tError Information Handle: Not Provided\n\tTotal Width: Unknown\n\tData Width: Unknown\n\tSize: ${memoryMb / 1024} GB\n\tForm Factor: DIMM\n\tSet: None\n\tLocator: DIMM 0\n\tBank Locator: Not Specified\n\tType: RAM\n\tType Detail: Other\n\tSpeed: Unknown\n\tManufacturer: QEMU\n`,
    ],
  ];
  const wanted = options.value('t')?.split(',');
  ctx.stdout.write(
    `# dmidecode 3.4\nGetting SMBIOS data from sysfs.\nSMBIOS 2.8 present.\n${wanted === undefined ? `${tables.length + 4} structures occupying ${between(persona, 'dmi', 480, 620)} bytes.\nTable at 0x000F5AE0.\n` : ''}\n`,
  );
  for (const [type, group, text] of tables)
    if (wanted === undefined || wanted.includes(String(type)) || wanted.includes(group))
      ctx.stdout.write(
        `Handle 0x${(type * 256).toString(16).toUpperCase().padStart(4, '0')}, DMI type ${type}, ${24 + type} bytes\n${text}\n`,
      );
  return 0;
}

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
  const uuid = Buffer.from(persona.derive('disk-uuid', 16))
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const lines = [
    `Linux version ${os.kernelRelease} (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) ${os.kernelVersion}`,
    `Command line: BOOT_IMAGE=/boot/vmlinuz-${os.kernelRelease} root=UUID=${uuid} ro quiet`,
    'BIOS-provided physical RAM map:',
    'BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable',
    'BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] reserved',
    'BIOS-e820: [mem 0x00000000000f0000-0x00000000000fffff] reserved',
    'NX (Execute Disable) protection: active',
    'SMBIOS 2.8 present.',
    'DMI: QEMU Standard PC (Q35 + ICH9, 2009), BIOS 1.16.2-debian-1.16.2-1 04/01/2014',
    'Hypervisor detected: KVM',
    'kvm-clock: Using msrs 4b564d01 and 4b564d00',
    'tsc: Detected 2394.374 MHz processor',
    'Using GB pages for direct mapping',
    `Memory: ${hardware.memoryKb - 90_000}K/${hardware.memoryKb + 60_000}K available (14342K kernel code, 2332K rwdata, 9064K rodata, 2796K init, 17404K bss)`,
    `smpboot: CPU0: ${hardware.cpuModel}`,
    `smp: Brought up 1 node, ${hardware.cpus} CPU${hardware.cpus > 1 ? 's' : ''}`,
    'devtmpfs: initialized',
    'NET: Registered PF_NETLINK/PF_ROUTE protocol family',
    'ACPI: bus type PCI registered',
    'PCI: Using configuration type 1 for base access',
    'clocksource: Switched to clocksource kvm-clock',
    'Freeing initrd memory: 33940K',
    `virtio_blk virtio1: [${disk}] ${hardware.diskKb * 2} 512-byte logical blocks`,
    ` ${disk}: ${disk}1`,
    `EXT4-fs (${disk}1): mounted filesystem with ordered data mode. Quota mode: none.`,
    "systemd[1]: Inserted module 'autofs4'",
    'systemd[1]: systemd 252.38-1~deb12u1 running in system mode',
    'systemd[1]: Detected virtualization kvm.',
    'systemd[1]: Detected architecture x86-64.',
    `systemd[1]: Hostname set to <${persona.hostname}>.`,
    `EXT4-fs (${disk}1): re-mounted. Quota mode: none.`,
    `virtio_net virtio0 ${network.interface}: renamed from eth0`,
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

export const hardwareCommands: CommandTable = {
  lscpu: { path: '/usr/bin/lscpu', run: lscpu },
  lspci: { path: '/usr/bin/lspci', run: lspci },
  lsblk: { path: '/usr/bin/lsblk', run: lsblk },
  blkid: { path: '/usr/sbin/blkid', run: blkid },
  fdisk: { path: '/usr/sbin/fdisk', run: fdisk },
  dmidecode: { path: '/usr/sbin/dmidecode', run: dmidecode },
  lsmod: { path: '/usr/sbin/lsmod', run: lsmod },
  modprobe: { path: '/usr/sbin/modprobe', run: modprobe },
  insmod: { path: '/usr/sbin/insmod', run: modprobe },
  rmmod: { path: '/usr/sbin/rmmod', run: modprobe },
  dmesg: { path: '/usr/bin/dmesg', run: dmesg },
};
