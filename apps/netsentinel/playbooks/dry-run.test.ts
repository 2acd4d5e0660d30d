import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Incident } from '@netsentinel/contracts/incident';
import { silentLogger } from '@netsentinel/kernel/log';
import { compilePolicy } from '@netsentinel/respond/engine';
import { RespondConfig } from '@netsentinel/respond/respond.config';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dryRun, judge } from './dry-run.ts';
import { growthOf } from './growth.ts';
import { readPlaybook, type ReadPlaybook } from './playbook-files.ts';

const NOW = Date.UTC(2026, 10, 21, 10);
const MINUTE = 60_000;
const policy = compilePolicy(RespondConfig.parse({}));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dry-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function playbook(when: string, once = 'incident', block = '{ for: 2h }'): ReadPlaybook {
  const path = join(folder, 'p.yml');
  writeFileSync(
    path,
    `id: p\nversion: 1\ntitle: P\nonce: ${once}\nwhen: { s: ${when}, condition: s }\nsteps: [{ block: ${block} }, { id: say, note: Seen. }]\n`,
  );
  return readPlaybook(path);
}

describe('an incident as it grew', () => {
  it('is whole at each moment, grows, and ends as it is stored', () => {
    const whole = sampleIncident('i1', NOW, { status: 'closed' });
    const moments = [...growthOf(whole)];
    expect(moments.length).toBeGreaterThan(4);
    for (const { at, incident } of moments) {
      expect(Incident.safeParse(incident).error).toBeUndefined();
      expect(incident.status).toBe('open');
      expect(incident.timeline.every(({ time }) => time <= at)).toBe(true);
    }
    const [first] = moments;
    expect(first!.incident).toMatchObject({ techniques: [], commands: [], counts: { commands: 0 } });
    expect(moments.at(-1)).toEqual({ at: NOW, incident: { ...whole, status: 'open' } });
    const scores = moments.map(({ incident }) => incident.score);
    expect(scores).toEqual(scores.toSorted((a, b) => a - b));
  });

  it('is looked at so many times at most', () => {
    const entry = sampleIncident('i1', NOW).timeline[0]!;
    const timeline = Array.from({ length: 500 }, (_, i) => ({ ...entry, time: NOW - (500 - i) * 1000 }));
    expect([...growthOf(sampleIncident('i1', NOW, { timeline }))].length).toBeLessThanOrEqual(210);
  });
});

describe('a dry run', () => {
  it('says when a playbook would have run, and what it would have done', () => {
    const whole = sampleIncident('i1', NOW, { status: 'benign' });
    const run = judge(playbook('{ techniques: T1105 }'), whole, [], policy);
    // The file was fetched 2.1 minutes after the start, four minutes before the end.
    expect(run).toMatchObject({ status: 'benign', at: NOW - 4 * MINUTE + 2.1 * MINUTE });
    expect(run.steps).toEqual([
      { step: '1', what: 'would ask for a block of 203.0.113.77 for 2h' },
      { step: 'say', what: 'would note: Seen.' },
    ]);
    const watching = playbook(
      '{ techniques: T1105 }',
      'incident',
      '{ measure: redirect, for: 2h, responders: [nftables] }',
    );
    expect(judge(watching, whole, [], policy).steps[0]!.what).toBe(
      'would ask for a redirect of 203.0.113.77 for 2h by nftables',
    );
    const unprovenWatch = judge(watching, { ...whole, sourceVerified: false }, [], policy);
    expect(unprovenWatch.steps[0]!.what).toContain('would not redirect: the source address is not proven');
    expect(judge(playbook('{ techniques: T9999 }'), whole, [], policy)).toMatchObject({ steps: [] });
    const unproven = judge(playbook('{ techniques: T1105 }'), { ...whole, sourceVerified: false }, [], policy);
    expect(unproven.steps[0]!.what).toContain('would not block: the source address is not proven');
  });

  it('reads the incidents of the time from the store, and counts an attacker once where it runs so', async () => {
    const state = await openSqliteStateStore({ file: join(folder, 'state.db'), log: silentLogger });
    await state.transaction(async (tx) => {
      for (let i = 0; i < 620; i++)
        await tx.putIncident(sampleIncident(`i${i}`, NOW - i * MINUTE, { actor: `203.0.113.${i % 2}` }));
    });
    const since = NOW - 600 * MINUTE;
    const all = await dryRun(playbook('{ severity: critical }'), state.read, { since, policy });
    expect([all.length, all.filter(({ at }) => at !== undefined).length]).toEqual([601, 601]);
    const once = await dryRun(playbook('{ severity: critical }', 'attacker'), state.read, { since, policy });
    expect(once.filter(({ at }) => at !== undefined)).toHaveLength(2);
    expect(once.at(-1)!.why).toContain('had run for this attacker before');
    expect(await dryRun(playbook('{ score|lt: 0 }'), state.read, { since, policy, most: 5 })).toHaveLength(5);
    await state.close();
  });
});
