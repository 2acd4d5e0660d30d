import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '@netsentinel/kernel/clock';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { eventFixture } from '@netsentinel/testkit/event-fixtures';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';

const NOW = Date.UTC(2026, 10, 22, 18, 30);
const HOUR = 3_600_000;
const MINUTE = 60_000;
const clock = new ManualClock(NOW);
let h: ApiHarness;
let cookie: string;

interface Series {
  readonly unit: string;
  readonly from: number;
  readonly intervalMs: number;
  readonly lines: readonly { readonly key: string; readonly points: readonly (number | null)[] }[];
}

beforeAll(async () => {
  const attackBook = { technique: () => undefined, behaviours: new Set(['beaconing']), detections: [] };
  h = await startApi({ clock, attackBook });
  cookie = await h.setUp();
  await h.state.transaction(async (tx) => {
    for (let n = 0; n < 3; n++)
      await tx.putIncident(sampleIncident(`now${n}`, NOW - n * MINUTE, { status: 'open', severity: 'critical' }));
    await tx.putIncident(
      sampleIncident('day', NOW - 30 * HOUR, { status: 'open', severity: 'low', techniques: ['T1595'] }),
    );
    // Of the tour: no threat to anybody here.
    await tx.putIncident(sampleIncident('tour~x', NOW - MINUTE, { status: 'open', severity: 'medium' }));
    await tx.putIncident(sampleIncident('old', NOW - 20 * 24 * HOUR, { status: 'open', severity: 'high' }));
  });
  const visit = (n: number, minutesAgo: number, protocol: string, country: string) => {
    const what = (action: string, more: object) =>
      eventFixture(n, {
        '@timestamp': new Date(NOW - minutesAgo * MINUTE).toISOString(),
        network: { protocol },
        source: { ip: '203.0.113.9', geo: { country_iso_code: country } },
        event: { id: `${n}${action}`, action: `${protocol}-${action}`, ...more },
        netsentinel: { decoy: { id: protocol, type: protocol }, session: { id: `s${n}` } },
      });
    return [what('connect', {}), what('login', {}), what('disconnect', { duration: 90_000_000_000 })];
  };
  await h.events.append(
    [
      ...visit(1, 5, 'ssh', 'DE'),
      ...visit(2, 6, 'ssh', 'FR'),
      ...visit(3, 50, 'ftp', 'DE'),
      ...visit(4, 26 * 60, 'ftp', 'DE'),
      // No decoy's.
      eventFixture(9, { '@timestamp': new Date(NOW).toISOString(), event: { id: 'x', action: 'vpn-connect' } }),
    ],
    [],
  );
});
afterAll(() => h.close());

async function series(query: string): Promise<Series> {
  const response = await h.call('GET', `/api/v1/metrics/series?${query}`, { cookie });
  expect(response.status).toBe(200);
  return (await response.json()) as Series;
}
const totals = ({ lines }: Series): unknown =>
  lines.map(({ key, points }) => [key, points.reduce<number>((sum, point) => sum + (point ?? 0), 0)]);

describe('series', () => {
  it('count incidents by technique and severity, as they began', async () => {
    expect(totals(await series('of=severity&range=24h'))).toEqual([
      ['critical', 3],
      ['medium', 1],
    ]);
    expect(totals(await series('of=severity&range=7d'))).toEqual([
      ['critical', 3],
      ['low', 1],
      ['medium', 1],
    ]);
    const techniques = await series('of=technique&range=30d');
    expect(totals(techniques)).toContainEqual(['T1595', 1]);
    expect(totals(techniques)).toContainEqual(['T1105', 5]);
  });

  it('count sessions at decoys by service and country, where they belong', async () => {
    const services = await series('of=service&range=1h');
    expect([services.unit, totals(services)]).toEqual([
      'sessions',
      [
        ['ssh', 2],
        ['ftp', 1],
      ],
    ]);
    const place = (NOW - 5 * MINUTE - services.from) / services.intervalMs;
    expect(services.lines[0]!.points.slice(Math.floor(place) - 1, Math.floor(place) + 1)).toEqual([1, 1]);
    expect(totals(await series('of=country&range=7d'))).toEqual([
      ['DE', 3],
      ['FR', 1],
    ]);
  });

  it('tell how long decoys held attackers, and how long it took to find them', async () => {
    const held = await series('of=engagement');
    expect([held.unit, totals(held)]).toEqual([
      'ms',
      [
        ['ssh', 180_000],
        ['ftp', 90_000],
      ],
    ]);
    const { lines } = await series('of=latency');
    expect(lines.map(({ key }) => key)).toEqual(['median', 'p90']);
    expect(lines[0]!.points.filter((point) => point !== null).length).toBeGreaterThan(0);
  });

  it('tell how sure behaviours were, and nothing of rules', async () => {
    const found = (rule: string, confidence: number, first: number, last: number) =>
      ({ rule, title: rule, severity: 'high', confidence, count: 2, first, last }) as const;
    await h.state.transaction((tx) =>
      tx.putIncident({
        ...sampleIncident('beacon', NOW, { status: 'benign' }),
        detections: [
          found('beaconing', 70, NOW - 40 * MINUTE, NOW),
          found('beaconing', 90, NOW - 10, NOW),
          found('sigma-rule', 99, NOW, NOW),
        ],
      }),
    );
    const { unit, lines } = await series('of=anomaly&range=1h');
    expect([unit, lines.map(({ key }) => key)]).toEqual(['score', ['beaconing']]);
    expect(lines[0]!.points.filter((point) => point !== null)).toEqual([70, 90, 90]);
  });

  it('tell how the threat level came to be what it is', async () => {
    const { unit, lines } = await series('of=threat&range=24h');
    const points = lines[0]!.points as number[];
    const summary = await h.call('GET', '/api/v1/metrics/summary', { cookie });
    const { threat } = (await summary.json()) as { threat: { score: number } };
    expect([unit, lines.length, points.at(-1)]).toEqual(['score', 1, threat.score]);
    // One of low severity has faded since yesterday, until three critical ones came.
    expect(Math.max(...points.slice(0, -3))).toBeLessThan(5);
    expect(points.at(-1)).toBeGreaterThan(80);
  });

  it('are refused where nothing of the kind is measured', async () => {
    for (const query of ['', 'of=secrets', 'of=technique&range=1y', 'of=technique&by=x'])
      expect((await h.call('GET', `/api/v1/metrics/series?${query}`, { cookie })).status).toBe(400);
  });
});

describe('the summary', () => {
  it('says how things are, once to who has it, and anew when they change', async () => {
    const first = await h.call('GET', '/api/v1/metrics/summary', { cookie });
    expect(await first.json()).toMatchObject({
      threat: { level: 'severe' },
      open: { critical: 3, high: 0, low: 1 },
      lastDay: { incidents: 4, attackers: 1 },
      blocksInForce: 1,
      isWhole: true,
    });
    const headers = { 'if-none-match': first.headers.get('etag')! };
    expect((await h.call('GET', '/api/v1/metrics/summary', { cookie, headers })).status).toBe(304);
    await h.state.transaction((tx) => tx.putIncident(sampleIncident('now0', NOW, { status: 'closed' })));
    clock.advance(6_000);
    const later = await h.call('GET', '/api/v1/metrics/summary', { cookie, headers });
    expect([later.status, await later.json()]).toMatchObject([200, { open: { critical: 2 } }]);
  });
});
