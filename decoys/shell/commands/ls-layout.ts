/** How `ls` lays entries out: the long format, columns that fit the terminal, colours, quoting, indicators. */
import type { CommandContext } from '../command.types.ts';
import type { FsStat } from '../shell.types.ts';
import { nameTables } from './accounts-data.ts';
import { modeText } from './modes.ts';
import { humanSize } from './sizes.ts';
import { quotedIfNeeded } from './text.ts';
import { strftime, zonedTime, zoneOf } from './time-format.ts';

export type LsFormat = 'long' | 'columns' | 'across' | 'commas' | 'single';

export interface Entry {
  readonly name: string;
  readonly path: string;
  readonly stat: FsStat;
}

export interface Layout {
  readonly format: LsFormat;
  readonly human: 'none' | 'binary' | 'decimal';
  readonly color: boolean;
  readonly indicator: 'none' | 'classify' | 'file-type' | 'slash';
  readonly time: 'mtime' | 'atime' | 'ctime';
  readonly timeStyle: string;
  readonly width: number;
  readonly inode: boolean;
  readonly blocks: boolean;
  readonly numeric: boolean;
  readonly owner: boolean;
  readonly group: boolean;
  readonly author: boolean;
  readonly context: boolean;
  readonly quoting: 'none' | 'shell' | 'c';
  readonly bytesPerBlock: number;
}

/** Kilobytes on an ext4 disk. */
export function blocksOf(stat: FsStat): number {
  if (stat.type === 'directory') return Math.max(4, Math.ceil(stat.size / 4096) * 4);
  return stat.type === 'file' ? Math.ceil(stat.size / 4096) * 4 : 0;
}

interface Cell {
  readonly text: string;
  readonly width: number;
}

export function layOut(ctx: CommandContext, entries: readonly Entry[], layout: Layout): string {
  if (entries.length === 0) return '';
  if (layout.format === 'long') return longLines(ctx, entries, layout);
  const quotes = layout.quoting === 'shell' && entries.some((entry) => quotedIfNeeded(entry.name) !== entry.name);
  const inodeWidth = Math.max(...entries.map((entry) => String(entry.stat.inode).length));
  const cells = entries.map((entry): Cell => {
    const name = nameCell(ctx, entry, layout, quotes && layout.format !== 'single' && layout.format !== 'commas');
    const blocks = layout.blocks ? `${blocksOf(entry.stat)} ` : '';
    const prefix =
      (layout.inode ? `${String(entry.stat.inode).padStart(layout.format === 'commas' ? 0 : inodeWidth)} ` : '') +
      blocks;
    return { text: prefix + name.text, width: prefix.length + name.width };
  });
  if (layout.format === 'single') return cells.map((cell) => `${cell.text}\n`).join('');
  if (layout.format === 'commas') return commaLines(cells, layout.width);
  return columnLines(cells, layout.width, layout.format === 'across');
}

function commaLines(cells: readonly Cell[], width: number): string {
  let text = '';
  let column = 0;
  for (const [index, cell] of cells.entries()) {
    if (index > 0) {
      const breaks = column + 2 + cell.width + (index < cells.length - 1 ? 1 : 0) > width;
      text += breaks ? ',\n' : ', ';
      column = breaks ? 0 : column + 2;
    }
    text += cell.text;
    column += cell.width;
  }
  return `${text}\n`;
}

/** The most columns whose widths, two spaces apart, fit the line; tabs pad them when output is wide enough to use them. */
function columnLines(cells: readonly Cell[], width: number, across: boolean): string {
  const total = cells.length;
  let rows = total;
  let widths: number[] = [];
  for (let columns = Math.min(total, Math.max(1, Math.floor(width / 3))); columns >= 1; columns -= 1) {
    rows = Math.ceil(total / columns);
    widths = Array.from({ length: columns }, () => 0);
    for (const [index, cell] of cells.entries()) {
      const column = across ? index % columns : Math.floor(index / rows);
      widths[column] = Math.max(widths[column]!, cell.width + (column === columns - 1 ? 0 : 2));
    }
    if (columns === 1 || widths.reduce((sum, value) => sum + value, 0) < width) break;
  }
  const columns = widths.length;
  const lines: string[] = [];
  for (let row = 0; row < rows; row += 1) {
    let line = '';
    let position = 0;
    let start = 0;
    for (let column = 0; column < columns; column += 1) {
      const index = across ? row * columns + column : column * rows + row;
      const cell = cells[index];
      if (cell === undefined) break;
      line += indent(position, start) + cell.text;
      position = start + cell.width;
      start += widths[column]!;
    }
    lines.push(`${line}\n`);
  }
  return lines.join('');
}

