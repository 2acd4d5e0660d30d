/**
 * The specification's own correlations, judged on events: as many as each asks for, and one too few, too late, or of another group. And the corpus's lane
 * of logins under rules of ours. Everything from the text of the rules to the reports; the reference must agree. Skipped without NETSENTINEL_CORPUS.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fieldOf, nativeEvent, type EventRecord } from '../event.ts';
import { compileRules } from '../match/matcher.ts';
import { readRules } from '../read/read-rules.ts';
import { matches } from '../reference.ts';
import type { Correlation, CorrelationType } from '../rule.ts';
import { Correlator } from './correlator.ts';
import { referenceReports, type Report, type TimedEvent } from './reference.ts';

const corpus = process.env['NETSENTINEL_CORPUS'];
const minute = 60;
const hour = 60 * minute;

/** Second and event. */
type Timed = readonly [number, EventRecord];

/** What rules say of events, in the order of times and then of correlations; the reference is asked the same. */
function judge(text: string, events: readonly Timed[]): Report[] {
  const { rules, correlations, failed } = readRules([{ path: 'rules.yml', text }]);
  expect(failed).toEqual([]);
  const matcher = compileRules(rules);
  const correlator = new Correlator<EventRecord>(correlations, { fieldOf });
  const found: Report[] = [];
  const report: Parameters<typeof correlator.observe>[3] = ({ correlation, atMs, group, measured }) =>
    found.push({ id: correlation.id, atMs, group: [...group.values()], measured });
  for (const [second, event] of events) {
    const ids: string[] = [];
    matcher.match(event, undefined, ({ id }) => ids.push(id));
    correlator.observe(event, second * 1000, ids, report);
  }
  correlator.finish(report);
  const timed = events.map(([second, event]): TimedEvent => {
    const ruleIds = rules.filter(({ expression }) => matches(expression, event)).map(({ id }) => id);
    return { atMs: second * 1000, event, ruleIds };
  });
  expect(found.toSorted(byTime)).toEqual(referenceReports(lowestFirst(correlations), timed).toSorted(byTime));
  return found;
}

function byTime(a: Report, b: Report): number {
  return a.atMs - b.atMs || spelled(a).localeCompare(spelled(b));
}

function spelled({ id, group }: Report): string {
  return JSON.stringify([id, group]);
}

function lowestFirst(correlations: readonly Correlation[]): Correlation[] {
  const rests = (one: Correlation, on: Correlation): boolean => one.rules.includes(on.id);
  return correlations.toSorted((a, b) => Number(rests(a, b)) - Number(rests(b, a)));
}

/** A rule that events of a kind meet. */
function rule(name: string, id = name): string {
  return `title: ${name}\nid: ${id}\nname: ${name}\nlogsource: {category: any}\ndetection: {s: {Kind: ${name}}, condition: s}\n`;
}

/** As many events, a second apart. */
function times(count: number, event: (index: number) => EventRecord): Timed[] {
  return Array.from({ length: count }, (_, index) => [index, event(index)]);
}

interface Vector {
  /** Under `tests/schema/correlation`. */
  readonly file: string;
  readonly rules: readonly string[];
  /** By what is peculiar to them: the events, and the seconds at which the correlation reports. */
  readonly cases: Readonly<Record<string, readonly [events: readonly Timed[], reports: readonly number[]]>>;
}

const failed = (over: EventRecord = {}): EventRecord => ({ Kind: 'failed', ComputerName: 'dc', ...over });
const recon = (at: number, command: 'a' | 'b' | 'c', User = 'mary'): Timed => [
  at,
  { Kind: `recon_cmd_${command}`, ComputerName: 'pc', User },
];
const reconRules = ['a', 'b', 'c'].map((command) => rule(`recon_cmd_${command}`));
const sprayed = (User: number): EventRecord => failed({ WorkstationName: 'pc', User: `u${User}` });
const sent = (bytes: number | string, User = 'mary'): EventRecord => ({
  Kind: 'website_access',
  SourceIP: '192.0.2.1',
  User,
  bytes_sent: bytes,
});
const traffic = (BytesOut: unknown): EventRecord => ({
  Kind: 'traffic',
  SourceIP: '192.0.2.1',
  User: 'mary',
  BytesOut,
});
const started = (Image: string, ComputerName = 'pc'): EventRecord => ({
  Kind: 'process_creation',
  ComputerName,
  Image,
});
const asked = (name: string): EventRecord => ({ Kind: 'failed', dns: { question: { name } } });

