/** Questions about the machine: kernel, processor, memory, disks. Every bot asks them first. */
import { commandDetector, operands, touches } from '../command-detector.ts';

const PROGRAMS = new Set([
  'uname',
  'lscpu',
  'nproc',
  'free',
  'lspci',
  'lsblk',
  'dmidecode',
  'hostnamectl',
  'lshw',
  'arch',
  'vmstat',
  'uptime',
  'lsb_release',
  'nvidia-smi',
  'dmesg',
]);
const FILES =
  /^\/proc\/(cpuinfo|meminfo|version|uptime|loadavg|mounts|partitions)$|^\/etc\/(issue|os-release|[a-z]+-release|debian_version|hostname)$/;

/** The head of an own binary tells the architecture. */
const BINARY = /^(if=)?\/bin\/(busybox|echo|ls|sh|bash|cat)$/;
const READERS = new Set(['cat', 'dd', 'head', 'hexdump', 'od', 'file', 'xxd', 'readelf']);

export const systemDiscovery = commandDetector(
  {
    id: 'system-discovery',
    title: 'Questions about the machine',
    severity: 'low',
    confidence: 70,
    techniques: ['T1082'],
    tactics: ['TA0007'],
    falsePositives: 'Any administrator at work; telling only together with other signs.',
  },
  (command) =>
    PROGRAMS.has(command.name) ||
    (command.name === 'hostname' && operands(command).length === 0) ||
    command.name === 'df' ||
    (command.name === 'mount' && command.args.length === 0) ||
    touches(command, (path) => FILES.test(path)) ||
    (READERS.has(command.name) && touches(command, (path) => BINARY.test(path))),
);
