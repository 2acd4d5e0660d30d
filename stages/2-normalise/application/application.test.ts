/** General understanding of what programs write: their times, the client they speak of, requests that they tell of. Logins are tested with the parsers. */
import { describe, expect, it } from 'vitest';
import { zoneOf } from '../text/zone.ts';
import { clientIn } from './client-address.ts';
import { loginOutcome, userIn } from './login-words.ts';
import { requestIn } from './request-words.ts';
import { timeIn } from './time-in-line.ts';

const UTC = zoneOf('UTC')!;
const REFERENCE_MS = Date.UTC(2026, 10, 22);
const CLIENT = '198.51.100.7';

describe('times', () => {
  it.each([
    '2026-11-21T09:30:00Z x',
    '2026-11-21 10:30:00 +0100 x',
    '2026/11/21 - 09:30:00 | 401 |',
    '[2026-11-21 09:30:00 UTC] x',
    'web-1 [21/Nov/2026:09:30:00 +0000] x',
    '21-Nov-2026 09:30:00 x',
    'Nov 21 09:30:00 x',
    'Sat Nov 21 09:30:00 2026 [pid 2] x',
    'Nov 21, 2026 09:30:00 AM x',
    '11/21/2026, 9:30:00 AM x',
    '11/21/26 09:30:00.000001 x',
    '21.11.2026 09:30:00 x',
  ])('reads %s', (line) => {
    expect(timeIn(line, UTC, REFERENCE_MS)?.ms).toBe(Date.UTC(2026, 10, 21, 9, 30));
  });

  it('keeps thousandths, and knows noon from midnight', () => {
    expect(timeIn('2026-11-21 09:30:00,125 x', UTC, REFERENCE_MS)?.ms).toBe(Date.UTC(2026, 10, 21, 9, 30, 0, 125));
    expect(timeIn('11/21/2026, 12:30:00 AM', UTC, REFERENCE_MS)?.ms).toBe(Date.UTC(2026, 10, 21, 0, 30));
    expect(timeIn('11/21/2026, 12:30:00 PM', UTC, REFERENCE_MS)?.ms).toBe(Date.UTC(2026, 10, 21, 12, 30));
  });

  it('says where a time stands that cannot be, or that has no day, and nothing where none stands', () => {
    expect(timeIn('2026-11-21 09:30:77 x', UTC, REFERENCE_MS)).toEqual({ ms: undefined, from: 0, end: 19 });
    expect(timeIn('09:30:00.125 x', UTC, REFERENCE_MS)).toEqual({ ms: undefined, from: 0, end: 12 });
    expect(timeIn('nothing of the kind', UTC, REFERENCE_MS)).toBeUndefined();
    expect(timeIn(`${'x'.repeat(200)} 2026-11-21 09:30:00`, UTC, REFERENCE_MS)).toBeUndefined();
  });
});

describe('the client', () => {
  it.each([
    `failed from ${CLIENT}:39522: no`,
    `failed IP: ${CLIENT}. Username: x`,
    `attempt from [${CLIENT}, 192.0.2.1] failed`,
    `[${CLIENT}:50051] Invalid username`,
    `AUTH-ERROR: ${CLIENT} - Invalid username`,
    `{"ip":"::ffff:${CLIENT}","email":"x"}`,
    `peer_ip=${CLIENT} server=192.0.2.1`,
    `from upstream 192.0.2.1, client_ip=${CLIENT}`,
    `bob ${CLIENT} failed to login at 192.0.2.1`,
  ])('is found in %s', (text) => {
    expect(clientIn(text)?.ip).toBe(CLIENT);
  });

  it.each([
    'login failed from 198.51.100.7 from 203.0.113.9',
    'connected to 192.0.2.1',
    'version 1.2.3.4',
    'no address at all',
    'host 300.1.1.1',
  ])('is left open in %s', (text) => {
    expect(clientIn(text)).toBeUndefined();
  });
});

describe('logins', () => {
  it.each([
    'Failed login attempt for user x',
    'Username or password is incorrect. Try again.',
    'type=LOGIN_ERROR, realmId=x',
    'Authentication attempt for user "x" failed.',
    'AUTHENTICATION_FAILED',
    'Token is invalid!',
    "Can't find user [2501@x]",
    'Rejected by register acl',
    'Mislukte login poging',
    'action="ssl-login-fail"',
  ])('that failed: %s', (text) => {
    expect(loginOutcome(text)).toBe('failure');
  });

  it.each(['server started', 'loaded 12 users', 'GET /login/failed.html', 'password changed'])(
    'no login: %s',
    (text) => {
      expect(loginOutcome(text)).toBeUndefined();
    },
  );

  it('tells who was named, and no word for it', () => {
    expect(userIn('Login failed for user `alice`')).toBe('alice');
    expect(userIn('username=alice ip=x')).toBe('alice');
    expect(userIn('Invalid user attempt.')).toBeUndefined();
  });
});

describe('requests', () => {
  it.each([
    ['198.51.100.7 POST /api/login took 8ms and returned 401 65 bytes', 'POST', '/api/login', 401],
    ['401 |  505µs | 198.51.100.7 | POST     "/client"', 'POST', '/client', 401],
    ['x 198.51.100.7 undefined GET /a?b=1 404 ok 1', 'GET', '/a?b=1', 404],
    ['198.51.100.7:51234 - "POST /login HTTP/1.1" 401 Unauthorized', 'POST', '/login', 401],
    [
      '"HTTP: POST http://example.org/auth/login" httpStatus=401 remoteAddr=x',
      'POST',
      'http://example.org/auth/login',
      401,
    ],
    ['/api/login: 403 198.51.100.7 <nil>', undefined, '/api/login', 403],
  ])('%s', (text, method, target, status) => {
    expect(requestIn(text)).toEqual({ method, target, status });
  });

  it('are none without an answer', () => {
    expect(requestIn('will POST /x later')).toBeUndefined();
    expect(requestIn('PUT down the phone')).toBeUndefined();
  });
});
