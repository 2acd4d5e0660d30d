import { describe, expect, it } from 'vitest';
import { fieldsLike, isEventField } from './event-fields.ts';

describe('fields of events', () => {
  it.each(['@timestamp', 'source.ip', 'dns.answers.data', 'threat.technique.id', 'netsentinel.session.id', 'tags'])(
    'are known: %s',
    (name) => expect(isEventField(name)).toBe(true),
  );

  it.each(['zeek.conn.history', 'netsentinel.environment.LANG', 'suricata.eve.flow_id'])(
    'may be whatever a vendor calls them: %s',
    (name) => expect(isEventField(name)).toBe(true),
  );

  it.each([
    '',
    'source',
    'source.',
    'sourceip',
    'zeek',
    'zeek.',
    'zeek.a"b',
    'zeek.a b',
    "x'; --",
    '__proto__',
    'x'.repeat(500),
  ])('are not: %s', (name) => expect(isEventField(name)).toBe(false));

  it('are told by a part of their name', () => {
    expect(fieldsLike('source')).toContain('source.ip');
    expect(fieldsLike('src.community_id')).toEqual(['network.community_id']);
    expect(fieldsLike('nothing at all')).toEqual([]);
  });
});
