/** Dates in the machine's time zone, and `strftime` as `date`, `ls` and `stat` use it. */
import type { CommandContext } from '../command.types.ts';

export interface ZonedTime {
  readonly epochMs: number;
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly offsetMinutes: number;
  readonly zone: string;
}

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
export const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

const formats = new Map<string, Intl.DateTimeFormat>();

/** The zone that programs of this session use: `TZ`, or the machine's. */
export function zoneOf(ctx: Pick<CommandContext, 'env' | 'machine'>): string {
  const wanted = ctx.env.get('TZ')?.replace(/^:/, '');
  return wanted !== undefined && formatFor(wanted) !== undefined
    ? wanted
    : wanted === undefined
      ? ctx.machine.persona.timeZone
      : 'UTC';
}

function formatFor(zone: string): Intl.DateTimeFormat | undefined {
  if (!/^[A-Za-z][\w+/-]{1,40}$/.test(zone)) return undefined;
  const known = formats.get(zone);
  if (known !== undefined) return known;
  try {
    const format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      hourCycle: 'h23',
      timeZoneName: 'short',
    });
    if (formats.size < 64) formats.set(zone, format);
    return format;
  } catch {
    return undefined;
  }
}

export function zonedTime(epochMs: number, zone: string): ZonedTime {
  const format = formatFor(zone) ?? formatFor('UTC')!;
  const parts = new Map(format.formatToParts(epochMs).map((part) => [part.type, part.value]));
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const [year, month, day, hour, minute, second] = [
    number('year'),
    number('month'),
    number('day'),
    number('hour'),
    number('minute'),
    number('second'),
  ];
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  const offsetMinutes = Math.round((local - Math.floor(epochMs / 1000) * 1000) / 60_000);
  return {
    epochMs,
    year,
    month,
    day,
    hour,
    minute,
    second,
    weekday: new Date(local).getUTCDay(),
    offsetMinutes,
    zone: abbreviation(epochMs, zone, parts.get('timeZoneName') ?? 'UTC', offsetMinutes),
  };
}

function abbreviation(epochMs: number, zone: string, british: string, offsetMinutes: number): string {
  if (!british.startsWith('GMT') || zone === 'GMT') return british;
  const american = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'short' })
    .formatToParts(epochMs)
    .find((part) => part.type === 'timeZoneName')?.value;
  return american !== undefined && !american.startsWith('GMT')
    ? american
    : offsetText(offsetMinutes).replace(/00$/, '');
}

export function offsetText(minutes: number, colon = ''): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${colon}${pad(size % 60)}`;
}

export function pad(value: number, width = 2, fill = '0'): string {
  return String(value).padStart(width, fill);
}

function dayOfYear(time: ZonedTime): number {
  return Math.round((Date.UTC(time.year, time.month - 1, time.day) - Date.UTC(time.year, 0, 1)) / 86_400_000);
}

function isoWeek(time: ZonedTime): { year: number; week: number } {
  const thursday = new Date(Date.UTC(time.year, time.month - 1, time.day + 4 - (time.weekday || 7)));
  const year = thursday.getUTCFullYear();
  return { year, week: 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * 86_400_000)) };
}

/** One conversion of `strftime` (without its flags), or undefined for one that does not exist. */
function conversion(time: ZonedTime, letter: string, colons: number): string | undefined {
  const hour12 = time.hour % 12 || 12;
  switch (letter) {
    case 'Y':
      return String(time.year);
    case 'C':
      return pad(Math.floor(time.year / 100));
    case 'y':
      return pad(time.year % 100);
    case 'm':
      return pad(time.month);
    case 'd':
      return pad(time.day);
    case 'e':
      return pad(time.day, 2, ' ');
    case 'H':
      return pad(time.hour);
    case 'k':
      return pad(time.hour, 2, ' ');
    case 'I':
      return pad(hour12);
    case 'l':
      return pad(hour12, 2, ' ');
    case 'M':
      return pad(time.minute);
    case 'S':
      return pad(time.second);
    case 'p':
      return time.hour < 12 ? 'AM' : 'PM';
    case 'P':
      return time.hour < 12 ? 'am' : 'pm';
    case 'B':
      return MONTHS[time.month - 1];
    case 'b':
    case 'h':
      return MONTHS[time.month - 1]!.slice(0, 3);
    case 'A':
      return WEEKDAYS[time.weekday];
    case 'a':
      return WEEKDAYS[time.weekday]!.slice(0, 3);
    case 'u':
      return String(time.weekday || 7);
    case 'w':
      return String(time.weekday);
    case 'j':
      return pad(dayOfYear(time) + 1, 3);
    case 'U':
      return pad(Math.floor((dayOfYear(time) + 7 - time.weekday) / 7));
    case 'W':
      return pad(Math.floor((dayOfYear(time) + 7 - ((time.weekday + 6) % 7)) / 7));
    case 'V':
      return pad(isoWeek(time).week);
    case 'G':
      return String(isoWeek(time).year);
    case 'g':
      return pad(isoWeek(time).year % 100);
    case 'q':
      return String(Math.ceil(time.month / 3));
    case 's':
      return String(Math.floor(time.epochMs / 1000));
    case 'N':
      return `${pad(((time.epochMs % 1000) + 1000) % 1000, 3)}${pad(Math.floor(time.epochMs * 7919) % 1_000_000, 6)}`;
    case 'z':
      return colons === 2
        ? `${offsetText(time.offsetMinutes, ':')}:00`
        : offsetText(time.offsetMinutes, colons === 1 ? ':' : '');
    case 'Z':
      return time.zone;
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case '%':
      return '%';
    case 'D':
    case 'x':
      return strftime(time, '%m/%d/%y');
    case 'F':
      return strftime(time, '%Y-%m-%d');
    case 'T':
    case 'X':
      return strftime(time, '%H:%M:%S');
    case 'R':
      return strftime(time, '%H:%M');
    case 'r':
      return strftime(time, '%I:%M:%S %p');
    case 'c':
      return strftime(time, '%a %b %e %H:%M:%S %Y');
    default:
      return undefined;
  }
}

/** `strftime` with the flags of GNU date: `-` `_` `0` `^` `#`, a width, and `:` before `z`. */
export function strftime(time: ZonedTime, format: string): string {
  return format.replaceAll(
    /%([-_0^#]*)(\d*)([EO]?)(:*)([A-Za-z%])/g,
    (whole, flags: string, width: string, _modifier: string, colons: string, letter: string) => {
      let text = conversion(time, letter, colons.length);
      if (text === undefined) return whole;
      const numeric = /^[ \d]+$/.test(text);
      if (letter === 'N' && width !== '') return text.slice(0, Number(width));
      if (flags.includes('-') && numeric) text = text.replace(/^[ 0]+(?=\d)/, '');
      if (flags.includes('_') && numeric) text = text.replace(/^0+(?=\d)/, (zeros) => ' '.repeat(zeros.length));
      if (flags.includes('0') && numeric) text = text.replace(/^ +/, (spaces) => '0'.repeat(spaces.length));
      if (flags.includes('^')) text = text.toUpperCase();
      if (flags.includes('#')) text = letter === 'Z' || letter === 'p' ? text.toLowerCase() : text.toUpperCase();
      return width === ''
        ? text
        : text.padStart(Math.min(Number(width), 100), numeric && !flags.includes('_') ? '0' : ' ');
    },
  );
}
