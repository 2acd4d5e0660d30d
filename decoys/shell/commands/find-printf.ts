/** What `find` prints of a file: the lines of `-ls` and the directives of `-printf`. */
import type { CommandContext } from '../command.types.ts';
import { nameTables } from './accounts-data.ts';
import { blocksOf } from './ls-layout.ts';
import { modeText } from './modes.ts';
import { baseName } from './text.ts';
import { strftime, zonedTime, zoneOf } from './time-format.ts';
import type { Visit } from './tree-walk.ts';

/** One line as `ls -dils` has it. */
export function listingText(ctx: CommandContext, visit: Visit): string {
  const names = nameTables(ctx);
  const { stat } = visit;
  const time = strftime(
    zonedTime(stat.mtime * 1000, zoneOf(ctx)),
    ctx.clock.now() / 1000 - stat.mtime < 15_778_476 ? '%b %e %H:%M' : '%b %e  %Y',
  );
  return `${String(stat.inode).padStart(9)} ${String(blocksOf(stat)).padStart(6)} ${modeText(stat.type, stat.mode)} ${String(stat.nlink).padStart(3)} ${names.user(stat.uid).padEnd(8)} ${names.group(stat.gid).padEnd(8)} ${String(stat.size).padStart(8)} ${time} ${visit.name}\n`;
}

/** What `-printf FORMAT` writes for one file. */
export function printfText(ctx: CommandContext, visit: Visit, format: string): string {
  const names = nameTables(ctx);
  const { stat } = visit;
  const time = (seconds: number): string =>
    strftime(zonedTime(seconds * 1000, zoneOf(ctx)), '%a %b %e %H:%M:%S.0000000000 %Y');
  const values: Readonly<Record<string, () => string>> = {
    p: () => visit.name,
    f: () => baseName(visit.name),
    h: () => visit.name.slice(0, Math.max(0, visit.name.lastIndexOf('/'))) || '.',
    P: () => visit.name.replace(/^[^/]*\/?/, ''),
    s: () => String(stat.size),
    m: () => stat.mode.toString(8),
    M: () => modeText(stat.type, stat.mode),
    u: () => names.user(stat.uid),
    g: () => names.group(stat.gid),
    U: () => String(stat.uid),
    G: () => String(stat.gid),
    i: () => String(stat.inode),
    n: () => String(stat.nlink),
    d: () => String(visit.depth),
    k: () => String(blocksOf(stat)),
    b: () => String(blocksOf(stat) * 2),
    y: () => ({ file: 'f', directory: 'd', symlink: 'l', char: 'c', block: 'b', fifo: 'p', socket: 's' })[stat.type],
    l: () => (stat.type === 'symlink' ? readTarget(ctx, visit.path) : ''),
    t: () => time(stat.mtime),
    a: () => time(stat.atime),
    c: () => time(stat.ctime),
  };
  return format.replaceAll(
    /\\([nt0\\])|%([TAC])(@|[a-zA-Z+])|%%|%(-?\d*)([a-zA-Z])/g,
    (whole, escape?: string, which?: string, how?: string, width?: string, letter?: string) => {
      if (escape !== undefined) return { n: '\n', t: '\t', '0': '\0', '\\': '\\' }[escape]!;
      if (which !== undefined) {
        const seconds = stat[({ T: 'mtime', A: 'atime', C: 'ctime' } as const)[which as 'T']];
        return how === '@'
          ? `${seconds}.0000000000`
          : how === '+'
            ? strftime(zonedTime(seconds * 1000, zoneOf(ctx)), '%Y-%m-%d+%H:%M:%S.0000000000')
            : strftime(zonedTime(seconds * 1000, zoneOf(ctx)), `%${how}`);
      }
      if (letter === undefined) return '%';
      const text = values[letter]?.() ?? whole;
      const wide = Number(width ?? 0) || 0;
      return wide < 0 ? text.padEnd(Math.min(-wide, 200)) : text.padStart(Math.min(wide, 200));
    },
  );
}

function readTarget(ctx: CommandContext, path: string): string {
  const target = ctx.fs.readlink(path, ctx.user);
  return target.ok ? target.value : '';
}