const vectors: readonly Vector[] = [
  {
    file: 'event_count.yml',
    rules: [rule('failed', '5638f7c0-ac70-491d-8465-2a65075e0d86')],
    cases: {
      'a hundred': [times(100, () => failed()), [99]],
      'one too few': [times(99, () => failed()), []],
      'two computers': [times(198, (index) => failed({ ComputerName: `pc${index % 2}` })), []],
      'no computer': [times(200, () => failed({ ComputerName: null })), []],
      'the last exactly in time': [[...times(99, () => failed()), [hour, failed()]], [hour]],
      'the last a second late': [[...times(99, () => failed()), [hour + 1, failed()]], []],
    },
  },
  {
    file: 'event_count_ecs.yml',
    rules: [rule('failed', '5638f7c0-ac70-491d-8465-2a65075e0d86')],
    cases: {
      'a hundred of one name': [times(100, () => asked('example.org')), [99]],
      'two names': [times(199, (index) => asked(`${index % 2}.example.org`)), [198]],
    },
  },
  {
    file: 'value_count.yml',
    rules: [rule('failed', '5638f7c0-ac70-491d-8465-2a65075e0d86')],
    cases: {
      'a hundred accounts': [times(100, sprayed), [99]],
      'one account often': [times(300, () => sprayed(1)), []],
      'ninety-nine accounts': [times(300, (index) => sprayed(index % 99)), []],
      'from two workstations': [times(198, (index) => ({ ...sprayed(index), WorkstationName: `pc${index % 2}` })), []],
      'exactly a day': [times(100, sprayed).map(([at, event]) => [(at * 24 * hour) / 99, event] as const), [24 * hour]],
      'a little more': [times(100, sprayed).map(([at, event]) => [(at * 25 * hour) / 99, event] as const), []],
    },
  },
  {
    file: 'temporal.yml',
    rules: reconRules,
    cases: {
      'any order': [[recon(0, 'c'), recon(10, 'a'), recon(20, 'b')], [20]],
      'one twice, one missing': [[recon(0, 'c'), recon(10, 'a'), recon(20, 'a')], []],
      'another user': [[recon(0, 'c'), recon(10, 'a', 'tom'), recon(20, 'b')], []],
      'five minutes': [[recon(0, 'c'), recon(10, 'a'), recon(5 * minute, 'b')], [5 * minute]],
      longer: [[recon(0, 'c'), recon(10, 'a'), recon(5 * minute + 1, 'b')], []],
    },
  },
  {
    file: 'temporal_ordered.yml',
    rules: reconRules,
    cases: {
      'the order': [[recon(0, 'a'), recon(10, 'b'), recon(20, 'c')], [20]],
      'another order': [[recon(0, 'c'), recon(10, 'a'), recon(20, 'b')], []],
      'others between': [[recon(0, 'a'), recon(1, 'c'), recon(2, 'a'), recon(10, 'b'), recon(20, 'c')], [20]],
      'too late, but begun again': [[recon(0, 'a'), recon(100, 'a'), recon(200, 'b'), recon(350, 'c')], [350]],
      'too late': [[recon(0, 'a'), recon(200, 'b'), recon(350, 'c')], []],
    },
  },
  {
    file: 'value_sum.yml',
    rules: [rule('website_access')],
    cases: {
      'a million and one': [
        [
          [0, sent(600_000)],
          [9, sent('400001')],
        ],
        [9],
      ],
      'a million': [
        [
          [0, sent(600_000)],
          [9, sent(400_000)],
        ],
        [],
      ],
      'two users': [
        [
          [0, sent(600_000)],
          [9, sent(600_000, 'tom')],
        ],
        [],
      ],
      'more than an hour': [
        [
          [0, sent(600_000)],
          [hour + 1, sent(600_000)],
        ],
        [],
      ],
    },
  },
  {
    file: 'value_avg.yml',
    rules: [rule('traffic', 'rule_a_id')],
    cases: {
      'half a byte more': [
        [
          [0, traffic(400)],
          [1, traffic(601)],
        ],
        [1],
      ],
      'five hundred': [
        [
          [0, traffic(400)],
          [1, traffic(600)],
        ],
        [],
      ],
      'what is no number does not count': [
        [
          [0, traffic('much')],
          [1, traffic(null)],
          [2, traffic('501')],
        ],
        [2],
      ],
    },
  },
  {
    file: 'value_percentile.yml',
    rules: [rule('process_creation')],
    cases: {
      'one in a hundred': [[...times(99, () => started('svchost')), [99, started('evil')]], [99]],
      'one in ninety-nine': [[...times(98, () => started('svchost')), [99, started('evil')]], []],
      'of another computer': [[...times(99, () => started('svchost')), [99, started('evil', 'dc')]], []],
    },
  },
];

describe.skipIf(corpus === undefined)(
  'the correlations that the specification tests its schema with (NETSENTINEL_CORPUS)',
  () => {
    const folder = join(corpus ?? '', '02-sigma-spec', 'tests', 'schema', 'correlation');
    const named = vectors.flatMap(({ file, rules, cases }) =>
      Object.entries(cases).map(([name, [events, reports]]) => ({ file, rules, name, events, reports })),
    );

    test.each(named)('$file: $name', ({ file, rules, events, reports }) => {
      const text = [readFileSync(join(folder, file), 'utf8'), ...rules].join('\n---\n');
      expect(judge(text, events).map(({ atMs }) => atMs / 1000)).toEqual(reports);
    });
  },
);

