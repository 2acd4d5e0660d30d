/** The language of Hunt against what the API takes. */
import { describe, expect, it } from 'vitest';
import { parseFilter } from '@netsentinel/api/http/events/filter-text';
import { placeAt, withChoice, withCondition } from '../../surface/console/lib/hunt/complete.ts';
import { parseHunt } from '../../surface/console/lib/hunt/parse.ts';
import { filtersOf, type HuntFault, type HuntQuery } from '../../surface/console/lib/hunt/query.ts';
import { quote } from '../../surface/console/lib/hunt/tokens.ts';

const HOUR = 3_600_000;
const FIELDS = new Set(['source.ip', 'user.name', 'destination.port', 'message']);
const isField = (name: string): boolean => FIELDS.has(name);

function query(text: string): HuntQuery {
  const parsed = parseHunt(text);
  if (!parsed.ok) throw new Error(`${parsed.fault.why} at ${parsed.fault.from}`);
  return parsed.query;
}

function fault(text: string): HuntFault {
  const parsed = parseHunt(text, isField);
  if (parsed.ok) throw new Error('there is no fault');
  return parsed.fault;
}

describe('a question', () => {
  it('becomes what the API takes', () => {
    const asked = query(
      'source.ip = 203.0.113.7 and user.name != root and destination.port in (22, 2222) and message contains "wget it" zanzibar last 24h',
    );
    expect(filtersOf(asked)).toEqual({
      filter: [
        'source.ip:eq:203.0.113.7',
        '!user.name:eq:root',
        'destination.port:in:["22","2222"]',
        'message:contains:wget it',
      ],
      words: 'zanzibar',
    });
    expect(asked.lastMs).toBe(24 * HOUR);
    for (const filter of filtersOf(asked).filter!) expect(parseFilter(filter).ok).toBe(true);
  });

  it.each([
    ['source.ip in 203.0.113.0/24', 'source.ip:cidr:203.0.113.0/24'],
    ['source.ip not in 2001:db8::/32', '!source.ip:cidr:2001:db8::/32'],
    ['source.ip = ::1', 'source.ip:eq:::1'],
    ['user.name!=root', '!user.name:eq:root'],
    ['user.name starts with adm', 'user.name:prefix:adm'],
    ['user.name not contains adm', '!user.name:contains:adm'],
    ['user.name exists', 'user.name:exists'],
    ['not user.name exists', '!user.name:exists'],
    ['destination.port >= 1024', 'destination.port:gte:1024'],
    ['message = "say \\"hi\\" \\\\ bye"', 'message:eq:say "hi" \\ bye'],
    ["message = 'it and (that)'", 'message:eq:it and (that)'],
    ['user.name = root or user.name = admin', 'user.name:in:["root","admin"]'],
    ['(user.name = root or user.name in (a, b))', 'user.name:in:["root","a","b"]'],
    ['not (user.name = root or user.name = admin)', '!user.name:in:["root","admin"]'],
  ])('%s is %s', (text, filter) => {
    expect(filtersOf(query(text))).toEqual({ filter: [filter] });
    expect(parseFilter(filter).ok).toBe(true);
  });

  it('takes words, texts and names without an operator as words', () => {
    expect(filtersOf(query('wget "chmod 777" user.name'))).toEqual({ words: 'wget chmod 777 user.name' });
    expect(filtersOf(query(''))).toEqual({});
  });

  it.each([
    ['source.ip =', 11, 11, 'noValue', 'value'],
    ['source.ip = and user.name = x', 12, 15, 'noValue', 'value'],
    ['sorce.ip = 1', 0, 8, 'noField', 'condition'],
    ['user.name in x', 13, 14, 'noList', 'list'],
    ['user.name in (a, b', 13, 14, 'openBracket', 'value'],
    ['user.name = "abc', 12, 16, 'openQuote', 'value'],
    ['user.name = a or source.ip = b', 14, 16, 'orElsewhere', 'joiner'],
    ['source.ip = a and user.name = b or user.name = c', 32, 34, 'orElsewhere', 'joiner'],
    ['user.name = a and', 17, 17, 'noCondition', 'condition'],
    ['and user.name = a', 0, 3, 'strayJoiner', 'condition'],
    ['user.name = a )', 14, 15, 'strayBracket', 'joiner'],
    ['not wget', 0, 8, 'notGroup', 'condition'],
    ['wget last 5y', 10, 12, 'noTime', 'time'],
    ['last 5m last 1h', 13, 15, 'twoTimes', 'joiner'],
    ['= 5', 0, 1, 'noCondition', 'condition'],
  ])('%s is wrong at %i to %i', (text, from, to, why, expected) => {
    expect(fault(text)).toMatchObject({ from, to, why, expected });
  });

  it('is refused where the API would take no more conditions', () => {
    const many = Array.from({ length: 33 }, (_, n) => `user.name != u${n}`).join(' and ');
    expect(fault(many)).toMatchObject({ why: 'tooMany' });
  });

  it('never breaks, whatever is typed', () => {
    const alphabet = [
      'a.b',
      '=',
      '!',
      '(',
      ')',
      ',',
      '"',
      "'",
      ' ',
      'and',
      'or',
      'not',
      'in',
      ':',
      '::1',
      '\\',
      'last',
      '5m',
      '\u202e',
      '\ud800',
    ];
    for (let n = 0; n < 3_000; n++) {
      const text = Array.from(
        { length: 8 },
        (_, i) => alphabet[(n * (i + 7) * 2_654_435_761 + (n >> i)) % alphabet.length],
      ).join(n % 2 === 0 ? '' : ' ');
      const parsed = parseHunt(text);
      if (parsed.ok) filtersOf(parsed.query);
      expect(parsed.ok ? 0 : parsed.fault.to).toBeLessThanOrEqual(text.length);
      placeAt(text, text.length, isField);
    }
  });

  it.each(['root', 'and', 'a b', 'say "x"', '\\', '::1', '203.0.113.0/24', 'ключ', "it's", '', '-1', 'a,b'])(
    'holds %j as a value when it is quoted',
    (value) => {
      expect(query(`user.name = ${quote(value)}`).conditions[0]?.values).toEqual([value]);
    },
  );
});

