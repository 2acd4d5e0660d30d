/** How it goes: attacks over time, and the state of things now. */
import { z } from 'zod';
import type { Severity } from '@netsentinel/contracts/detection';
import { eventReads, READ_PROBLEMS } from '../reads/bounded-read.ts';
import { unlessKnown } from '../etag.ts';
import { route, type Route } from '../route.ts';
import { MEASURES } from './measures.ts';
import { recentIncidents } from './recent-incidents.ts';
import { intervalsOf, Line, Range } from './series.ts';
import { FORGOTTEN_MS, threatLevel, ThreatLevel } from './threat-level.ts';

const DAY_MS = 24 * 3_600_000;
const SERIES_MAX_AGE_MS = 15_000;
const SUMMARY_MAX_AGE_MS = 5_000;
const count = z.number().int().min(0);
const Of = z.enum(Object.keys(MEASURES) as [keyof typeof MEASURES, ...(keyof typeof MEASURES)[]]);

const Series = z.strictObject({
  of: Of,
  unit: z.enum(['incidents', 'sessions', 'ms', 'score']).describe('`score`: 0 to 100'),
  from: z.number().int().describe('Start of the first interval, milliseconds since 1970'),
  to: z.number().int().describe('End of the last interval, which goes on'),
  intervalMs: z.number().int(),
  lines: z.array(Line).describe('The largest first, at most 12'),
  isWhole: z.boolean().describe('False where there were more incidents than are looked at'),
});
const BySeverity = z.strictObject({
  info: count,
  low: count,
  medium: count,
  high: count,
  critical: count,
} satisfies Record<Severity, z.ZodType>);
const Summary = z.strictObject({
  threat: ThreatLevel.describe(
    'Pressure is the sum, over incidents that are open or contained, of their weight (critical 40, high 15, medium 5, low 1) halved for every 6 h since they were last seen, and a quarter of it where contained; the score is 100 × (1 − e^(−pressure ÷ 60))',
  ),
  open: BySeverity.describe('Open incidents seen in the last 7 days'),
  contained: count.describe('Contained incidents seen in the last 7 days'),
  lastDay: z.strictObject({
    incidents: count.describe('That began in the last 24 h'),
    attackers: count.describe('Whose incidents were seen in the last 24 h'),
  }),
  blocksInForce: count,
  eventsTotal: count.describe('Events received since the start'),
  isWhole: z.boolean().describe('False where there were more incidents than are looked at'),
});
type Summary = z.infer<typeof Summary>;

export const trendRoutes: readonly Route[] = [
  route(
    {
      id: 'getSeries',
      method: 'GET',
      path: '/api/v1/metrics/series',
      summary:
        'Attacks over time: incidents by technique or severity, sessions at decoys by service or country, how long it took to find them, how long decoys held them, how sure behaviours were, the threat level',
      tag: 'metrics',
      access: 'incidents:read',
      query: z.strictObject({
        of: Of.describe(
          '`technique`, `severity`: incidents by when they began; `service`, `country`: sessions at decoys; `latency`: from the first move to the first finding, its median and 90th percentile; `engagement`: length of the sessions that ended; `anomaly`: the highest confidence of what each behaviour found; `threat`: the threat level, by what is known of the incidents now',
        ),
        range: Range.optional().describe('By minutes, 30 minutes, 3 hours or 12 hours; `24h` where it is not given'),
      }),
      answers: {
        200: {
          description: 'The lines of a chart, as of the last 15 s; the `ETag` is of their content',
          schema: Series,
        },
        304: { description: '`If-None-Match` names what there is' },
      },
      problems: READ_PROBLEMS,
    },
    async (asked) => {
      const { ctx, query, request, reply } = asked;
      const { of, range = '24h' } = query;
      const answer = await ctx.shared.get(`series ${of} ${range}`, SERIES_MAX_AGE_MS, async () => {
        const intervals = intervalsOf(range, ctx.clock.now());
        const source = {
          state: ctx.state,
          reads: eventReads(asked),
          behaviours: ctx.attackBook.behaviours,
          now: ctx.clock.now(),
        };
        return { of, ...intervals, ...(await MEASURES[of](source, intervals)) };
      });
      return unlessKnown(request, reply, answer);
    },
  ),
  route(
    {
      id: 'getSummary',
      method: 'GET',
      path: '/api/v1/metrics/summary',
      summary: 'How things are now: the threat level, and what is open; recorded attacks of the tour left out',
      tag: 'metrics',
      access: 'incidents:read',
      answers: {
        200: { description: 'As of the last 5 s; the `ETag` is of its content', schema: Summary },
        304: { description: '`If-None-Match` names what there is' },
      },
    },
    async ({ ctx, request, reply }) => {
      const counted = await ctx.shared.get('summary', SUMMARY_MAX_AGE_MS, async () => {
        const now = ctx.clock.now();
        const { incidents, isWhole } = await recentIncidents(ctx.state.read, now - FORGOTTEN_MS, { recorded: false });
        return { ...countsOf(incidents, now), isWhole };
      });
      const { blocksInForce, eventsTotal } = ctx.status();
      return unlessKnown(request, reply, { ...counted, blocksInForce, eventsTotal });
    },
  ),
];

function countsOf(
  incidents: Awaited<ReturnType<typeof recentIncidents>>['incidents'],
  now: number,
): Pick<Summary, 'threat' | 'open' | 'contained' | 'lastDay'> {
  const open = { info: 0, low: 0, medium: 0, high: 0, critical: 0 };
  for (const { status, severity } of incidents) if (status === 'open') open[severity]++;
  const ofLastDay = incidents.filter(({ lastSeen }) => lastSeen >= now - DAY_MS);
  return {
    threat: threatLevel(incidents, now),
    open,
    contained: incidents.filter(({ status }) => status === 'contained').length,
    lastDay: {
      incidents: ofLastDay.filter(({ firstSeen }) => firstSeen >= now - DAY_MS).length,
      attackers: new Set(ofLastDay.map(({ actor }) => actor)).size,
    },
  };
}
