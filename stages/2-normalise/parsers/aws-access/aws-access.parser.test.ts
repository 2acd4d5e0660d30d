import type { EcsDocument } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { awsAccess } from './aws-access.parser.ts';

const parser = () => awsAccess.create({ zone: 'UTC', referenceMs: Date.UTC(2026, 10, 22), trustedProxies: [] });
const [alb, elb, cloudFront] = awsAccess.examples as [string, string, string];

it('reads load balancers, new and classic', () => {
  expect(parser().line!(alb)).toMatchObject({
    '@timestamp': '2026-11-21T09:30:00.186Z',
    event: { dataset: 'aws.elb_logs', outcome: 'failure' },
    source: { ip: '198.51.100.7', port: 44_740 },
    http: { request: { method: 'GET' }, response: { status_code: 404 }, version: '1.1' },
    url: { domain: 'www.example.org', path: '/.env', port: 443 },
    user_agent: { original: 'curl/8.5.0' },
  });
  expect(parser().line!(elb)).toMatchObject({
    source: { ip: '198.51.100.7' },
    http: { response: { status_code: 200 } },
  });
});

it('reads CloudFront in its usual order, and in the order that a header says', () => {
  expect(parser().line!(cloudFront)).toMatchObject({
    '@timestamp': '2026-11-21T09:30:02.000Z',
    event: { dataset: 'aws.cloudfront_logs', outcome: 'failure' },
    source: { ip: '198.51.100.7' },
    url: { domain: 'www.example.org', path: '/a/login', query: 'b=1' },
  });
  const own = parser();
  expect(own.line!('#Version: 1.0')).toBeUndefined();
  expect(own.line!('#Fields: date time cs-uri-stem c-ip sc-status cs(User-Agent)')).toBeUndefined();
  const read = own.line!('2026-11-21\t09:30:02\t/x\t198.51.100.7\t403\tMozilla/5.0%2520(X11)') as EcsDocument;
  expect(read).toMatchObject({ url: { path: '/x' }, user_agent: { original: 'Mozilla/5.0 (X11)' } });
});

it('refuses what is neither', () => {
  expect(parser().line!('hello')).toMatchObject({ reason: expect.any(String) });
  expect(parser().line!('2026-11-21\t09:30:02')).toMatchObject({ reason: expect.any(String) });
});