describe('completion', () => {
  it.each([
    ['', 'field', ''],
    ['sour', 'field', 'sour'],
    ['source.ip ', 'operator', ''],
    ['source.ip no', 'operator', 'no'],
    ['source.ip = ', 'value', ''],
    ['source.ip = 203', 'value', '203'],
    ['destination.port in (22, 2', 'value', '2'],
    ['source.ip = 1 ', 'joiner', ''],
    ['source.ip = 1 and ', 'field', ''],
    ['source.ip = 1 and us', 'field', 'us'],
  ])('after %j is a %s', (text, kind, typed) => {
    expect(placeAt(text, text.length, isField)).toMatchObject({ kind, typed });
  });

  it('knows of which field a value is, and puts a choice in its place', () => {
    const text = 'user.name = ro';
    const place = placeAt(text, text.length, isField);
    expect(place.field).toBe('user.name');
    expect(withChoice(text, place, 'root user')).toEqual({ text: 'user.name = "root user" ', caret: 24 });
  });

  it('adds a condition to a question, also to one of alternatives', () => {
    expect(withCondition('', 'user.name', 'root', false)).toBe('user.name = root');
    expect(withCondition('wget', 'user.name', 'a b', true)).toBe('wget and user.name != "a b"');
    expect(withCondition('wget', 'user.name', null, false)).toBe('wget and user.name not exists');
    const both = withCondition('user.name = a or user.name = b', 'source.ip', '192.0.2.7', false);
    expect(filtersOf(query(both)).filter).toEqual(['user.name:in:["a","b"]', 'source.ip:eq:192.0.2.7']);
  });
});
