/** What is left of what was found, by the attacker it is about. */
import type { Detection } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import type { Exception } from '@netsentinel/contracts/exception';
import { describe, expect, it } from 'vitest';
import { FindingExceptions } from './finding-exceptions.ts';

const exception: Exception = {
  id: '3b241101-e2bb-4255-8caf-4136c566a962',
  rules: ['login-brute-force', 'r1'],
  where: { 'source.ip': ['198.51.100.7'] },
  reason: 'our backup',
  by: 'ada',
  at: '2026-11-21T10:00:00.000Z',
  incident: 'inc-1',
};
const found = ['login-brute-force', 'web-attack'].map((id) => ({ rule: { id, title: id } }) as Detection);
const from = (ip: string, actor = ip): Event =>
  ({
    '@timestamp': '2026-11-21T10:00:00.000Z',
    event: { id: '1', kind: 'event', dataset: 'x' },
    source: { ip },
    netsentinel: { actor, sensor: { id: 's' } },
  }) as Event;

function left(one: Partial<Exception> | undefined, event: Event): unknown {
  const exceptions = new FindingExceptions();
  exceptions.use(one === undefined ? [] : [{ ...exception, ...one }]);
  const { detections, isExcepted } = exceptions.leave(event, found);
  return [detections.map(({ rule }) => rule.id), isExcepted];
}

const ALL = ['login-brute-force', 'web-attack'];

describe('exceptions over findings', () => {
  it('take away what they name, of whom they name, and nothing else', () => {
    expect(left({}, from('198.51.100.7'))).toEqual([['web-attack'], true]);
    expect(left({}, from('198.51.100.8'))).toEqual([ALL, false]);
    expect(left(undefined, from('198.51.100.7'))).toEqual([ALL, false]);
    const network = { where: { 'source.ip|cidr': ['2001:db8:0:7::/64'] } };
    expect(left(network, from('2001:db8:0:7::9'))).toEqual([['web-attack'], true]);
    expect(left(network, from('2001:db8:0:8::9'))).toEqual([ALL, false]);
    const host = { where: { 'netsentinel.actor': ['host:web-1'] } };
    expect(left(host, from('192.0.2.1', 'host:web-1'))).toEqual([['web-attack'], true]);
  });

  it('excuse an attacker only by what an incident taught', () => {
    const exceptions = new FindingExceptions();
    const { incident: _, ...written } = exception;
    exceptions.use([written]);
    expect(exceptions.leave(from('198.51.100.7'), found)).toEqual({ detections: [found[1]], isExcepted: false });
    exceptions.use([]);
    expect(exceptions.leave(from('198.51.100.7'), found).detections).toBe(found);
  });
});
