/** The report with hostile strings in every field, and with nothing to say. */
import { INCIDENT_LIMITS, type Incident } from '@netsentinel/contracts/incident';
import { describe, expect, it } from 'vitest';
import { findingsOf } from '../findings.ts';
import { hostileIncident } from './hostile-incident.fixture.ts';
import { reportPage } from './page.ts';

const NOW = Date.UTC(2026, 10, 21);

function pageOf(incidents: readonly Incident[], maxWhole = 10): string {
  const findings = findingsOf(incidents, maxWhole);
  const formats = new Map([['zeek', 2]]);
  return reportPage({
    findings,
    events: 12,
    paths: ['<b>logs</b>'],
    formats,
    firstMs: NOW,
    lastMs: NOW + 5000,
    writtenMs: NOW,
  });
}

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
    const asks = /^<(script|link|img|iframe|object|embed|a|base|form)\b|\s(src|href|on\w+)=/i;
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
});

/** The same incident as somebody harmless would have caused it. */
function harmless(): Incident {
  const text = JSON.stringify(hostileIncident('critical'), (_, value: unknown) =>
    typeof value === 'string' && value.includes('script') ? 'harmless' : value,
  );
  return JSON.parse(text) as Incident;
}
