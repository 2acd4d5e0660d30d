/** File attributes on the wire (draft-ietf-secsh-filexfer-02 section 5) and the `ls -l` line that comes with a name. */
import { modeText, TYPE_BITS } from '../../shell/commands/modes.ts';
import type { FsStat } from '../../shell/shell.types.ts';
import type { WireReader, WireWriter } from '../wire.ts';

export interface SftpAttributes {
  readonly size?: bigint;
  readonly owner?: { readonly uid: number; readonly gid: number };
  readonly mode?: number;
  readonly times?: { readonly atime: number; readonly mtime: number };
}

const HAS_SIZE = 1;
const HAS_OWNER = 2;
const HAS_MODE = 4;
const HAS_TIMES = 8;
const HAS_EXTENDED = 0x80000000;

/** Sets the reader's `ok` to false where something is malformed. */
export function readAttributes(reader: WireReader): SftpAttributes {
  const flags = reader.u32();
  const size = (flags & HAS_SIZE) === 0 ? undefined : readU64(reader);
  const owner = (flags & HAS_OWNER) === 0 ? undefined : { uid: reader.u32(), gid: reader.u32() };
  const mode = (flags & HAS_MODE) === 0 ? undefined : reader.u32();
  const times = (flags & HAS_TIMES) === 0 ? undefined : { atime: reader.u32(), mtime: reader.u32() };
  if ((flags & HAS_EXTENDED) !== 0) {
    const count = reader.u32();
    for (let i = 0; i < count && reader.ok; i++) {
      reader.string();
      reader.string();
    }
  }
  return {
    ...(size !== undefined && { size }),
    ...(owner !== undefined && { owner }),
    ...(mode !== undefined && { mode }),
    ...(times !== undefined && { times }),
  };
}

export function writeAttributes(writer: WireWriter, stat: FsStat): void {
  writer.u32(HAS_SIZE | HAS_OWNER | HAS_MODE | HAS_TIMES);
  writeU64(writer, BigInt(stat.size));
  writer.u32(stat.uid).u32(stat.gid);
  writer.u32(TYPE_BITS[stat.type] | stat.mode);
  writer.u32(stat.atime).u32(stat.mtime);
}

export function readU64(reader: WireReader): bigint {
  const high = BigInt(reader.u32());
  return (high << 32n) | BigInt(reader.u32());
}

export function writeU64(writer: WireWriter, value: bigint): void {
  writer.u32(Number((value >> 32n) & 0xffffffffn)).u32(Number(value & 0xffffffffn));
}

export interface LongNameContext {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly timeZone: string;
  user(uid: number): string | undefined;
  group(gid: number): string | undefined;
}

/** `-rw-r--r--    1 root     root         1234 Nov 21 01:00 name`, as OpenSSH's `ls_file` writes it. */
export function longName(name: string, stat: FsStat, context: LongNameContext): string {
  const user = context.user(stat.uid) ?? String(stat.uid);
  const group = context.group(stat.gid) ?? String(stat.gid);
  const columns = [
    // BSD's `strmode` ends with a blank.
    `${modeText(stat.type, stat.mode)}  ${String(stat.nlink).padStart(3)}`,
    user.padEnd(8),
    group.padEnd(8),
    String(stat.size).padStart(8),
    dateText(stat.mtime, context),
    name,
  ];
  return columns.join(' ');
}

const HALF_YEAR_S = (365 * 24 * 60 * 60) / 2;
const formats = new Map<string, Intl.DateTimeFormat>();

/** `%b %e %H:%M`, or `%b %e  %Y` for what is older than half a year or in the future. */
function dateText(mtime: number, context: LongNameContext): string {
  const nowS = Math.floor(context.now / 1000);
  let format = formats.get(context.timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: context.timeZone,
      year: 'numeric',
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(context.timeZone, format);
  }
  const part: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(mtime * 1000)) part[type] = value;
  const day = `${part['month']} ${part['day']!.padStart(2)}`;
  if (nowS < mtime || nowS - HALF_YEAR_S >= mtime) return `${day}  ${part['year']}`;
  return `${day} ${part['hour']}:${part['minute']}`;
}
