/** A block device was overwritten or formatted. */
import { commandDetector } from '../command-detector.ts';

const DISK = /^\/dev\/(sd[a-z]|hd[a-z]|vd[a-z]|xvd[a-z]|nvme\d|mmcblk\d|mtd\w*|mapper\/)/;

export const diskWipe = commandDetector(
  {
    id: 'disk-wipe',
    title: 'Disk overwritten',
    severity: 'critical',
    confidence: 95,
    techniques: ['T1561.001'],
    tactics: ['TA0040'],
    falsePositives: 'Installing a system by hand.',
  },
  (command) =>
    (command.name === 'dd' && command.args.some((arg) => arg.startsWith('of=') && DISK.test(arg.slice(3)))) ||
    (/^(mkfs(\.\w+)?|mkswap|wipefs|shred|badblocks|flash_erase|sgdisk|blkdiscard)$/.test(command.name) &&
      command.args.some((arg) => DISK.test(arg))) ||
    command.writes.some((path) => DISK.test(path)),
);
