/** Exim's mainlog: who is blamed, who logs in. */
import { Refusal, type EcsDocument } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { exim } from './exim.parser.ts';

const A = '198.51.100.7';

function read(line: string): EcsDocument {
  return exim.create({ zone: 'UTC', referenceMs: 0, trustedProxies: [] }).line!(line) as EcsDocument;
}

it.each([
  [
    `login authenticator failed for h.example.net (x) [${A}]:41 I=[203.0.113.9]:25: 535 Incorrect authentication data (set_id=bob)`,
    'failure',
    A,
  ],
  [
    `[12] H=(x) [${A}]:41 I=[203.0.113.9]:25 F=<a@example.net> rejected RCPT <b@example.org>: relay not permitted`,
    'failure',
    A,
  ],
  [
    `1UlasQ-0003fr-45 F=<"a H=[203.0.113.66] "@example.net> H=(x) [${A}] P=esmtp rejected by local_scan(): no`,
    'failure',
    A,
  ],
  [`H=[${A}]:41 temporarily rejected RCPT <b@example.org>: greylisted`, 'unknown', A],
  [
    `SMTP protocol synchronization error (input sent without waiting for greeting): rejected connection from H=[${A}]:41 input="GET H=[203.0.113.66]"`,
    'failure',
    A,
  ],
  [`[7] 1ahr79-0006jK-G9 SMTP connection from (x) [${A}]:41 I=[203.0.113.9]:25 closed by DROP in ACL`, 'failure', A],
  [
    `1VxHWD-000NuW-83 SA: Action: silently tossed message: score=35.8. From <> (host=NULL [${A}]) for b@example.org`,
    'failure',
    A,
  ],
  [`1VxHWD-000NuW-83 <= a@example.org H=h.example.org [${A}] P=esmtpsa A=login:alice S=1`, 'success', A],
  ['1VxHWD-000NuW-83 Completed', undefined, undefined],
  ['SMTP command timeout on connection from somewhere', undefined, undefined],
])('%s', (text, outcome, ip) => {
  const { event, source } = read(`2026-11-21 09:30:00 ${text}`);
  expect([event.outcome, source?.ip]).toEqual([outcome, ip]);
});

it('reads zones, and refuses what has no time', () => {
  expect(read('2026-11-21 09:30:00.250 +0100 [7] Start queue run: pid=7')['@timestamp']).toBe(
    '2026-11-21T08:30:00.250Z',
  );
  expect(read('no time')).toBeInstanceOf(Refusal);
});
