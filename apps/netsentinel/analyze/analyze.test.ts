/** Analysis over many files at once, with reading threads and without. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANY_NAME, findInputFiles } from '@netsentinel/normalise/records/input-file';
import { readRules } from '@netsentinel/sigma/read/read-rules';
import { writeLogs } from '../bench/mixed-logs/write-logs.ts';
import { HOME } from '../cli/settings.ts';
import { readRuleFiles } from '../hunt/rule-files.ts';
import { readEcsPipelines } from '../rules/ecs-pipelines.ts';
import { analyze, type Analyzed, type AnalyzeOptions } from './analyze.ts';
import { findingsOf } from './findings.ts';

const OWN_RULES = join(HOME, 'content', 'rules');
const NOW = Date.UTC(2026, 10, 21);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ns-analysis-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function analysed(options: Partial<AnalyzeOptions>): Promise<Analyzed> {
  return analyze({
    files: await findInputFiles([folder], ANY_NAME),
    parse: { zone: 'UTC', referenceMs: NOW, trustedProxies: [] },
    rules: readRules(await readRuleFiles([OWN_RULES]), { pipelines: await readEcsPipelines(join(HOME, 'content')) }),
    ownRules: OWN_RULES,
    nowMs: NOW,
    onProgress: () => {},
    ...options,
  });
}

/** All that is told of it. */
function toldOf({ analyser, files, bytes, firstMs, lastMs, isWhole }: Analyzed): unknown {
  const { verdicts, worst } = findingsOf(analyser.incidents(), 50);
  const read = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return JSON.parse(
    JSON.stringify({ verdicts, worst, read, bytes, firstMs, lastMs, isWhole, counters: analyser.counters }),
  );
}

describe('an analysis', () => {
  it('says the same whether it reads by itself or in threads, and finds who attacks', async () => {
    const { attackers, lines } = writeLogs({ folder, bytes: 1.5e6, attackers: 20, moves: 20, seed: 1 });
    writeFileSync(join(folder, 'broken.gz'), gzipSync('x'.repeat(100_000)).subarray(0, 40));
    writeFileSync(join(folder, 'notes.md'), '# Notes\nnothing\n');
    const alone = await analysed({ threads: 0 });
    const found = findingsOf(alone.analyser.incidents(), 50).verdicts.map(({ attacker }) => attacker);
    expect(alone.analyser.counters).toMatchObject({ events: lines, failures: 0 });
    expect(found.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))).toEqual(
      attackers.toSorted().map((ip) => ({ ip })),
    );
    expect(toldOf(await analysed({ threads: 2 }))).toEqual(toldOf(alone));
  }, 60_000);

  it.each([0, 1])('that is told to stop tells what it has found, with %i threads', async (threads) => {
    writeLogs({ folder, bytes: 3e6, attackers: 10, moves: 20, seed: 1 });
    const stop = new AbortController();
    const { isWhole, files, bytes, analyser } = await analysed({
      threads,
      signal: stop.signal,
      onProgress: (_, events) => {
        if (events > 2000) stop.abort();
      },
    });
    expect(isWhole).toBe(false);
    expect(analyser.counters.events).toBeGreaterThan(2000);
    expect(analyser.counters.events).toBeLessThan(15_000);
    expect(bytes).toBeGreaterThan(0);
    expect(files.length).toBeGreaterThan(0);
  });
});
