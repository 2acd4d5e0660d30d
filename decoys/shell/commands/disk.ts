/** Room on the disk: `df`, `du`, `mount`, `umount`, `findmnt`-less, `swapon`, `sync`, `dd`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { blocksOf } from './ls-layout.ts';
import { fraction, memory } from './machine-facts.ts';
import { mounts } from './mounts.ts';
import type { Mount } from './mounts.ts';
import { parseOptions, usageError } from './options.ts';
import { humanSize, parseSize } from './sizes.ts';
import { complain, errorText, joinPath, quoted } from './text.ts';
import { countEntry } from './tree-walk.ts';

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
        : String(Math.ceil(kb / unit)) + (/^[KMGT]$/.test(block ?? '') ? block! : '');
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
        ? `${Math.floor(unit * 1024)}-blocks`
        : block === undefined
          ? `${options.has('m') ? '1M' : '1K'}-blocks`
          : `${block.replace(/^(?=[KMGT])/, '1').replace(/^1024$/, '1K')}${/^\d+$/.test(block) && block !== '1024' ? 'B' : ''}-blocks`;
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

export const diskCommands: CommandTable = {
  df: { path: '/usr/bin/df', run: df },
  du: { path: '/usr/bin/du', run: du },
};
