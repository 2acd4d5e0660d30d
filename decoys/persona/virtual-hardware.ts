/**
 * The virtual machines that a persona can be: each with what its hypervisor really shows (network card prefix, interface name, disk
 * name, DMI strings), so that an attacker who compares `ip link`, `dmidecode` and `lscpu` finds one story.
 */
import type { Persona } from './persona.types.ts';

export interface Hypervisor {
  readonly name: string;
  /** As `systemd-detect-virt` says. */
  readonly virt: string;
  /** As `lscpu` names it; empty where there is none. */
  readonly cpuVendor: string;
  /** The kernel's words at its start. */
  readonly bootLines: readonly string[];
  /** Its network card and disk controller, as `lspci` names them with their ids. */
  readonly pci: readonly (readonly [string, string, string, string])[];
  /** IEEE prefix of its network cards. */
  readonly oui: string;
  readonly interfaces: readonly string[];
  readonly disk: string;
  readonly sysVendor: string;
  readonly productName: string;
  readonly biosVendor: string;
  readonly biosVersion: string;
  readonly biosDate: string;
}

const KVM_BOOT: readonly string[] = [
  'Hypervisor detected: KVM',
  'kvm-clock: Using msrs 4b564d01 and 4b564d00',
  'clocksource: Switched to clocksource kvm-clock',
];
const KVM_PCI: Hypervisor['pci'] = [
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

export const HYPERVISORS: readonly Hypervisor[] = [
  {
    name: 'KVM',
    virt: 'kvm',
    cpuVendor: 'KVM',
    bootLines: KVM_BOOT,
    pci: KVM_PCI,
    oui: '52:54:00',
    interfaces: ['ens3', 'enp1s0', 'eth0'],
    disk: 'vda',
    sysVendor: 'QEMU',
    productName: 'Standard PC (Q35 + ICH9, 2009)',
    biosVendor: 'SeaBIOS',
    biosVersion: '1.16.2-1',
    biosDate: '04/01/2014',
  },
  {
    name: 'KVM',
    virt: 'kvm',
    cpuVendor: 'KVM',
    bootLines: KVM_BOOT,
    pci: KVM_PCI,
    oui: 'bc:24:11',
    interfaces: ['ens18'],
    disk: 'sda',
    sysVendor: 'QEMU',
    productName: 'Standard PC (i440FX + PIIX, 1996)',
    biosVendor: 'SeaBIOS',
    biosVersion: 'rel-1.16.3-0-ga6ed6b701f0a-prebuilt.qemu.org',
    biosDate: '04/01/2014',
  },
  {
    name: 'VMware',
    virt: 'vmware',
    cpuVendor: 'VMware',
    bootLines: [
      'Hypervisor detected: VMware',
      'vmware: TSC freq read from hypervisor : 2594.104 MHz',
      'vmware: Host bus clock speed read from hypervisor : 66000000 Hz',
      'vmware: using clock offset of 9271842176 ns',
      'clocksource: Switched to clocksource tsc-early',
    ],
    pci: [
      ['00:00.0', 'Host bridge', '8086:7190', 'Intel Corporation 440BX/ZX/DX - 82443BX/ZX/DX Host bridge (rev 01)'],
      ['00:07.7', 'System peripheral', '15ad:0740', 'VMware Virtual Machine Communication Interface (rev 10)'],
      ['00:0f.0', 'VGA compatible controller', '15ad:0405', 'VMware SVGA II Adapter'],
      ['03:00.0', 'Serial Attached SCSI controller', '15ad:07c0', 'VMware PVSCSI SCSI Controller (rev 02)'],
      ['0b:00.0', 'Ethernet controller', '15ad:07b0', 'VMware VMXNET3 Ethernet Controller (rev 01)'],
    ],
    oui: '00:0c:29',
    interfaces: ['ens192', 'ens33', 'ens160'],
    disk: 'sda',
    sysVendor: 'VMware, Inc.',
    productName: 'VMware Virtual Platform',
    biosVendor: 'Phoenix Technologies LTD',
    biosVersion: '6.00',
    biosDate: '11/12/2020',
  },
  {
    name: 'Microsoft',
    virt: 'microsoft',
    cpuVendor: 'Microsoft',
    bootLines: [
      'Hypervisor detected: Microsoft Hyper-V',
      'Hyper-V: privilege flags low 0x2e7f, high 0x3b8030, hints 0x60c2c, misc 0xbed7b2',
      'Hyper-V: Host Build 10.0.17763.6054-1-0',
      'clocksource: Switched to clocksource hyperv_clocksource_tsc_page',
    ],
    pci: [
      [
        '00:00.0',
        'Host bridge',
        '8086:7192',
        'Intel Corporation 440BX/ZX/DX - 82443BX/ZX/DX Host bridge (AGP disabled) (rev 03)',
      ],
      ['00:07.0', 'ISA bridge', '8086:7110', 'Intel Corporation 82371AB/EB/MB PIIX4 ISA (rev 01)'],
      ['00:07.1', 'IDE interface', '8086:7111', 'Intel Corporation 82371AB/EB/MB PIIX4 IDE (rev 01)'],
      ['00:08.0', 'VGA compatible controller', '1414:5353', 'Microsoft Corporation Hyper-V virtual VGA'],
    ],
    oui: '00:15:5d',
    interfaces: ['eth0'],
    disk: 'sda',
    sysVendor: 'Microsoft Corporation',
    productName: 'Virtual Machine',
    biosVendor: 'American Megatrends Inc.',
    biosVersion: '090008',
    biosDate: '12/07/2018',
  },
];

export interface CpuModel {
  readonly name: string;
  readonly vendor: 'GenuineIntel' | 'AuthenticAMD';
  readonly family: number;
  readonly model: number;
  readonly stepping: number;
  readonly mhz: number;
  readonly cacheKb: number;
}

export const CPU_MODELS: readonly CpuModel[] = [
  cpu('Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz', 'GenuineIntel', 6, 79, 1, 2399.998, 35840),
  cpu('Intel(R) Xeon(R) Gold 6132 CPU @ 2.60GHz', 'GenuineIntel', 6, 85, 4, 2593.906, 19712),
  cpu('Intel(R) Xeon(R) Gold 6248R CPU @ 3.00GHz', 'GenuineIntel', 6, 85, 7, 2992.968, 36608),
  cpu('Intel(R) Xeon(R) Silver 4214 CPU @ 2.20GHz', 'GenuineIntel', 6, 85, 7, 2194.842, 16896),
  cpu('Intel(R) Xeon(R) Platinum 8272CL CPU @ 2.60GHz', 'GenuineIntel', 6, 85, 7, 2593.904, 36608),
  cpu('AMD EPYC 7282 16-Core Processor', 'AuthenticAMD', 23, 49, 0, 2794.748, 512),
  cpu('AMD EPYC 7542 32-Core Processor', 'AuthenticAMD', 23, 49, 0, 2894.562, 512),
  cpu('AMD EPYC 7713 64-Core Processor', 'AuthenticAMD', 25, 1, 1, 1996.25, 512),
];

function cpu(
  name: string,
  vendor: CpuModel['vendor'],
  family: number,
  model: number,
  stepping: number,
  mhz: number,
  cacheKb: number,
): CpuModel {
  return { name, vendor, family, model, stepping, mhz, cacheKb };
}

/** What a persona's machine is, down to its firmware: a hypervisor's, or metal of its own. */
export function hardwareOf({ network, hardware }: Pick<Persona, 'network' | 'hardware'>): Hypervisor {
  const known = HYPERVISORS.find((item) => network.mac.startsWith(item.oui));
  if (known !== undefined) return known;
  return {
    name: hardware.maker,
    virt: 'none',
    cpuVendor: '',
    bootLines: ['clocksource: Switched to clocksource tsc'],
    pci: [
      ['00:00.0', 'Host bridge', '8086:31f0', 'Intel Corporation Gemini Lake Host Bridge (rev 03)'],
      [
        '00:12.0',
        'SATA controller',
        '8086:31e3',
        'Intel Corporation Celeron/Pentium Silver Processor SATA Controller (rev 03)',
      ],
      ['02:00.0', 'Ethernet controller', '8086:1533', 'Intel Corporation I210 Gigabit Network Connection (rev 03)'],
    ],
    oui: network.mac.slice(0, 8),
    interfaces: [network.interface],
    disk: 'sda',
    sysVendor: hardware.maker,
    productName: hardware.model,
    biosVendor: 'American Megatrends Inc.',
    biosVersion: 'P1.80',
    biosDate: '01/17/2020',
  };
}

/** A model that is not in our list is one of Intel's small ones (or AMD's), by what its name says. */
export function cpuModelOf(name: string): CpuModel {
  const known = CPU_MODELS.find((item) => item.name === name);
  if (known !== undefined) return known;
  const mhz = Number(/@ ([\d.]+)GHz/.exec(name)?.[1] ?? 2) * 1000;
  return /AMD/.test(name)
    ? cpu(name, 'AuthenticAMD', 23, 24, 1, mhz, 512)
    : cpu(name, 'GenuineIntel', 6, /Atom/.test(name) ? 95 : 122, /Atom/.test(name) ? 1 : 8, mhz, 4096);
}
