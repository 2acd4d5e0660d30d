/** What is mounted: `mount`, `umount`, `swapon`, `sync`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { diskName } from './block-devices.ts';
import { systemFile } from './machine-facts.ts';
import { splitLines } from './text.ts';

export interface Mount {
  readonly device: string;
  readonly path: string;
  readonly type: string;
  readonly options: string;
}

export function mounts(ctx: CommandContext): Mount[] {
  const file = systemFile(ctx, '/proc/mounts');
  const lines = file === undefined ? DEFAULT_MOUNTS.replaceAll('vda', diskName(ctx)) : file;
  return splitLines(lines)
    .map((line) => line.split(' '))
    .map(([device = '', path = '', type = '', options = '']) => ({ device, path, type, options }));
}

const DEFAULT_MOUNTS =
  'sysfs /sys sysfs rw,nosuid,nodev,noexec,relatime 0 0\nproc /proc proc rw,nosuid,nodev,noexec,relatime 0 0\nudev /dev devtmpfs rw,nosuid,relatime 0 0\ndevpts /dev/pts devpts rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=000 0 0\ntmpfs /run tmpfs rw,nosuid,nodev,noexec,relatime 0 0\n/dev/vda1 / ext4 rw,relatime,errors=remount-ro 0 0\ntmpfs /dev/shm tmpfs rw,nosuid,nodev 0 0\ntmpfs /run/lock tmpfs rw,nosuid,nodev,noexec,relatime,size=5120k 0 0\n';

export function mount(ctx: CommandContext): number {
  const operands = ctx.argv
    .slice(1)
    .filter((arg, index, all) => !arg.startsWith('-') && !/^-[to]$/.test(all[index - 1] ?? ''));
  const wanted = ctx.argv[ctx.argv.indexOf('-t') + 1];
  if (operands.length === 0) {
    for (const entry of mounts(ctx))
      if (!ctx.argv.includes('-t') || entry.type === wanted)
        ctx.stdout.write(`${entry.device} on ${entry.path} type ${entry.type} (${entry.options})\n`);
    return 0;
  }
  if (ctx.user.uid !== 0) {
    ctx.stderr.write(
      `mount: ${operands.at(-1)}: must be superuser to use mount.\n       dmesg(1) may have more information after failed mount system call.\n`,
    );
    return 1;
  }
  if (
    ctx.argv.some((arg) => /remount/.test(arg)) ||
    wanted === 'tmpfs' ||
    wanted === 'proc' ||
    ctx.argv.includes('--bind')
  )
    return 0;
  const target = operands.at(-1)!;
  if (operands.length === 1) {
    ctx.stderr.write(`mount: ${target}: can't find in /etc/fstab.\n`);
    return 1;
  }
  const there = ctx.fs.stat(ctx.resolve(target), ctx.user);
  const device = ctx.fs.stat(ctx.resolve(operands[0]!), ctx.user);
  ctx.stderr.write(
    !there.ok
      ? `mount: ${target}: mount point does not exist.\n       dmesg(1) may have more information after failed mount system call.\n`
      : device.ok
        ? `mount: ${target}: wrong fs type, bad option, bad superblock on ${operands[0]}, missing codepage or helper program, or other error.\n       dmesg(1) may have more information after failed mount system call.\n`
        : `mount: ${target}: special device ${operands[0]} does not exist.\n       dmesg(1) may have more information after failed mount system call.\n`,
  );
  return 32;
}

function umount(ctx: CommandContext): number {
  const target = ctx.argv.slice(1).find((arg) => !arg.startsWith('-'));
  if (target === undefined) {
    ctx.stderr.write("umount: bad usage\nTry 'umount --help' for more information.\n");
    return 1;
  }
  const path = ctx.resolve(target);
  const known = mounts(ctx).some((entry) => entry.path === path || entry.device === target);
  if (known && ctx.user.uid === 0 && path !== '/') {
    ctx.stderr.write(`umount: ${target}: target is busy.\n`);
    return 32;
  }
  const there = ctx.fs.stat(path, ctx.user);
  ctx.stderr.write(
    there.ok
      ? `umount: ${target}: ${known ? 'must be superuser to unmount' : 'not mounted'}.\n`
      : `umount: ${target}: no mount point specified.\n`,
  );
  return 32;
}

export const mountCommands: CommandTable = {
  mount: { path: '/usr/bin/mount', run: mount },
  umount: { path: '/usr/bin/umount', run: umount },
  sync: { path: '/usr/bin/sync', run: () => 0 },
  swapon: { path: '/usr/sbin/swapon', run: () => 0 },
  swapoff: { path: '/usr/sbin/swapoff', run: () => 0 },
};
