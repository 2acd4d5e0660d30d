import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { VENDORS } from './event-vendors.ts';
import { Event, eventId, SensorEvent } from './event.ts';

const corpus = process.env['NETSENTINEL_CORPUS'];
const sensed = {
  '@timestamp': '2026-11-21T09:30:00.000Z',
  event: { kind: 'event', dataset: 'netsentinel.ssh', action: 'ssh-login' },
  source: { ip: '198.51.100.7' },
};

describe('an event', () => {
  it('is strict: what the schema does not know is refused, at any depth', () => {
    expect(SensorEvent.safeParse(sensed).success).toBe(true);
    for (const bad of [
      { ...sensed, sorce: {} },
      { ...sensed, source: { ip: '1.2.3.4', prot: 1 } },
      { ...sensed, netsentinel: { sensor: { id: 'x', type: 'y' } } },
      { ...sensed, event: { ...sensed.event, id: 'mine' } },
    ]) {
      expect(SensorEvent.safeParse(bad).success).toBe(false);
    }
  });

  it.each(['2026-11-21', '2026-11-21T09:30:00Z', '2026-11-21T09:30:00.000+01:00', 'yesterday'])(
    'takes no time but ISO 8601 in UTC: %s',
    (time) => {
      expect(SensorEvent.safeParse({ ...sensed, '@timestamp': time }).success).toBe(false);
    },
  );

  it('gets an id from its origin alone', () => {
    const origin = { producer: 'decoys', epoch: 'abc12345', sequence: 37 };
    expect(eventId(origin)).toBe('decoys~abc12345~11');
    expect(eventId({ ...origin, sequence: 38 })).not.toBe(eventId(origin));
  });
});

describe.skipIf(corpus === undefined)('the fields of an event (skipped without NETSENTINEL_CORPUS)', () => {
  it('are named and typed as ECS has them, but for our own and the vendors’', () => {
    const flat = parse(readFileSync(join(corpus!, '05-ecs/generated/ecs/ecs_flat.yml'), 'utf8')) as Record<
      string,
      { type: string }
    >;
    const wrong: string[] = [];
    for (const [name, type] of leaves(z.toJSONSchema(Event, { unrepresentable: 'any' }) as Schema, '')) {
      if (/^netsentinel\b/.test(name) || VENDORS.some((vendor) => vendor === name.split('.')[0])) continue;
      // The address that a line came from, as Elastic's own agents name it.
      if (name === 'log.source.address') continue;
      const field = flat[name];
      // A group such as `threat.indicator` whose content we take as it comes.
      if (field === undefined && Object.keys(flat).some((known) => known.startsWith(`${name}.`))) continue;
      if (field === undefined || !FITS[type]?.includes(field.type))
        wrong.push(`${name}: ${type}, ECS ${field?.type ?? 'has none'}`);
    }
    expect(wrong).toEqual([]);
  });
});

/** ECS types that a JSON type stands for. */
const FITS: Record<string, readonly string[]> = {
  string: ['keyword', 'constant_keyword', 'wildcard', 'match_only_text', 'text', 'ip', 'date'],
  integer: ['long', 'integer', 'short'],
  number: ['long', 'float', 'scaled_float'],
  boolean: ['boolean'],
  object: ['object', 'flattened', 'nested'],
};

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

function leaves(schema: Schema, prefix: string): [string, string][] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]): [string, string][] => {
    const inner = property.items ?? property;
    if (inner.properties !== undefined) return leaves(inner, `${prefix}${key}.`);
    return [[`${prefix}${key}`, inner.type ?? 'object']];
  });
}
