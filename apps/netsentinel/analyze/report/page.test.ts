/** The report with hostile strings in every field, and with nothing to say. */
import { INCIDENT_LIMITS, type Incident } from '@netsentinel/contracts/incident';
import { describe, expect, it } from 'vitest';
import type { FileRead } from '../piece.types.ts';
import { findingsOf } from '../findings.ts';
import { hostileIncident } from './hostile-incident.fixture.ts';
import { reportPage } from './page.ts';

const NOW = Date.UTC(2026, 10, 21);

function pageOf(incidents: readonly Incident[], maxWhole = 10): string {
  const findings = findingsOf(incidents, maxWhole);
  return reportPage({
    findings,
    events: 12,
    paths: ['<b>logs</b>'],
    files: [read('zeek'), read('zeek'), { ...read(undefined), refused: 0 }],
    omitted: 0,
    firstMs: NOW,
    lastMs: NOW + 5000,
    writtenMs: NOW,
  });
}

const read = (format: string | undefined): FileRead => ({
  path: '/logs/<i>x</i>',
  format,
  records: 6,
  refused: 1,
  cutBytes: 0,
  failure: undefined,
});

/** Elements with their attributes, as a browser would see them: everything else is text. */
function tagsIn(page: string): string[] {
  const [, body = ''] = page.split('</style>');
  return body.match(/<[^>]*>/g) ?? [];
}

describe('the report', () => {
  it('is text wherever attackers wrote, in every field', () => {
    const page = pageOf([hostileIncident('critical')]);
    expect(page).toContain('&lt;script&gt;');
    expect(tagsIn(page).filter((tag) => /alert|onerror|javascript:|evil|^<.?script/i.test(tag))).toEqual([]);
    expect(page).not.toMatch(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]/,
    );
    expect(tagsIn(page)).toHaveLength(tagsIn(pageOf([harmless()])).length);
  });

  it('asks nobody for anything', () => {
    const page = pageOf([hostileIncident('high')]);
    expect(page).toContain(`default-src 'none'`);
    const asks = /^<(script|link|img|iframe|object|embed|base|form)\b|\s(src|on\w+)=|\shref="(?!#incident-\d+")/i;
    expect(tagsIn(page).filter((tag) => asks.test(tag))).toEqual([]);
    expect(page.split('</style>')[0]).not.toMatch(/url\(|@import|<(script|link)/);
  });

  it('says so where nothing was found', () => {
    const page = pageOf([]);
    expect(page).toContain('Nothing in these logs calls for attention.');
    expect(page).not.toContain('<svg');
  });

  it('tells the worst in full, and the others in a line', () => {
    const severities = ['low', 'critical', 'medium'] as const;
    const page = pageOf(
      severities.map((severity, index) => ({
        ...hostileIncident(severity),
        id: `inc-${index}`,
        title: `Attack ${severity}`,
      })),
      1,
    );
    expect(page.match(/<article/g)).toHaveLength(1);
    expect(page).toMatch(/<article class="story s-critical"/);
    expect(page).toContain('2 further incidents');
    expect(page).toContain('Attack medium');
  });

  it('stays small, however much an incident holds', () => {
    const one = hostileIncident('high');
    const entry = { ...one.timeline[0]!, title: 'x'.repeat(1024), detail: 'y'.repeat(4096) };
    const timeline = Array.from({ length: INCIDENT_LIMITS.timeline }, () => entry);
    const page = pageOf([{ ...one, timeline }]);
    expect(page.length).toBeLessThan(600_000);
    expect(page).toContain('and 420 more entries');
  });

  it('opens on a telephone, however many incidents there are', () => {
    const one = hostileIncident('high');
    const timeline = Array.from({ length: 80 }, () => ({ ...one.timeline[0]!, detail: 'y'.repeat(1900) }));
    const incidents = Array.from({ length: 3000 }, (_, index) => ({
      ...one,
      id: `inc-${index}`,
      actor: `198.51.${index >> 8}.${index & 255}`,
      firstSeen: NOW + index * 1000,
      lastSeen: NOW + index * 1000,
      timeline,
    }));
    const page = pageOf(incidents, 100);
    expect(page.length).toBeLessThan(6_000_000);
    expect(page).toContain('Its evidence is left out');
    expect(page).toContain('and 1,900 more: <code>--json</code>');
    expect(page).toMatch(/at most\s+50 incidents at a time/);
  });
});

describe('the summary', () => {
  const real = (change: Partial<Incident>): Incident => ({
    ...harmless(),
    actor: '198.51.100.7',
    addresses: ['198.51.100.7'],
    detections: [
      { rule: 'web-attack', title: 'Attack', severity: 'high', confidence: 90, count: 1, first: NOW, last: NOW },
    ],
    techniques: ['T1190', 'T1552.001'],
    severity: 'high',
    ...change,
  });
  const { inside: _, ...outside } = real({
    counts: { events: 3, logins: 0, failures: 3, commands: 0 },
    credentials: [],
  });
  const tried = (change: Partial<Incident> = {}): Incident => ({ ...outside, ...change });

  it('says first how it ended', () => {
    expect(pageOf([real({})])).toContain('Somebody got in.');
    expect(pageOf([tried()])).toContain('Nothing shows that one succeeded.');
    expect(pageOf([tried({ techniques: ['T1071.001'] })])).toContain('Somebody got in.');
    expect(pageOf([real({ inside: 'decoy' })])).toContain('only where they were meant to');
    expect(pageOf([tried({ severity: 'low' })])).toContain('none of them serious');
  });

  it('names the first steps, with those whom they are about', () => {
    const page = pageOf([real({}), real({ id: 'inc-2', actor: '203.0.113.9', addresses: ['203.0.113.9'] })]);
    expect(page).toContain('Change the password of “harmless”: attackers logged in with it.');
    expect(page).toContain('Treat every password and key that was on the machine');
    expect(page).toMatch(/replace them\. \(\S+ and \S+\)/);
    expect(page).toMatch(/Block \S+ and \S+, if/);
    expect(pageOf([tried()])).not.toContain('Treat every password');
  });

  it('says what it rests on, and what not', () => {
    const page = pageOf([real({})]);
    expect(page).toContain('Read: 2 files of zeek.');
    expect(page).toContain('Not in this report: 1 file of no known format and 2 records that could not be parsed.');
  });

  it('names known scanners, and does not ask to block one’s own', () => {
    const own = { id: 'own', name: 'Your own scanner', kind: 'own' } as const;
    const page = pageOf([tried({ scanner: own })]);
    expect(page).toContain('<span class="mark">own scanner</span>');
    expect(page).toContain('Known scanners among the attackers: Your own scanner (1)');
    expect(page).toContain('if you ordered this scan');
    expect(page).not.toContain('Block ');
  });

  it('leads from an attacker to its story', () => {
    const page = pageOf([real({})]);
    expect(page).toContain('<a href="#incident-1">');
    expect(page).toContain('id="incident-1"');
  });
});

/** The same incident as somebody harmless would have caused it. */
function harmless(): Incident {
  const text = JSON.stringify(hostileIncident('critical'), (_, value: unknown) =>
    typeof value !== 'string' || !value.includes('script')
      ? value
      : value.startsWith('host:')
        ? 'host:harmless'
        : 'harmless',
  );
  return JSON.parse(text) as Incident;
}