describe.skipIf(corpus === undefined)("the specification's examples (NETSENTINEL_CORPUS)", () => {
  const text = (): string =>
    readFileSync(
      join(corpus ?? '', '02-sigma-spec', 'specification', 'sigma-correlation-rules-specification.md'),
      'utf8',
    );
  const block = (pattern: RegExp): string => pattern.exec(text())?.[1] ?? '';

  test('an address that is the source of one event and the destination of another', () => {
    const example = block(/```yaml\n(title: —\n[^]*?)```/).replace('id: —', 'id: example');
    const all = [example, rule('internal_error'), rule('new_network_connection')].join('\n---\n');
    const inside = '192.0.2.1';
    const outside = '198.51.100.1';
    const between = (Kind: string, source: string, destination: string): EventRecord => ({
      Kind,
      source: { ip: source },
      destination: { ip: destination },
    });
    const error = between('internal_error', outside, inside);
    const out = between('new_network_connection', inside, outside);
    expect(
      judge(all, [
        [0, error],
        [9, out],
      ]),
    ).toEqual([{ id: 'example', atMs: 9_000, group: [inside, outside], measured: 2 }]);
    expect(
      judge(all, [
        [0, error],
        [9, between('new_network_connection', outside, inside)],
      ]),
    ).toEqual([]);
    expect(
      judge(all, [
        [0, error],
        [11, out],
      ]),
    ).toEqual([]);
  });

  test('many failed logins, then a good one', () => {
    const example = block(/```yml\n(title: Correlation - Multiple Failed Logins[^]*?)```/);
    const login = (EventID: number, User = 'mary'): EventRecord => ({ EventID, User });
    const fails = times(10, (index) => login(index % 2 === 0 ? 529 : 4625));
    const seconds = (events: readonly Timed[]): number[] => judge(example, events).map(({ atMs }) => atMs / 1000);
    expect(seconds([...fails, [60, login(4624)]])).toEqual([9, 60]);
    expect(seconds([...fails.slice(1), [60, login(4624)]])).toEqual([]);
    expect(seconds([...fails, [60, login(528, 'tom')]])).toEqual([9]);
    expect(seconds([[0, login(4624)], ...fails])).toEqual([9]);
    expect(seconds([...fails, [9 + 10 * minute, login(4624)]])).toEqual([9, 9 + 10 * minute]);
    expect(seconds([...fails, [10 + 10 * minute, login(4624)]])).toEqual([9]);
  });
});

describe.skipIf(corpus === undefined)('the lane of logins (NETSENTINEL_CORPUS)', () => {
  const base = ['failure', 'success'].map(
    (how) =>
      `title: ${how}\nid: ${how}\nlogsource: {product: windows, category: authentication}\n` +
      `detection: {s: {EventType: authentication_${how}}, condition: s}\n`,
  );
  const read = (): Timed[] =>
    readFileSync(join(corpus ?? '', '20-sigma-lanes', 'correlation.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line, second) => [second, nativeEvent(JSON.parse(line))]);
  const cases: readonly (readonly [CorrelationType, string, string, readonly string[]])[] = [
    ['event_count', '[User]', '10m', ['gte: 5', 'gte: 80', 'gt: 200', 'lte: 3', 'eq: 80', 'gt: 10, lt: 60']],
    ['event_count', '[User, SourceIP]', '1h', ['gte: 2', 'gte: 4', 'neq: 1']],
    [
      'value_count',
      '[Computer]',
      '5m',
      ['field: SourceIP, gte: 10', 'field: [User, SourceIP], gte: 150', 'field: User, lt: 3'],
    ],
    ['temporal', '[User]', '1m', ['gte: 2', 'eq: 1']],
    ['temporal_ordered', '[SourceIP]', '2m', ['gte: 2']],
    [
      'value_sum',
      '[SourceIP]',
      '20m',
      ['field: BytesOut, gt: 10000', 'field: BytesOut, gte: 90000', 'field: BytesOut, lt: 4000'],
    ],
    ['value_avg', '[User]', '10m', ['field: BytesOut, gt: 3000', 'field: BytesOut, lt: 1500']],
    ['value_percentile', '[Computer]', '10m', ['field: SourceIP, lte: 1', 'field: EventType, gte: 90']],
  ];

  test.each(cases)('%s by %s within %s', (type, groupBy, timespan, conditions) => {
    const correlations = conditions.map(
      (condition, index) =>
        `title: ${type}\nid: c${index}\ncorrelation: {type: ${type}, rules: [failure, success], group-by: ${groupBy}, timespan: ${timespan}, condition: {${condition}}}\n`,
    );
    const found = judge([...base, ...correlations].join('---\n'), read());
    expect(found.length).toBeGreaterThan(0);
  });
});