/** Fills with tabs where they reach, as `ls` does without `-T 0`. */
function indent(from: number, to: number): string {
  let text = '';
  let at = from;
  while (at < to) {
    if (Math.floor(to / 8) > Math.floor((at + 1) / 8)) {
      text += '\t';
      at += 8 - (at % 8);
    } else {
      text += ' ';
      at += 1;
    }
  }
  return text;
}

function longLines(ctx: CommandContext, entries: readonly Entry[], layout: Layout): string {
  const names = layout.numeric ? { user: String, group: String } : nameTables(ctx);
  const quotes = layout.quoting === 'shell' && entries.some((entry) => quotedIfNeeded(entry.name) !== entry.name);
  const rows = entries.map((entry) => {
    const { stat } = entry;
    const columns = [
      ...(layout.inode ? [String(stat.inode)] : []),
      ...(layout.blocks ? [layout.human === 'none' ? String(blocksOf(stat)) : humanSize(blocksOf(stat) * 1024)] : []),
      modeText(stat.type, stat.mode),
      String(stat.nlink),
      ...(layout.owner ? [names.user(stat.uid)] : []),
      ...(layout.group ? [names.group(stat.gid)] : []),
      ...(layout.author ? [names.user(stat.uid)] : []),
      ...(layout.context ? ['?'] : []),
      sizeText(entry, layout),
    ];
    return { entry, columns };
  });
  const modeAt = (layout.inode ? 1 : 0) + (layout.blocks ? 1 : 0);
  const sizeAt = rows[0]!.columns.length - 1;
  const widths = rows[0]!.columns.map((_, index) => Math.max(...rows.map((row) => row.columns[index]!.length)));
  return rows
    .map(({ entry, columns }) => {
      const cells = columns.map((text, index) => {
        const left = index > modeAt + 1 && index < sizeAt && !(layout.numeric && /^\d+$/.test(text));
        return index === modeAt ? text : left ? text.padEnd(widths[index]!) : text.padStart(widths[index]!);
      });
      const name = nameCell(ctx, entry, layout, quotes).text;
      return `${cells.join(' ')} ${timeText(ctx, entry.stat[layout.time], layout)} ${name}${linkText(ctx, entry, layout)}\n`;
    })
    .join('');
}

function sizeText(entry: Entry, layout: Layout): string {
  const { stat } = entry;
  if (stat.type === 'char' || stat.type === 'block') return deviceNumbers(entry.name);
  return layout.human === 'none' ? String(stat.size) : humanSize(stat.size, layout.human === 'decimal');
}

const DEVICES: Readonly<Record<string, string>> = {
  null: '1,   3',
  zero: '1,   5',
  full: '1,   7',
  random: '1,   8',
  urandom: '1,   9',
  tty: '5,   0',
  console: '5,   1',
  ptmx: '5,   2',
  mem: '1,   1',
  kmsg: '1,  11',
};

function deviceNumbers(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const disk = /^([sv])d([a-z])(\d*)$/.exec(name);
  if (disk !== null)
    return `${disk[1] === 's' ? 8 : 254}, ${String((disk[2]!.charCodeAt(0) - 97) * 16 + Number(disk[3])).padStart(3)}`;
  const terminal = /^(tty|\d)(\d*)$/.exec(name);
  return (
    DEVICES[name] ??
    (terminal === null ? '10, 130' : `${terminal[1] === 'tty' ? 4 : 136}, ${name.replace('tty', '').padStart(3)}`)
  );
}

