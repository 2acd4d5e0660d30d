/** What the machine is made of: `lscpu`, `lspci`, `lsusb`-less, `lsblk`, `blkid`, `fdisk -l`, `dmidecode`, `lsmod`, `modprobe`, `dmesg`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { hardwareOf } from '../../persona/virtual-hardware.ts';
import { between, systemFile } from './machine-facts.ts';
import { parseOptions } from './options.ts';
import { splitLines } from './text.ts';

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
  const machine = hardwareOf(ctx.machine.persona);
  const isKvm = machine.virt === 'kvm';
  const rows: [string, string][] = [
    ['Architecture:', os.machine],
    ['  CPU op-mode(s):', '32-bit, 64-bit'],
    ['  Address sizes:', info.get('address sizes') ?? '46 bits physical, 48 bits virtual'],
    ['  Byte Order:', 'Little Endian'],
    ['CPU(s):', String(cpus)],
    ['  On-line CPU(s) list:', cpus === 1 ? '0' : `0-${cpus - 1}`],
    ['Vendor ID:', info.get('vendor_id') ?? (amd ? 'AuthenticAMD' : 'GenuineIntel')],
    ...(isKvm ? ([['  BIOS Vendor ID:', 'QEMU']] as [string, string][]) : []),
    ['  Model name:', info.get('model name') ?? hardware.cpuModel],
    ...(isKvm
      ? ([
          ['    BIOS Model name:', 'pc-q35-7.2  CPU @ 2.0GHz'],
          ['    BIOS CPU family:', '1'],
        ] as [string, string][])
      : []),
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
    ...(machine.cpuVendor === ''
      ? []
      : ([
          ['Virtualization features:', ''],
          ['  Hypervisor vendor:', machine.cpuVendor],
          ['  Virtualization type:', 'full'],
        ] as [string, string][])),
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

function lspci(ctx: CommandContext): number {
  const options = parseOptions(ctx, { short: 'bDd:F:GH:hi:kmMnO:Pp:qQs:tvVx', advice: 'Usage: lspci [<switches>]\n' });
  if (typeof options === 'number') return options;
  const machine = hardwareOf(ctx.machine.persona);
  const isKvm = machine.virt === 'kvm';
  for (const [slot, kind, ids, name] of hardwareOf(ctx.machine.persona).pci) {
    const numbers = options.list.filter(({ key }) => key === 'n').length;
    if (numbers === 1)
      ctx.stdout.write(
        `${slot} ${kind.includes('bridge') ? '0600' : kind.includes('VGA') ? '0300' : '00ff'}: ${ids}\n`,
      );
    else if (options.has('m'))
      ctx.stdout.write(
        `${slot} "${kind}" "${name.split(',')[0]}" "${name}" -p00 "${isKvm ? 'Red Hat, Inc.' : machine.sysVendor}" "${isKvm ? 'QEMU' : ''}"\n`,
      );
    else ctx.stdout.write(`${slot} ${kind}: ${name}${numbers > 1 ? ` [${ids}]` : ''}\n`);
    if (options.has('v'))
      ctx.stdout.write(
        `${isKvm ? '\tSubsystem: Red Hat, Inc. QEMU Virtual Machine\n' : ''}\tFlags: bus master, fast devsel, latency 0\n\n`,
      );
  }
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
  const machine = hardwareOf(persona);
  const isKvm = machine.virt === 'kvm';
  const maker = machine.sysVendor;
  const version = isKvm ? 'pc-q35-7.2' : 'None';
  const bios = isKvm ? '1.16.2-debian-1.16.2-1' : machine.biosVersion;
  const uuid = Buffer.from(persona.derive('dmi-uuid', 16))
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const keywords: Readonly<Record<string, string>> = {
    'system-manufacturer': maker,
    'system-product-name': machine.productName,
    'system-version': version,
    'system-serial-number': 'Not Specified',
    'system-uuid': uuid,
    'bios-vendor': machine.biosVendor,
    'bios-version': bios,
    'bios-release-date': machine.biosDate,
    'chassis-manufacturer': maker,
    'processor-manufacturer': isKvm ? 'QEMU' : 'GenuineIntel',
    'processor-version': isKvm ? version : persona.hardware.cpuModel,
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
      `BIOS Information\n\tVendor: ${machine.biosVendor}\n\tVersion: ${bios}\n\tRelease Date: ${machine.biosDate}\n\tAddress: 0xE8000\n\tRuntime Size: 96 kB\n\tROM Size: 64 kB\n\tCharacteristics:\n\t\tBIOS characteristics not supported\n\t\tTargeted content distribution is supported\n\tBIOS Revision: 0.0\n`,
    ],
    [
      1,
      'system',
      `System Information\n\tManufacturer: ${maker}\n\tProduct Name: ${machine.productName}\n\tVersion: ${version}\n\tSerial Number: Not Specified\n\tUUID: ${uuid}\n\tWake-up Type: Power Switch\n\tSKU Number: Not Specified\n\tFamily: Not Specified\n`,
    ],
    [
      3,
      'chassis',
      `Chassis Information\n\tManufacturer: ${maker}\n\tType: Other\n\tLock: Not Present\n\tVersion: ${version}\n\tSerial Number: Not Specified\n\tAsset Tag: Not Specified\n\tBoot-up State: Safe\n\tPower Supply State: Safe\n\tThermal State: Safe\n\tSecurity Status: Unknown\n`,
    ],
    [
      4,
      'processor',
      `Processor Information\n\tSocket Designation: CPU 0\n\tType: Central Processor\n\tFamily: Other\n\tManufacturer: ${isKvm ? 'QEMU' : 'GenuineIntel'}\n\tVersion: ${isKvm ? version : persona.hardware.cpuModel}\n\tVoltage: Unknown\n\tExternal Clock: Unknown\n\tMax Speed: 2000 MHz\n\tCurrent Speed: 2000 MHz\n\tStatus: Populated, Enabled\n\tCore Count: ${persona.hardware.cpus}\n\tCore Enabled: ${persona.hardware.cpus}\n\tThread Count: 1\n`,
    ],
    [
      16,
      'memory',
      `Physical Memory Array\n\tLocation: Other\n\tUse: System Memory\n\tError Correction Type: Multi-bit ECC\n\tMaximum Capacity: ${memoryMb / 1024} GB\n\tNumber Of Devices: 1\n`,
    ],
    [
      17,
      'memory',
      `Memory Device\n\tArray Handle: 0x1000\n\tError Information Handle: Not Provided\n\tTotal Width: Unknown\n\tData Width: Unknown\n\tSize: ${memoryMb / 1024} GB\n\tForm Factor: DIMM\n\tSet: None\n\tLocator: DIMM 0\n\tBank Locator: Not Specified\n\tType: RAM\n\tType Detail: Other\n\tSpeed: Unknown\n\tManufacturer: ${isKvm ? 'QEMU' : 'Not Specified'}\n`,
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

export const hardwareCommands: CommandTable = {
  lscpu: { path: '/usr/bin/lscpu', run: lscpu },
  lspci: { path: '/usr/bin/lspci', run: lspci },
  dmidecode: { path: '/usr/sbin/dmidecode', run: dmidecode },
};
