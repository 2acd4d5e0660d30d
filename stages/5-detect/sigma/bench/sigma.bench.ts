/**
 * The matcher at work: JSON texts in, one thread, parsing and routing included, loading the rules not. In a process of its own, so that its memory is
 * its own too. `sigma-growth` asks what ten times as many rules cost on events that match none.
 */
import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { logsourceOf } from '../event-logsource.ts';
import { nativeEvent } from '../event.ts';
import { compileRules, type Matcher } from '../match/matcher.ts';
import { readRules, RuleReader, type RuleText } from '../read/read-rules.ts';
import type { Rule } from '../rule.ts';

export interface SigmaBenchOptions {
  /** A folder of rules. */
  readonly rules: string;
  /** JSON lines. */
  readonly events: string;
  readonly routing: boolean;
}

/** The file is repeated until so many events have been matched. */
const leastEvents = 100_000;
const sampleSize = 300;
const sampleCount = 5;
const reloadCount = 5;

export async function benchSigma(options: SigmaBenchOptions): Promise<Record<string, number>> {
  return alone('sigma', options);
}

/** `seed` draws the small sets of rules: five, and their mean time counts. */
export async function benchSigmaGrowth(
  options: SigmaBenchOptions & { readonly seed: number },
): Promise<Record<string, number>> {
  return alone('growth', options);
}

async function alone(what: 'sigma' | 'growth', options: object): Promise<Record<string, number>> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    '--max-semi-space-size=8',
    import.meta.filename,
    what,
    JSON.stringify(options),
  ]);
  return JSON.parse(stdout) as Record<string, number>;
}

function sigma({ rules: folder, events: file, routing }: SigmaBenchOptions): Record<string, number> {
  const files = ruleFiles(folder);
  const reader = new RuleReader();
  const [matcher, loadMs] = load(reader, files);
  const lines = readLines(file);
  const run = runLines(matcher, lines, Math.max(1, Math.ceil(leastEvents / lines.length)), routing);
  const rssBytes = process.memoryUsage().rss;
  const reloads = Array.from({ length: reloadCount }, (_, index) => load(reader, withChange(files, index))[1]);
  return {
    rules: matcher.rules.length,
    events: run.events,
    matches: run.matches,
    events_per_second: Math.round((run.events / run.wallMs) * 1000),
    cpu_us_per_event: Math.round((run.cpuMs * 100_000) / run.events) / 100,
    p95_candidates: run.candidates.sort()[Math.floor(run.candidates.length * 0.95)] ?? 0,
    load_ms: Math.round(loadMs),
    reload_ms: Math.round(reloads.sort((a, b) => a - b)[reloadCount >> 1] ?? 0),
    rss_mb: Math.round(rssBytes / 1024 / 1024),
  };
}

/** From texts in memory to a matcher, and how long that takes. */
function load(reader: RuleReader, files: readonly RuleText[]): [Matcher, number] {
  const started = performance.now();
  const matcher = compileRules(reader.read(files).rules);
  return [matcher, performance.now() - started];
}

/** One file has one more line, another each time. */
function withChange(files: readonly RuleText[], round: number): RuleText[] {
  const changed = Math.floor(((round + 1) * files.length) / (reloadCount + 1));
  return files.map((file, index) => (index === changed ? { ...file, text: `${file.text}\n# changed\n` } : file));
}

function growth({
  rules: folder,
  events: file,
  routing,
  seed,
}: SigmaBenchOptions & { seed: number }): Record<string, number> {
  const { rules } = readRules(ruleFiles(folder));
  const all = compileRules(rules);
  const lines = readLines(file).filter((line) => runLines(all, [line], 1, routing).matches === 0);
  if (lines.length === 0) throw new Error(`each event of ${file} matches a rule: there is none to measure with`);
  // Whether one keyword rule is among so few decides whether texts are searched at all: several samples tell, one does not.
  const samples = Array.from({ length: sampleCount }, (_, index) =>
    compileRules(sample(rules, sampleSize, seed + index)),
  );
  const repeat = Math.max(1, Math.ceil(leastEvents / lines.length));
  const best = new Map<Matcher, number>();
  // In turns, the best of several: what else the machine does hits all alike.
  for (let round = 0; round < 4; round++) {
    for (const matcher of [...samples, all]) {
      best.set(matcher, Math.min(best.get(matcher) ?? Infinity, runLines(matcher, lines, repeat, routing).cpuMs));
    }
  }
  const events = lines.length * repeat;
  const allMs = best.get(all) ?? 0;
  const fewMs = samples.reduce((sum, matcher) => sum + (best.get(matcher) ?? 0), 0) / samples.length;
  return {
    few_rules: sampleSize,
    rules: all.rules.length,
    events,
    few_us_per_event: Math.round((fewMs * 100_000) / events) / 100,
    us_per_event: Math.round((allMs * 100_000) / events) / 100,
    ratio: Math.round((allMs / fewMs) * 100) / 100,
  };
}

interface Run {
  readonly events: number;
  readonly matches: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly candidates: Uint32Array;
}

function runLines(matcher: Matcher, lines: readonly string[], repeat: number, routing: boolean): Run {
  const candidates = new Uint32Array(lines.length * repeat);
  let events = 0;
  let matches = 0;
  const onMatch = (): void => {
    matches++;
  };
  const started = performance.now();
  const cpu = process.cpuUsage();
  for (let round = 0; round < repeat; round++) {
    for (const line of lines) {
      const event = nativeEvent(JSON.parse(line));
      matcher.match(event, routing ? logsourceOf(event) : undefined, onMatch);
      candidates[events++] = matcher.candidates;
    }
  }
  const { user, system } = process.cpuUsage(cpu);
  return { events, matches, wallMs: performance.now() - started, cpuMs: (user + system) / 1000, candidates };
}

function readLines(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
}

function ruleFiles(folder: string): RuleText[] {
  return globSync('**/*.{yml,yaml}', { cwd: folder })
    .filter((name) => !/\.cases\.ya?ml$/.test(name))
    .toSorted()
    .map((name) => ({ path: name, text: readFileSync(join(folder, name), 'utf8') }));
}

export function sample(rules: readonly Rule[], size: number, seed: number): Rule[] {
  const left = [...rules];
  const drawn: Rule[] = [];
  let state = seed >>> 0 || 1;
  while (drawn.length < size && left.length > 0) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    drawn.push(...left.splice((state >>> 0) % left.length, 1));
  }
  return drawn;
}

if (import.meta.main) {
  const options = JSON.parse(process.argv[3] ?? '{}') as SigmaBenchOptions & { seed: number };
  process.stdout.write(JSON.stringify(process.argv[2] === 'growth' ? growth(options) : sigma(options)));
}
