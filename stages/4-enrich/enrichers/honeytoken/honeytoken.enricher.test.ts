import type { Event } from '@netsentinel/contracts/event';
import type { Honeytoken } from '@netsentinel/contracts/honeytoken';
import { describe, expect, it } from 'vitest';
import { honeytokenEnricher } from './honeytoken.enricher.ts';

const TOKEN: Honeytoken = {
  id: 'web.aws-key',
  kind: 'aws-key',
  title: 'AWS access key AKIAABCDEFGHIJKLMNOP',
  machine: 'web01 (debian-12-server)',
  places: ['/root/.aws/credentials'],
  words: ['AKIAABCDEFGHIJKLMNOP', 'svc_backup_0a1b2c'],
};
const { enrich } = honeytokenEnricher([TOKEN]);

function seen(event: object): unknown {
  return enrich({ event: { kind: 'event' }, netsentinel: {}, ...event } as Event).netsentinel.honeytoken;
}

describe('a honeytoken', () => {
  it.each([
    ['as a login', { user: { name: 'svc_backup_0a1b2c' } }],
    ['as a password', { netsentinel: { credential: { password: 'AKIAABCDEFGHIJKLMNOP' } } }],
    ['in an address', { url: { original: '/x?key=AKIAABCDEFGHIJKLMNOP&y=1' } }],
    ['in a command', { process: { command_line: 'aws configure set aws_access_key_id AKIAABCDEFGHIJKLMNOP' } }],
    ['in a body', { http: { request: { body: { content: '{"id":"AKIAABCDEFGHIJKLMNOP"}' } } } }],
    [
      'in any line of a log',
      { event: { kind: 'event', original: '"accessKeyId":"AKIAABCDEFGHIJKLMNOP","eventName"' } },
    ],
  ])('is seen %s', (_, event) => {
    expect(seen(event)).toEqual({
      id: 'web.aws-key',
      kind: 'aws-key',
      title: TOKEN.title,
      place: '/root/.aws/credentials on web01 (debian-12-server)',
    });
  });

  it('is nowhere else', () => {
    expect(seen({ message: 'AKIAABCDEFGHIJKLMNOQ xAKIAABCDEFGHIJKLMNOP' })).toBeUndefined();
    expect(seen({ message: 'svc_backup_0a1b' })).toBeUndefined();
  });

  it('costs nothing where there are none', () => {
    const event = { event: {}, netsentinel: {}, message: 'AKIAABCDEFGHIJKLMNOP' } as unknown as Event;
    expect(honeytokenEnricher([]).enrich(event)).toBe(event);
    expect(enrich({ ...event, message: 'x' })).toMatchObject({ message: 'x' });
  });
});
