/** `date`, `cal`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { parseDate } from './date-parse.ts';
import { parseOptions, usageError } from './options.ts';
import { bytesToBinary, complain, errorText, quoted, readFile, splitLines } from './text.ts';
import { MONTHS, strftime, zonedTime, zoneOf } from './time-format.ts';
import { isCLocale } from './collation.ts';

const ISO: Readonly<Record<string, string>> = {
  date: '%Y-%m-%d',
  hours: '%Y-%m-%dT%H%:z',
  minutes: '%Y-%m-%dT%H:%M%:z',
  seconds: '%Y-%m-%dT%H:%M:%S%:z',
  ns: '%Y-%m-%dT%H:%M:%S,%N%:z',
};

function date(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'd:f:I::r:Rs:u',
    usage: '[OPTION]... [+FORMAT]',
    long: {
      'date=': 'd',
      'file=': 'f',
      'iso-8601?': 'I',
      'reference=': 'r',
      'rfc-email': 'R',
      'rfc-2822': 'R',
      'rfc-3339=': 'rfc3339',
      'set=': 's',
      utc: 'u',
      universal: 'u',
      uct: 'u',
      debug: 'debug',
      resolution: 'resolution',
    },
  });
  if (typeof options === 'number') return options;
  const zone = options.has('u') ? 'UTC' : zoneOf(ctx);
  let format = isCLocale(ctx, 'LC_TIME') ? '%a %b %e %H:%M:%S %Z %Y' : '%a %b %e %r %Z %Y';
  if (options.has('R')) format = '%a, %d %b %Y %H:%M:%S %z';
  if (options.has('I')) format = ISO[options.value('I') ?? 'date'] ?? '';
  if (options.has('rfc3339'))
    format =
      { date: '%Y-%m-%d', seconds: '%Y-%m-%d %H:%M:%S%:z', ns: '%Y-%m-%d %H:%M:%S.%N%:z' }[
        options.value('rfc3339') ?? ''
      ] ?? '';
  if (format === '')
    return usageError(
      ctx,
      `invalid argument ${quoted(options.value('I') ?? options.value('rfc3339') ?? '')} for ${quoted(options.has('I') ? '--iso-8601' : '--rfc-3339')}`,
    );
  const [operand, extra] = options.operands;
  if (extra !== undefined) return usageError(ctx, `extra operand ${quoted(extra)}`);
  if (operand !== undefined && !operand.startsWith('+')) {
    if (!/^\d{8,12}(\.\d\d)?$/.test(operand)) return complain(ctx, `invalid date ${quoted(operand)}`);
    return ctx.user.uid === 0 ? 0 : complain(ctx, 'cannot set date: Operation not permitted');
  }
  if (operand !== undefined) format = operand.slice(1);
  const show = (ms: number): void => ctx.stdout.write(`${strftime(zonedTime(ms, zone), format)}\n`);
  const text = options.value('d') ?? options.value('s');
  if (options.has('f')) {
    const file = readFile(ctx, options.value('f')!);
    if (!file.ok) return complain(ctx, `${options.value('f')}: ${errorText(file.error)}`);
    for (const line of splitLines(bytesToBinary(file.bytes))) {
      const parsed = parseDate(ctx, line);
      if (parsed === undefined) return complain(ctx, `invalid date ${quoted(line)}`);
      show(parsed);
    }
    return 0;
  }
  if (options.has('r')) {
    const stat = ctx.fs.stat(ctx.resolve(options.value('r')!), ctx.user);
    if (!stat.ok) return complain(ctx, `${options.value('r')}: ${errorText(stat.error)}`);
    show(stat.value.mtime * 1000);
    return 0;
  }
  const at =
    text === undefined
      ? ctx.clock.now()
      : text.trim() === ''
        ? Math.floor(ctx.clock.now() / 86_400_000) * 86_400_000
        : parseDate(options.has('u') ? withZone(ctx, 'UTC') : ctx, text);
  if (at === undefined) return complain(ctx, `invalid date ${quoted(text ?? '')}`);
  if (options.has('s') && ctx.user.uid !== 0) complain(ctx, 'cannot set date: Operation not permitted');
  show(at);
  return options.has('s') && ctx.user.uid !== 0 ? 1 : 0;
}

/** The same session reading dates in another zone. */
function withZone(ctx: CommandContext, zone: string): CommandContext {
  return {
    clock: ctx.clock,
    machine: ctx.machine,
    env: new Map([...ctx.env, ['TZ', zone]]),
  } as unknown as CommandContext;
}

function monthLines(year: number, month: number): string[] {
  const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const cells = [
    ...Array.from({ length: first }, () => '  '),
    ...Array.from({ length: days }, (_, day) => String(day + 1).padStart(2)),
  ];
  const lines: string[] = [];
  for (let row = 0; row < 6; row += 1)
    lines.push(
      cells
        .slice(row * 7, row * 7 + 7)
        .join(' ')
        .padEnd(20),
    );
  return lines;
}

const centred = (text: string, width: number): string =>
  `${' '.repeat(Math.max(0, Math.floor((width - text.length) / 2)))}${text}`.padEnd(width);

function cal(ctx: CommandContext): number {
  const now = zonedTime(ctx.clock.now(), zoneOf(ctx));
  const args = ctx.argv.slice(1).filter((arg) => !arg.startsWith('-'));
  const whole = ctx.argv.includes('-y') || args.length === 1;
  const year = Number(args.at(-1) ?? now.year);
  const month = args.length > 1 ? Number(args[0]) : now.month;
  if (!(year >= 1 && year <= 9999)) return complain(ctx, 'illegal year value: use 1-9999');
  if (!(month >= 1 && month <= 12)) return complain(ctx, `illegal month value: use 1-12`);
  const heads = 'Su Mo Tu We Th Fr Sa';
  if (!whole) {
    ctx.stdout.write(
      `${[
        centred(`${MONTHS[month - 1]} ${year}`, 20)
          .trimEnd()
          .padEnd(20),
        heads,
        ...monthLines(year, month),
      ]
        .map((line) => `${line}  `)
        .join('\n')}\n`,
    );
    return 0;
  }
  ctx.stdout.write(`${centred(String(year), 64).trimEnd()}\n`);
  for (let quarter = 0; quarter < 12; quarter += 3) {
    const months = [1, 2, 3].map((offset) => [
      centred(MONTHS[quarter + offset - 1]!, 20),
      heads,
      ...monthLines(year, quarter + offset),
    ]);
    for (let row = 0; row < 8; row += 1) ctx.stdout.write(`${months.map((lines) => lines[row]!).join('  ')}\n`);
  }
  return 0;
}

export const dateCommands: CommandTable = {
  date: { path: '/usr/bin/date', run: date },
  cal: { path: '/usr/bin/cal', run: cal },
  ncal: { path: '/usr/bin/ncal', run: cal },
};
