/** JSON objects of applications, written after their manuals: whom they blame, and what they were asked for. */
import type { EcsDocument, JsonObject } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { applicationJson } from './application-json.parser.ts';

const CLIENT = '198.51.100.7';
const parser = applicationJson.create({ zone: 'UTC', referenceMs: Date.UTC(2026, 10, 22), trustedProxies: [] });
const read = (object: JsonObject) => parser.object!(object, JSON.stringify(object)) as EcsDocument;

it.each<[string, JsonObject]>([
  [
    'words with an address in them',
    { timestamp: '2026-11-21 09:30:00.784', message: `Failed login attempt for username "alice" from ip ${CLIENT}` },
  ],
  [
    'words and keys',
    {
      time: '2026-11-21T09:30:00Z',
      sender: 'connection_failed',
      client_ip: CLIENT,
      username: 'alice',
      error: 'invalid credentials',
    },
  ],
  [
    'an outcome of its own',
    {
      event: 'user.login',
      time: '2026-11-21T09:30:00.133Z',
      user: 'alice',
      success: false,
      'addr.remote': `${CLIENT}:34204`,
    },
  ],
  [
    'objects within',
    {
      t: { $date: '2026-11-21T09:30:00.123+00:00' },
      c: 'ACCESS',
      msg: 'Authentication failed',
      attr: { principalName: 'alice', remote: `${CLIENT}:51234` },
    },
  ],
  ['a flag', { ts: 1_795_253_400.123, msg: 'x', authentication_failed: true, ip: CLIENT, user: 'alice' }],
  [
    'hops, the client first',
    {
      timestamp: '2026-11-21T09:30:00Z',
      message: 'Authentication attempt invalid password',
      request_ip: `${CLIENT}, 192.0.2.9`,
      user: 'alice',
    },
  ],
  [
    'compact names',
    { '@t': '2026-11-21T09:30:00Z', '@m': 'Invalid password for user alice', RemoteIpAddress: CLIENT, user: 'alice' },
  ],
  [
    'a cloud console',
    {
      eventTime: '2026-11-21T09:30:00Z',
      eventName: 'ConsoleLogin',
      sourceIPAddress: CLIENT,
      errorMessage: 'Failed authentication',
      userIdentity: { userName: 'alice' },
    },
  ],
])('a failed login told by %s', (_, object) => {
  expect(read(object)).toMatchObject({
    '@timestamp': expect.stringMatching(/^2026-11-21T09:30:00/),
    event: { category: ['authentication'], outcome: 'failure' },
    source: { ip: CLIENT },
  });
});

it('reads web requests with their answer', () => {
  expect(
    read({
      start_time: '2026-11-21T09:30:00Z',
      method: 'get',
      'x-envoy-origin-path': '/admin?a=1',
      response_code: 404,
      'user-agent': 'curl',
      downstream_remote_address: `${CLIENT}:5`,
    }),
  ).toMatchObject({
    event: { category: ['web'], outcome: 'failure' },
    http: { request: { method: 'GET' }, response: { status_code: 404 } },
    url: { path: '/admin', query: 'a=1' },
    user_agent: { original: 'curl' },
    source: { ip: CLIENT },
  });
});

it('reads the verdict of an application firewall', () => {
  expect(
    read({
      eventTime: '2026-11-21T09:30:00Z',
      eventName: 'Web Request',
      eventData: { sourceIP: CLIENT, securityAction: 'Prevent', waapIncidentType: 'SQL Injection' },
    }),
  ).toMatchObject({
    event: { kind: 'alert', type: ['denied'] },
    rule: { name: 'SQL Injection' },
    source: { ip: CLIENT },
  });
});

it('keeps other messages, and refuses what tells nothing', () => {
  expect(read({ time: '2026-11-21T09:30:00Z', level: 'info', msg: 'started' })).toMatchObject({
    message: 'started',
    event: { kind: 'event' },
  });
  expect(
    read({ time: '2026-11-21T09:30:00Z', msg: 'x', method: 'create', path: '/a', ip: CLIENT }).url,
  ).toBeUndefined();
  expect(parser.object!({ a: 1 }, '')).toMatchObject({ reason: expect.any(String) });
});
