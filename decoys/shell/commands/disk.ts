/** Room on the disk: `df`, `du`, `mount`, `umount`, `findmnt`-less, `swapon`, `sync`, `dd`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { diskName } from './hardware.ts';
import { fraction, memory, systemFile } from './machine-facts.ts';
import { blocksOf } from './ls-layout.ts';
import { parseOptions, usageError } from './options.ts';
import { humanSize, parseSize } from './sizes.ts';
import { countEntry } from './tree-walk.ts';
import { complain, errorText, joinPath, quoted, readFile, splitLines, writeFile } from './text.ts';

interface Mount {
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

interface Room {
  readonly mount: Mount;
  readonly totalKb: number;
  readonly usedKb: number;
  readonly availableKb: number;
}

function rooms(ctx: CommandContext): Room[] {
  const { persona } = ctx.machine;
  const total = memory(ctx).totalKb;
  return mounts(ctx).flatMap((mount): Room[] => {
    if (mount.type === 'ext4') {
      const size = Math.floor(persona.hardware.diskKb * 0.9825);
      const used =
        Math.floor(persona.hardware.diskKb * (0.06 + fraction(persona, 'disk-used') * 0.2)) +
        Math.floor(ctx.machine.fs.usage.bytes / 1024);
      return [{ mount, totalKb: size, usedKb: used, availableKb: Math.floor(size * 0.949) - used }];
    }
    if (mount.type === 'devtmpfs')
      return [{ mount, totalKb: Math.floor(total / 2) - 6000, usedKb: 0, availableKb: Math.floor(total / 2) - 6000 }];
    if (mount.type !== 'tmpfs') return [];
    const size =
      mount.path === '/run/lock' ? 5120 : mount.path === '/dev/shm' ? Math.floor(total / 2) : Math.floor(total / 10);
    const used = mount.path === '/run' ? 480 + Math.floor(fraction(persona, 'run') * 300) : 0;
    return [{ mount, totalKb: size, usedKb: used, availableKb: size - used }];
  });
}

function df(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'aB:hHiklmPt:Tvx:',
    usage: '[OPTION]... [FILE]...',
    long: {
      all: 'a',
      'block-size=': 'B',
      'human-readable': 'h',
      si: 'H',
      inodes: 'i',
      local: 'l',
      'no-sync': 'ns',
      'output?': 'output',
      portability: 'P',
      sync: 'sync',
      total: 'total',
      'type=': 't',
      'print-type': 'T',
      'exclude-type=': 'x',
    },
  });
  if (typeof options === 'number') return options;
  let shown = rooms(ctx);
  let status = 0;
  if (options.operands.length > 0) {
    shown = options.operands.flatMap((name) => {
      const real = ctx.fs.realpath(ctx.resolve(name), ctx.user);
      if (!real.ok) {
        status = complain(ctx, `${name}: ${errorText(real.error)}`);
        return [];
      }
      const found = shown
        .filter(
          ({ mount }) =>
            real.value === mount.path ||
            real.value.startsWith(mount.path === '/' ? '/' : `${mount.path}/`) ||
            real.value === mount.device,
        )
        .sort((a, b) => b.mount.path.length - a.mount.path.length)[0];
      return found === undefined ? [] : [found];
    });
    if (shown.length === 0) return status === 0 ? 1 : status;
  }
  if (options.has('t')) shown = shown.filter(({ mount }) => mount.type === options.value('t'));
  if (options.has('x')) shown = shown.filter(({ mount }) => mount.type !== options.value('x'));
  if (shown.length === 0) return complain(ctx, 'no file systems processed');
  const block = options.value('B');
  const unit = options.has('m')
    ? 1024
    : block === undefined
      ? 1
      : (parseSize(/^\d/.test(block) ? block : `1${block}`) ?? 1024) / 1024;
  const human = options.has('h') || options.has('H');
  const size = (kb: number): string =>
    options.has('i')
      ? human
        ? humanSize(kb)
        : String(kb)
      : human
        ? kb === 0
          ? '0'
          : humanSize(kb * 1024, options.has('H'))
        : String(Math.ceil(kb / unit));
  const row = ({ mount, ...room }: Room): string[] => {
    const [totalKb, usedKb, availableKb] = options.has('i')
      ? [
          Math.floor(room.totalKb / 16),
          Math.floor(room.usedKb / 60),
          Math.floor(room.totalKb / 16) - Math.floor(room.usedKb / 60),
        ]
      : [room.totalKb, room.usedKb, room.availableKb];
    const share = usedKb + availableKb === 0 ? '-' : `${Math.ceil((usedKb / (usedKb + availableKb)) * 100)}%`;
    return [
      mount.device,
      ...(options.has('T') ? [mount.type] : []),
      size(totalKb),
      size(usedKb),
      size(availableKb),
      share,
      mount.path,
    ];
  };
  const sizeHead = options.has('i')
    ? 'Inodes'
    : human
      ? 'Size'
      : options.has('P')
        ? '1024-blocks'
        : unit === 1024
          ? block === undefined
            ? '1M-blocks'
            : `${block.replace(/^1(?=[KMG])/, '1')}-blocks`.replace(/^([KMG])/, '1$1')
          : '1K-blocks';
  const heads = [
    'Filesystem',
    ...(options.has('T') ? ['Type'] : []),
    sizeHead,
    options.has('i') ? 'IUsed' : 'Used',
    options.has('i') ? 'IFree' : human ? 'Avail' : 'Available',
    options.has('i') ? 'IUse%' : options.has('P') ? 'Capacity' : 'Use%',
    'Mounted on',
  ];
  const rows = [heads, ...shown.map(row)];
  if (options.has('total'))
    rows.push(
      row({
        mount: { device: 'total', path: '-', type: '-', options: '' },
        totalKb: sum(shown, 'totalKb'),
        usedKb: sum(shown, 'usedKb'),
        availableKb: sum(shown, 'availableKb'),
      }),
    );
  const left = options.has('T') ? 2 : 1;
  const least = [14, ...(options.has('T') ? [4] : []), 5, 5, 5, 4];
  const widths = heads.map((_, index) => Math.max(least[index] ?? 0, ...rows.map((cells) => cells[index]!.length)));
  for (const cells of rows)
    ctx.stdout.write(
      `${cells.map((cell, index) => (index === cells.length - 1 ? cell : index < left ? cell.padEnd(widths[index]!) : cell.padStart(widths[index]!))).join(' ')}\n`,
    );
  return status;
}

function sum(list: readonly Room[], key: 'totalKb' | 'usedKb' | 'availableKb'): number {
  return list.reduce((total, room) => total + room[key], 0);
}

function du(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: '0abB:cDd:hHklLmPsSt:xX:',
    usage: '[OPTION]... [FILE]...',
    long: {
      all: 'a',
      'apparent-size': 'apparent',
      bytes: 'b',
      'block-size=': 'B',
      total: 'c',
      'max-depth=': 'd',
      'human-readable': 'h',
      si: 'si',
      summarize: 's',
      'one-file-system': 'x',
      'exclude=': 'exclude',
      null: '0',
    },
  });
  if (typeof options === 'number') return options;
  const depth = options.value('d');
  if (depth !== undefined && !/^\d+$/.test(depth)) return usageError(ctx, `invalid maximum depth ${quoted(depth)}`);
  const deepest = options.has('s') ? 0 : Number(depth ?? Infinity);
  const bytes = options.has('b') || options.has('apparent');
  const show = (kb: number, size: number): string => {
    if (options.has('h')) return humanSize(bytes ? size : kb * 1024);
    if (bytes) return options.has('b') ? String(size) : String(Math.ceil(size / 1024));
    return String(options.has('m') ? Math.ceil(kb / 1024) : kb);
  };
  let status = 0;
  const print = (name: string, kb: number, size: number): void => ctx.stdout.write(`${show(kb, size)}\t${name}\n`);
  const visit = (name: string, level: number): { kb: number; size: number } => {
    countEntry(ctx);
    const path = ctx.resolve(name);
    const stat = ctx.fs.lstat(path, ctx.user);
    if (!stat.ok) {
      status = complain(ctx, `cannot access ${quoted(name)}: ${errorText(stat.error)}`);
      return { kb: 0, size: 0 };
    }
    const total = { kb: blocksOf(stat.value), size: stat.value.size };
    if (stat.value.type === 'directory' && level < 200) {
      const list = ctx.fs.list(path, ctx.user);
      if (!list.ok) status = complain(ctx, `cannot read directory ${quoted(name)}: ${errorText(list.error)}`);
      else
        for (const child of list.value) {
          const inner = visit(joinPath(name, child), level + 1);
          total.kb += inner.kb;
          total.size += inner.size;
        }
    }
    if (level <= deepest && (stat.value.type === 'directory' || options.has('a') || level === 0))
      print(name, total.kb, total.size);
    return total;
  };
  const grand = { kb: 0, size: 0 };
  for (const name of options.operands.length === 0 ? ['.'] : options.operands) {
    const total = visit(name, 0);
    grand.kb += total.kb;
    grand.size += total.size;
  }
  if (options.has('c')) print('total', grand.kb, grand.size);
  return status;
}

function mount(ctx: CommandContext): number {
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

async function dd(ctx: CommandContext): Promise<number> {
  const operands = new Map<string, string>();
  for (const arg of ctx.argv.slice(1)) {
    const match = /^(if|of|bs|ibs|obs|count|skip|seek|conv|status|iflag|oflag)=(.*)$/s.exec(arg);
    if (match === null)
      return usageError(
        ctx,
        arg.includes('=') ? `unrecognized operand ${quoted(arg)}` : `unrecognized operand ${quoted(arg)}`,
      );
    operands.set(match[1]!, match[2]!);
  }
  const number = (key: string, fallback: number): number | undefined => {
    const text = operands.get(key);
    return text === undefined
      ? fallback
      : text
          .split('x')
          .reduce<number | undefined>(
            (product, part) =>
              product === undefined
                ? undefined
                : ((value) => (value === undefined ? undefined : product * value))(parseSize(part)),
            1,
          );
  };
  const size = number('bs', number('ibs', 512) ?? 512);
  const count = number('count', Infinity);
  const skip = number('skip', 0);
  const seek = number('seek', 0);
  for (const [key, value] of [
    ['bs', size],
    ['count', count],
    ['skip', skip],
    ['seek', seek],
  ] as const)
    if (value === undefined || (key === 'bs' && value === 0))
      return complain(ctx, `invalid number: ${quoted(operands.get(key) ?? '')}`);
  const source = operands.get('if');
  const target = operands.get('of');
  const wanted = count! * size!;
  const endless = source === '/dev/zero' || source === '/dev/urandom' || source === '/dev/random';
  let data: Uint8Array;
  if (source === undefined) data = await ctx.stdin.readAll();
  else if (endless) data = new Uint8Array(0);
  else {
    const file = readFile(ctx, source);
    if (!file.ok)
      return complain(
        ctx,
        file.error === 'EISDIR'
          ? `error reading ${quoted(source)}: Is a directory`
          : `failed to open ${quoted(source)}: ${errorText(file.error)}`,
      );
    data = file.bytes;
  }
  // A large write is made as long as the disk would take; only its first part is kept.
  const bytes = endless
    ? Math.min(wanted, ctx.machine.persona.hardware.diskKb * 700)
    : Math.max(0, Math.min(data.length - skip! * size!, wanted));
  if (endless && wanted === Infinity && (target === undefined || target === '/dev/null'))
    for (;;) await ctx.sleep(1000);
  const kept = endless
    ? fill(ctx, source, Math.min(bytes, 256 * 1024))
    : data.subarray(skip! * size!, skip! * size! + bytes);
  if (target === undefined) ctx.stdout.write(kept);
  else if (target !== '/dev/null') {
    const failed =
      seek! > 0 || operands.get('conv')?.includes('notrunc') === true
        ? writeAt(ctx, target, kept, seek! * (number('obs', size!) ?? 512))
        : writeFile(ctx, target, kept);
    if (failed !== undefined) return complain(ctx, `failed to open ${quoted(target)}: ${errorText(failed)}`);
    if (bytes > kept.length) ctx.fs.truncate(ctx.resolve(target), bytes, ctx.user);
  }
  const seconds = Math.max(
    0.000_03,
    bytes / (target === '/dev/null' ? 9e9 : endless ? 8e8 : 2e8) +
      fraction(ctx.machine.persona, `dd:${ctx.clock.now()}`) * 0.0004,
  );
  await ctx.sleep(Math.min(seconds, 20) * 1000);
  if (operands.get('status') === 'none') return 0;
  const whole = Math.floor(bytes / size!);
  const rest = bytes % size! === 0 ? 0 : 1;
  ctx.stderr.write(`${whole}+${rest} records in\n${whole}+${rest} records out\n`);
  if (operands.get('status') !== 'noxfer')
    ctx.stderr.write(
      `${bytes} byte${bytes === 1 ? '' : 's'}${bytes < 1000 ? '' : ` (${scaled(bytes, 1000)}B${bytes < 1024 ? '' : `, ${scaled(bytes, 1024)}iB`})`} copied, ${Number(seconds.toPrecision(6))} s, ${scaled(bytes / seconds, 1000)}B/s\n`,
    );
  return 0;
}

function fill(ctx: CommandContext, source: string | undefined, length: number): Uint8Array {
  if (source === '/dev/zero') return new Uint8Array(length);
  const seed = ctx.machine.persona.derive(`dd:${ctx.clock.now()}`, 4096);
  return Uint8Array.from({ length }, (_, index) => (seed[index % 4096]! + (index >> 12) * 31) & 255);
}

function writeAt(
  ctx: CommandContext,
  target: string,
  data: Uint8Array,
  offset: number,
): Parameters<typeof errorText>[0] | undefined {
  const written = ctx.fs.write(ctx.resolve(target), data, ctx.user, { offset: Math.min(offset, 1024 * 1024) });
  return written.ok ? undefined : written.error;
}

function scaled(value: number, base: number): string {
  let amount = value;
  let unit = 0;
  while (amount >= base && unit < 6) {
    amount /= base;
    unit += 1;
  }
  const letter = ['', base === 1000 ? 'k' : 'K', 'M', 'G', 'T', 'P', 'E'][unit]!;
  return `${amount < 10 && unit > 0 ? amount.toFixed(1) : Math.round(amount)} ${letter}`;
}

export const diskCommands: CommandTable = {
  df: { path: '/usr/bin/df', run: df },
  du: { path: '/usr/bin/du', run: du },
  mount: { path: '/usr/bin/mount', run: mount },
  umount: { path: '/usr/bin/umount', run: umount },
  dd: { path: '/usr/bin/dd', run: dd },
  sync: { path: '/usr/bin/sync', run: () => 0 },
  swapon: { path: '/usr/sbin/swapon', run: () => 0 },
  swapoff: { path: '/usr/sbin/swapoff', run: () => 0 },
};
