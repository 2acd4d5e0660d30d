/**
 * Someone runs code inside the decoy host. Where a namespace is in force, as root and as an ordinary user, nothing that they try succeeds;
 * where the permission model stands alone, no file is read or written and no program is started, and what is not held is named.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, chmodSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { DrillReport } from './sandbox-drill.types.ts';

const NOBODY = '65534';
const DRILL = join(import.meta.dirname, 'sandbox-drill.ts');
const isRoot = process.getuid?.() === 0;
const temporary = mkdtempSync(join(tmpdir(), 'ns-escape-'));
chmodSync(temporary, 0o1777);
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

function drill(options: { readonly asNobody: boolean; readonly without?: 'none' | 'open' }): DrillReport {
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', DRILL];
  if (options.without !== undefined) node.push(options.without);
  const command =
    options.asNobody && isRoot
      ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...node]
      : node;
  const run = spawnSync(command[0]!, command.slice(1), {
    encoding: 'utf8',
    timeout: 100_000,
    killSignal: 'SIGKILL',
    env: { ...process.env, TMPDIR: temporary, NODE_V8_COVERAGE: '' },
  });
  if (run.status !== 0) throw new Error(`the drill ended with ${run.status ?? run.signal}: ${run.stderr}`);
  return JSON.parse(run.stdout) as DrillReport;
}

const succeeded = (report: DrillReport): string[] =>
  report.outcomes.filter((o) => !o.held).map((o) => `${o.name}: ${o.detail}`);

function expectNothingForged(report: DrillReport): void {
  expect(report.ownEvents).toBe(5);
  expect([report.forgedEvents, report.forgedRecordings, report.forgedMemories]).toEqual([0, 0, 0]);
}

function expectAllHeld(report: DrillReport): void {
  expect(report.outcomes.length).toBeGreaterThan(200);
  expect(succeeded(report)).toEqual([]);
  expect(report.datagrams).toBe(0);
  expect(report.listenerReached).toBe(false);
  expect(report.helperAlive).toBe(true);
  expectNothingForged(report);
}

describe('code execution inside the decoy host', () => {
  it.runIf(isRoot)('gets nothing when NetSentinel runs as root', () => {
    const report = drill({ asNobody: false });
    expect(report.level).toBe('root');
    expectAllHeld(report);
  });

  it('gets nothing in a user namespace of an ordinary user', () => {
    const report = drill({ asNobody: true });
    expect(report.level).toBe('user');
    expectAllHeld(report);
  });

  it('reads, writes and starts nothing under the permission model alone', () => {
    const report = drill({ asNobody: true, without: 'none' });
    expect(report.level).toBe('none');
    const open = succeeded(report);
    // The permission model knows neither network nor signals; `doctor` says so where no namespace can be had.
    const notHeld = /^(connect to|signal|priority of|network interfaces|fetch|resolve a name|ask a name server)/;
    console.info(`not held without a namespace:\n  ${open.filter((o) => notHeld.test(o)).join('\n  ')}`);
    expect(open.filter((o) => !notHeld.test(o))).toEqual([]);
    expect(report.helperAlive).toBe(true);
    expectNothingForged(report);
  });

  it('would have got a lot of it without any confinement', () => {
    const open = succeeded(drill({ asNobody: true, without: 'open' })).join('\n');
    for (const attempt of [
      /^read \S+state\.db by a stream/m,
      /^read \S+install\.json:/m,
      /^read \S+state\.db as an attached database/m,
      /^environment of/m,
      /^write to \/tmp/m,
      /^write a database/m,
      /^start \/bin\/sh:/m,
      /^fork/m,
      /^a worker/m,
      /^the inspector:/m,
      /^signal everyone/m,
      /^connect to @/m,
    ])
      expect(open).toMatch(attempt);
  });
});
