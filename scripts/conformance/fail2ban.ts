/**
 * `npm run conformance -- fail2ban [service…] [--misses N] [--all] [--json]`: fail2ban's sample logs, each line with the address that its filters blame, or none. A
 * line is right where our event blames exactly that address: an outcome of failure with that source. Exit code 1 below the floor.
 *
 * Filters have modes; a line that one mode blames and another does not is right either way. Lines go through the parser that their content is recognised as.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { EcsDocument, ParserDefinition } from '@netsentinel/contracts/parser';
import { recognise } from '@netsentinel/normalise/parsers/find-parser';
import { RecordReader } from '@netsentinel/normalise/records/record-reader';
import { sampleOf } from '@netsentinel/normalise/records/sample';
import { canonicalAddress } from '@netsentinel/normalise/text/canonical-address';
import { LISTED } from './fail2ban-services.ts';

const FLOOR = 98;
/** fail2ban's own tests run on this day in this zone. */
const REFERENCE_MS = Date.UTC(2005, 7, 14, 10);
const ZONE = 'Europe/Zurich';

interface Expected {
  readonly match: boolean;
  readonly host?: string;
  readonly time?: string | null;
}

interface Case {
  readonly line: string;
  /** More than one where modes differ. */
  readonly expected: Expected[];
}

interface Miss {
  readonly line: string;
  readonly expected: string;
  readonly ours: string;
}

interface Result {
  lines: number;
  right: number;
  /** Lines with a time, and those where ours is the same. */
  timed: number;
  onTime: number;
  readonly misses: Miss[];
}

export async function measure(args: readonly string[]): Promise<number> {
  const corpus = process.env['NETSENTINEL_CORPUS'];
  const folder = corpus === undefined ? '' : join(corpus, '07-fail2ban/logs');
  if (corpus === undefined || !existsSync(folder)) {
    process.stdout.write('fail2ban: skipped without NETSENTINEL_CORPUS\n');
    return 0;
  }
  const shown = args.includes('--misses') ? Number(args[args.indexOf('--misses') + 1]) : 5;
  const wanted = args.filter((arg, i) => !arg.startsWith('--') && args[i - 1] !== '--misses');
  const total = { lines: 0, right: 0, timed: 0, onTime: 0 };
  for (const service of readdirSync(folder).toSorted()) {
    const path = join(folder, service);
    const listed = LISTED[service] !== undefined;
    if (
      !statSync(path).isFile() ||
      !(wanted.includes(service) || (wanted.length === 0 && (listed || args.includes('--all'))))
    )
      continue;
    const result = await run(casesOf(readFileSync(path, 'utf8')));
    if (listed) for (const name of ['lines', 'right', 'timed', 'onTime'] as const) total[name] += result[name];
    report(service, listed, result, args.includes('--json') ? -1 : shown);
  }
  const percent = share(total.right, total.lines);
  const good = wanted.length > 0 || percent >= FLOOR;
  process.stdout.write(
    args.includes('--json')
      ? `${JSON.stringify({ name: 'fail2ban', good, percent, floor: FLOOR, ...total })}\n`
      : `fail2ban: ${percent}% of ${total.lines} lines of listed services give the expected address, or none (floor ${FLOOR}%${good ? '' : ', BELOW'}); times ${share(total.onTime, total.timed)}%\n`,
  );
  return good ? 0 : 1;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.round((part / whole) * 10_000) / 100;
}

function report(
  service: string,
  listed: boolean,
  { lines, right, misses, timed, onTime }: Result,
  shown: number,
): void {
  if (shown < 0) {
    process.stdout.write(`${JSON.stringify({ service, listed, lines, right, timed, onTime })}\n`);
    return;
  }
  process.stdout.write(
    `${service}${listed ? '' : ' (not listed)'}: ${right} of ${lines} (${share(right, lines)}%), times ${onTime} of ${timed}\n`,
  );
  for (const { line, expected, ours } of misses.slice(0, shown))
    process.stdout.write(`  expected ${expected}, ours ${ours}: ${line.slice(0, 230)}\n`);
}

/** Each log line with the comment before it. */
function casesOf(text: string): Case[] {
  const cases: Case[] = [];
  const byText = new Map<string, Expected[]>();
  let comment: Expected | undefined;
  for (const line of text.split('\n')) {
    const json = /^#\s*failJSON:\s*(\{.*\})\s*$/.exec(line);
    if (json !== null) comment = JSON.parse(json[1]!) as Expected;
    else if (line !== '' && !line.startsWith('#') && comment !== undefined) {
      const expected = byText.get(line) ?? [];
      byText.set(line, expected);
      expected.push(comment);
      cases.push({ line, expected });
      comment = undefined;
    }
  }
  return cases;
}

async function run(cases: readonly Case[]): Promise<Result> {
  const result: Result = { lines: 0, right: 0, timed: 0, onTime: 0, misses: [] };
  const readers = new Map<string, (line: string) => EcsDocument | undefined>();
  for (const { line, expected } of cases) {
    const [best] = await recognise(sampleOf(Buffer.from(`${line}\n`), true));
    let read = best === undefined ? undefined : readers.get(best.definition.id);
    if (best !== undefined && read === undefined) {
      read = readerOf(best.definition);
      readers.set(best.definition.id, read);
    }
    judge(line, expected, read?.(line), result);
  }
  return result;
}

/** One parser for all lines of a file that it reads, since it may remember what earlier lines said. */
function readerOf(definition: ParserDefinition): (line: string) => EcsDocument | undefined {
  let last: EcsDocument | undefined;
  const reader = new RecordReader({
    definition,
    parse: { zone: ZONE, referenceMs: REFERENCE_MS, trustedProxies: [] },
    onDocument: (document) => (last = document),
    onRefused: () => undefined,
  });
  return (line) => {
    last = undefined;
    reader.line(line, 1);
    reader.settle();
    return last;
  };
}

function judge(line: string, expected: readonly Expected[], document: EcsDocument | undefined, result: Result): void {
  const blamed = document?.event.outcome === 'failure' ? (document.source?.ip ?? document.source?.address) : undefined;
  const wanted = expected.map(({ match, host }) => (match ? canonical(host) : undefined));
  result.lines++;
  // A match without a host leaves it open.
  const open = expected.some(({ match, host }) => match && host === undefined);
  if (open || wanted.includes(canonical(blamed))) result.right++;
  else
    result.misses.push({ line, expected: wanted.map((host) => host ?? 'none').join(' or '), ours: blamed ?? 'none' });
  const time = expected.find(({ match, time: one }) => match && typeof one === 'string')?.time;
  if (typeof time !== 'string') return;
  result.timed++;
  const at = document?.['@timestamp'];
  if (at !== undefined && localTime(at) === localTime(withOffset(time))) result.onTime++;
}

function canonical(host: string | undefined): string | undefined {
  return host === undefined ? undefined : (canonicalAddress(host) ?? host);
}

/** The expected times are of summer where the day is. */
function withOffset(time: string): string {
  const day = time.slice(5, 10);
  return `${time.replace(/-(\d)T/, '-0$1T')}${day >= '03-27' && day < '10-30' ? '+02:00' : '+01:00'}`;
}

function localTime(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}
