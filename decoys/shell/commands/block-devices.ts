/** The disk: `lsblk`, `blkid`, `fdisk -l`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { systemFile } from './machine-facts.ts';
import { parseOptions } from './options.ts';

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

export const blockDeviceCommands: CommandTable = {
  lsblk: { path: '/usr/bin/lsblk', run: lsblk },
  blkid: { path: '/usr/sbin/blkid', run: blkid },
  fdisk: { path: '/usr/sbin/fdisk', run: fdisk },
};
