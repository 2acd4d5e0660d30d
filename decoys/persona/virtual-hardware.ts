/**
 * The virtual machines that a persona can be: each with what its hypervisor really shows (network card prefix, interface name, disk
 * name, DMI strings), so that an attacker who compares `ip link`, `dmidecode` and `lscpu` finds one story.
 */
export interface Hypervisor {
  readonly name: string;
  /** As `systemd-detect-virt` says. */
  readonly virt: string;
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

export const HYPERVISORS: readonly Hypervisor[] = [
  {
    name: 'KVM',
    virt: 'kvm',
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

/** The hypervisor that a persona's network card speaks of. */
export function hypervisorOf(mac: string): Hypervisor {
  return HYPERVISORS.find((item) => mac.startsWith(item.oui)) ?? HYPERVISORS[0]!;
}

export function cpuModelOf(name: string): CpuModel {
  return CPU_MODELS.find((item) => item.name === name) ?? CPU_MODELS[0]!;
}
