/**
 * `npm run conformance -- web [set…] [--misses N]`: web inspection against labelled requests and parameter values. Exit code 1 where a set is below
 * its floor.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect, inspectValue } from '@netsentinel/detect/web/inspect';
import type { WebFinding } from '@netsentinel/detect/web/web-inspection.types';
import { webSets, type Sample, type WebSet } from './web-sets.ts';

export async function measure(args: readonly string[]): Promise<number> {
  const corpus = process.env['NETSENTINEL_CORPUS'];
  if (corpus === undefined) {
    process.stdout.write('web: skipped without NETSENTINEL_CORPUS\n');
    return 0;
  }
  const misses = args.includes('--misses') ? Number(args[args.indexOf('--misses') + 1]) : 0;
  const wanted = args.filter((arg, i) => !arg.startsWith('--') && args[i - 1] !== '--misses');
  let failed = false;
  for (const set of webSets) {
    if (wanted.length > 0 && !wanted.some((name) => set.name.startsWith(name))) continue;
    if (!report(set, await set.samples((path) => readFileSync(join(corpus, path)), corpus), misses)) failed = true;
  }
  return failed ? 1 : 0;
}

/** True where the set is at or above its floor. */
function report(set: WebSet, samples: readonly Sample[], misses: number): boolean {
  let flagged = 0;
  const groups = new Map<string, { all: number; flagged: number }>();
  const wrong: string[] = [];
  const started = process.cpuUsage();
  for (const { group, request, value, label } of samples) {
    const findings = request === undefined ? inspectValue(value ?? '') : inspect(request);
    const tally = groups.get(group) ?? { all: 0, flagged: 0 };
    groups.set(group, tally);
    tally.all++;
    if (findings.length > 0) {
      tally.flagged++;
      flagged++;
    }
    if (findings.length > 0 !== set.attacks)
      wrong.push(`    ${group}: ${shown(label ?? value ?? '')}${findings.map(why).join('')}`);
  }
  const { user, system } = process.cpuUsage(started);
  const percent = samples.length === 0 ? 0 : (100 * flagged) / samples.length;
  const reached = set.floor === undefined || (set.attacks ? percent >= set.floor : percent <= set.floor);
  const limit =
    set.floor === undefined
      ? ''
      : ` (${set.attacks ? 'at least' : 'at most'} ${set.floor}%${reached ? '' : ', MISSED'})`;
  process.stdout.write(
    `${set.name}: ${percent.toFixed(2)}% of ${samples.length} ${set.attacks ? 'attacks found' : 'harmless flagged'}${limit}, ${Math.round((user + system) / Math.max(1, samples.length))} µs each\n`,
  );
  if (groups.size > 1)
    for (const [name, tally] of [...groups].toSorted(([a], [b]) => a.localeCompare(b)))
      process.stdout.write(`  ${name}: ${((100 * tally.flagged) / tally.all).toFixed(1)}% of ${tally.all}\n`);
  for (let i = 0; i < Math.min(misses, wrong.length); i++)
    process.stdout.write(`${wrong[Math.floor((i * wrong.length) / Math.min(misses, wrong.length))]}\n`);
  return reached;
}

function shown(text: string): string {
  return JSON.stringify(text.length > 260 ? `${text.slice(0, 120)} … ${text.slice(-130)}` : text);
}

function why({ kind, evidence, place, encodings }: WebFinding): string {
  return `\n      ${kind} in ${place.in} ${place.name ?? ''} ${encodings.join('>')} ${JSON.stringify(evidence)}`;
}