function timeText(ctx: CommandContext, epochSeconds: number, layout: Layout): string {
  const time = zonedTime(epochSeconds * 1000, zoneOf(ctx));
  const age = ctx.clock.now() / 1000 - epochSeconds;
  const recent = age < 15_778_476 && age >= -1;
  if (layout.timeStyle === 'full-iso')
    return strftime(time, '%Y-%m-%d %H:%M:%S.000000000 %z').replace('.000000000', nanoseconds(epochSeconds));
  if (layout.timeStyle === 'long-iso') return strftime(time, '%Y-%m-%d %H:%M');
  if (layout.timeStyle === 'iso') return strftime(time, recent ? '%m-%d %H:%M' : '%Y-%m-%d ');
  if (layout.timeStyle.startsWith('+')) return strftime(time, layout.timeStyle.slice(1));
  return strftime(time, recent ? '%b %e %H:%M' : '%b %e  %Y');
}

/** The fraction of a time, which the file system keeps only in seconds. */
export function nanoseconds(epochSeconds: number): string {
  const fraction = epochSeconds - Math.floor(epochSeconds);
  return `.${String(Math.floor(fraction * 1e9)).padStart(9, '0')}`;
}

function nameCell(ctx: CommandContext, entry: Entry, layout: Layout, aligned: boolean): Cell {
  let shown = entry.name;
  if (layout.quoting === 'c') shown = `"${entry.name.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  else if (layout.quoting === 'shell') {
    shown = quotedIfNeeded(entry.name);
    if (aligned && shown === entry.name) shown = ` ${shown}`;
  }
  const mark = indicatorOf(entry.stat, layout);
  const codes = layout.color ? colorOf(ctx, entry) : '';
  const lead = shown.startsWith(' ') && aligned ? ' ' : '';
  const bare = shown.slice(lead.length);
  return {
    text: codes === '' ? `${shown}${mark}` : `${lead}\x1b[${codes}m${bare}\x1b[0m${mark}`,
    width: shown.length + mark.length,
  };
}

function indicatorOf(stat: FsStat, layout: Layout): string {
  if (layout.indicator === 'none') return '';
  if (stat.type === 'directory') return '/';
  if (layout.indicator === 'slash') return '';
  const marks: Partial<Record<FsStat['type'], string>> = {
    symlink: layout.format === 'long' ? '' : '@',
    fifo: '|',
    socket: '=',
  };
  return (
    marks[stat.type] ??
    (layout.indicator === 'classify' && stat.type === 'file' && (stat.mode & 0o111) !== 0 ? '*' : '')
  );
}

function colorOf(ctx: CommandContext, { name, path, stat }: Entry): string {
  if (stat.type === 'directory')
    return (stat.mode & 0o1002) === 0o1002 ? '30;42' : stat.mode & 0o002 ? '34;42' : '01;34';
  if (stat.type === 'symlink') return ctx.fs.stat(path, ctx.user).ok ? '01;36' : '40;31;01';
  if (stat.type === 'char' || stat.type === 'block') return '40;33;01';
  if (stat.type === 'fifo') return '40;33';
  if (stat.type === 'socket') return '01;35';
  if (stat.mode & 0o4000) return '37;41';
  if (stat.mode & 0o2000) return '30;43';
  if (stat.mode & 0o111) return '01;32';
  if (/\.(tar|tgz|gz|bz2|xz|zip|7z|rar|zst|deb|rpm|jar|lz4|lzma|cpio)$/.test(name)) return '01;31';
  return /\.(jpe?g|png|gif|bmp|svg|mpe?g|mp4|avi|mkv|webm)$/.test(name) ? '01;35' : '';
}

function linkText(ctx: CommandContext, entry: Entry, layout: Layout): string {
  if (entry.stat.type !== 'symlink') return '';
  const target = ctx.fs.readlink(entry.path, ctx.user);
  if (!target.ok) return '';
  const shown = layout.quoting === 'shell' ? quotedIfNeeded(target.value) : target.value;
  const stat = layout.color || layout.indicator !== 'none' ? ctx.fs.stat(entry.path, ctx.user) : undefined;
  if (stat === undefined || !stat.ok) return layout.color ? ` -> \x1b[40;31;01m${shown}\x1b[0m` : ` -> ${shown}`;
  const codes = layout.color ? colorOf(ctx, { name: target.value, path: entry.path, stat: stat.value }) : '';
  return ` -> ${codes === '' ? shown : `\x1b[${codes}m${shown}\x1b[0m`}${indicatorOf(stat.value, layout)}`;
}
