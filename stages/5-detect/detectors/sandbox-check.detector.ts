/** Questions that only one asks who fears to be watched. */
import { commandDetector, touches } from '../command-detector.ts';

const PROGRAMS = new Set(['systemd-detect-virt', 'virt-what', 'dmidecode', 'imvirt', 'facter']);
const FILES =
  /^\/(\.dockerenv|proc\/(1\/(cgroup|sched|environ)|scsi\/scsi|self\/cgroup|vz|xen)|sys\/(class|devices\/virtual)\/dmi\/|sys\/hypervisor\/)/;

export const sandboxCheck = commandDetector(
  {
    id: 'sandbox-check',
    title: 'Check for a virtual machine or decoy',
    severity: 'medium',
    confidence: 70,
    techniques: ['T1497.001'],
    tactics: ['TA0007', 'TA0005'],
    falsePositives: 'An inventory script.',
  },
  (command) =>
    PROGRAMS.has(command.name) ||
    touches(command, (path) => FILES.test(path)) ||
    (command.name === 'grep' && command.args.some((arg) => /cowrie|honeypot|kippo|hypervisor/i.test(arg))),
);
