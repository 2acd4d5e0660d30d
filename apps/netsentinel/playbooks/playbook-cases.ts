/**
 * A playbook's cases: `NAME.cases.yml` beside `NAME.yml`, with incidents that it must run for (`run`) and must not (`ignore`). A case is an incident with only
 * what matters written down; the rest is that of a quiet one.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { ActionStatus, Measure } from '@netsentinel/contracts/action';
import { Incident } from '@netsentinel/contracts/incident';
import { factsOf } from '@netsentinel/respond/playbooks/facts';
import type { ReadPlaybook } from './playbook-files.ts';

const some = z.record(z.string(), z.unknown());
const Case = z
  .looseObject({
    /** When it is looked at: noon of a Wednesday where it is not given. */
    at: z.iso.datetime().default('2026-11-18T12:00:00Z'),
    actions: z.array(z.strictObject({ status: ActionStatus, measure: Measure.optional() })).default([]),
    detections: z.array(some).default([]),
    sessions: z.array(some).default([]),
    commands: z.array(some).default([]),
    files: z.array(some).default([]),
    credentials: z.array(some).default([]),
    fingerprints: z.array(some).default([]),
    counts: some.default({}),
  })
  .describe('An incident');
type Case = z.infer<typeof Case>;
const Cases = z.strictObject({ run: z.array(Case).min(1), ignore: z.array(Case).min(1) });

export interface CaseResult {
  readonly passed: number;
  /** What went wrong, one sentence each. */
  readonly failures: readonly string[];
  /** False when there is no file of cases. */
  readonly hasCases: boolean;
}

/** Runs the cases of one playbook. */
export function runPlaybookCases({ path, playbook, matches }: ReadPlaybook): CaseResult {
  const file = path.replace(/\.ya?ml$/i, '.cases.yml');
  if (!existsSync(file)) return { passed: 0, failures: [], hasCases: false };
  let read: z.ZodSafeParseResult<z.infer<typeof Cases>>;
  try {
    read = Cases.safeParse(parse(readFileSync(file, 'utf8'), { maxAliasCount: 20 }));
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : String(error));
  }
  if (!read.success) {
    const issue = read.error.issues[0];
    return unreadable(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  const failures: string[] = [];
  let passed = 0;
  for (const [word, wanted] of [['run', true] as const, ['ignore', false] as const])
    for (const [i, one] of read.data[word].entries()) {
      const incident = Incident.safeParse(incidentOf(one));
      if (!incident.success) {
        const issue = incident.error.issues[0];
        failures.push(`${word} ${i + 1}: no incident: ${issue?.path.join('.')}: ${issue?.message}`);
        continue;
      }
      const facts = factsOf({
        incident: incident.data,
        actions: one.actions,
        now: Date.parse(one.at),
        zone: playbook.zone,
      });
      if (matches(facts) === wanted) passed++;
      else failures.push(`${word} ${i + 1}: ${wanted ? 'it must run, and does not' : 'it must not run, and does'}`);
    }
  return { passed, failures, hasCases: true };
}

function unreadable(why: string): CaseResult {
  return { passed: 0, failures: [`the cases cannot be read: ${why}`], hasCases: true };
}

function incidentOf(one: Case): unknown {
  const { at, actions: _, detections, sessions, commands, files, credentials, counts, ...given } = one;
  const time = Date.parse(at);
  return {
    id: 'inc-case',
    actor: '198.51.100.7',
    addresses: ['198.51.100.7'],
    status: 'open',
    title: 'A case',
    severity: 'low',
    score: 20,
    firstSeen: time - 60_000,
    lastSeen: time,
    sourceVerified: true,
    tactics: [],
    techniques: [],
    timeline: [],
    omitted: {},
    actions: [],
    version: 1,
    detections: detections.map((row) => ({
      title: String(row['rule']),
      severity: 'medium',
      count: 1,
      first: time,
      last: time,
      ...row,
    })),
    sessions: sessions.map((row, i) => ({ id: `s${i}`, decoy: 'ssh-1', protocol: 'ssh', start: time, ...row })),
    commands: commands.map((row) => ({ time, session: 's0', techniques: [], ...row })),
    files: files.map((row) => ({ time, path: '/tmp/x', direction: 'download', ...row })),
    credentials: credentials.map((row) => ({ accepted: false, count: 1, last: time, ...row })),
    counts: { events: 1, logins: 0, failures: 0, commands: 0, ...counts },
    ...given,
  };
}
