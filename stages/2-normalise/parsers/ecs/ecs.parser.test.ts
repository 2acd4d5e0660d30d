/** Nested, dotted and mixed events; exports; what is no ECS. */
import { Refusal } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { sampleOf } from '../../records/sample.ts';
import { ecs } from './ecs.parser.ts';

const parser = ecs.create({ zone: 'UTC', referenceMs: 0, trustedProxies: [] });
const TIME = '2026-11-21T09:30:00.125Z';

it('joins dotted names with nested ones', () => {
  const object = {
    '@timestamp': TIME,
    'event.category': 'network',
    event: { kind: 'alert', dataset: 'Strange!' },
    'source.ip': '198.51.100.7',
    source: { port: 5, 'user.name': 'ann' },
    'source.port.x': 'lost',
  };
  expect(parser.object!(object, 'text')).toEqual({
    '@timestamp': TIME,
    event: { category: ['network'], kind: 'alert', dataset: undefined, original: 'text' },
    source: { ip: '198.51.100.7', port: 5, user: { name: 'ann' } },
  });
});

it('opens what Elasticsearch exports', () => {
  const object = { _index: 'logs', _source: { '@timestamp': TIME, event: { action: 'x', original: 'line' } } };
  expect(parser.object!(object, 'text')).toMatchObject({
    '@timestamp': TIME,
    event: { action: 'x', original: 'line' },
  });
});

it.each([
  ['2026-11-21T09:30:00.123456Z', '2026-11-21T09:30:00.123456Z'],
  ['2026-11-21T10:30:00+01:00', '2026-11-21T09:30:00.000Z'],
  [1_795_253_400_125, TIME],
  ['never', undefined],
])('reads the time %s', (time, expected) => {
  expect(parser.object!({ '@timestamp': time }, '')).toMatchObject({ event: {} });
  expect((parser.object!({ '@timestamp': time }, '') as { '@timestamp'?: string })['@timestamp']).toBe(expected);
});

it('refuses and does not recognise what is none', () => {
  expect(parser.object!({ a: 1 }, '{"a":1}')).toBeInstanceOf(Refusal);
  expect(ecs.recognise(sampleOf(Buffer.from('{"@timestamp":"2026","a":1}\n'), true))).toBe(0);
});

it('reaches no prototype', () => {
  parser.object!(JSON.parse('{"@timestamp":1,"__proto__":{"x":1},"a.__proto__.x":1}') as object as never, '');
  expect(({} as { x?: number }).x).toBeUndefined();
});
