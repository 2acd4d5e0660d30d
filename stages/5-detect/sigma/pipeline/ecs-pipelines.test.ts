/** Our own pipelines: rules in Sigma's terms find events as the Elastic Common Schema has them. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { logsourceOf } from '../event-logsource.ts';
import { nativeEvent } from '../event.ts';
import { mayConcern } from '../match/routes.ts';
import { readRules } from '../read/read-rules.ts';
import { matches } from '../reference.ts';
import { readPipeline } from './pipeline.ts';

const folder = join(import.meta.dirname, '..', '..', '..', '..', 'content', 'sigma', 'pipelines');
const pipelines = globSync('*.yml', { cwd: folder })
  .toSorted()
  .map((name) => readPipeline(readFileSync(join(folder, name), 'utf8'), name));

function finds(logsource: string, search: string, json: Record<string, unknown>): boolean {
  const text = `title: T\nlogsource: ${logsource}\ndetection:\n  s: ${search}\n  condition: s\n`;
  const { rules, failed } = readRules([{ path: 'r', text }], { pipelines });
  expect(failed).toEqual([]);
  const event = nativeEvent(json);
  const sources = logsourceOf(event);
  return rules.some(
    (rule) =>
      (sources === undefined || sources.some((source) => mayConcern(rule.logsource, source))) &&
      matches(rule.expression, event),
  );
}

const process = { event: { category: ['process'], type: ['start'] }, host: { os: { type: 'windows' } } };

describe('rules in Sigma’s terms find', () => {
  test.each<[string, string, string, Record<string, unknown>]>([
    [
      'processes',
      '{product: windows, category: process_creation}',
      String.raw`{Image|endswith: '\cmd.exe', CommandLine|contains: whoami, ParentImage: p}`,
      {
        ...process,
        process: { executable: 'C:\\Windows\\cmd.exe', command_line: 'cmd /c whoami', parent: { executable: 'p' } },
      },
    ],
    [
      'users of a domain',
      '{product: windows, category: process_creation}',
      '{User|contains: AUTHORI}',
      { ...process, user: { name: 'SYSTEM', domain: 'NT AUTHORITY' } },
    ],
    [
      'hashes of any kind',
      '{product: windows, category: process_creation}',
      '{Hashes|contains: "IMPHASH=AB12"}',
      { ...process, process: { pe: { imphash: 'ab12' } } },
    ],
    [
      'outgoing connections',
      '{product: windows, category: network_connection}',
      "{Initiated: 'true', DestinationPort: 4444, DestinationIp|cidr: 198.51.100.0/24}",
      {
        event: { category: ['network'] },
        network: { direction: 'egress' },
        destination: { ip: '198.51.100.7', port: 4444 },
      },
    ],
    [
      'events of Windows by their number, as Winlogbeat has them',
      '{product: windows, service: security}',
      '{EventID: 4625, IpAddress: 198.51.100.7, TargetUserName: bo}',
      {
        event: { code: '4625' },
        source: { ip: '198.51.100.7' },
        winlog: { channel: 'Security', event_id: '4625', event_data: { TargetUserName: 'bo' } },
      },
    ],
    [
      'requests',
      '{category: webserver}',
      "{cs-method: GET, cs-uri-query|contains: '../', sc-status: 200, cs-user-agent: x}",
      {
        event: { category: ['web'] },
        http: { request: { method: 'GET' }, response: { status_code: 200 } },
        url: { original: '/a?b=../c' },
        user_agent: { original: 'x' },
      },
    ],
    [
      'names looked up',
      '{category: dns}',
      '{query|endswith: .onion, record_type: TXT}',
      {
        event: { category: ['network'] },
        network: { protocol: 'dns' },
        dns: { question: { name: 'a.onion', type: 'TXT' } },
      },
    ],
    [
      'records of the audit daemon',
      '{product: linux, service: auditd}',
      '{type: EXECVE, a0: curl}',
      { event: { dataset: 'auditd.log', action: 'execve' }, auditd: { log: { a0: 'curl' } } },
    ],
    [
      'logs of Zeek',
      '{product: zeek, service: dce_rpc}',
      '{operation: NetrJobAdd, endpoint: x}',
      { event: { dataset: 'zeek.dce_rpc', action: 'NetrJobAdd' }, zeek: { dce_rpc: { endpoint: 'x' } } },
    ],
    [
      'calls in the cloud',
      '{product: aws, service: cloudtrail}',
      '{eventName: StopLogging, eventSource: cloudtrail.amazonaws.com}',
      { event: { dataset: 'aws.cloudtrail', action: 'StopLogging', provider: 'cloudtrail.amazonaws.com' } },
    ],
    [
      'changes of a cluster',
      '{product: kubernetes, category: application, service: audit}',
      '{verb: delete, objectRef.resource: pods}',
      {
        event: { dataset: 'kubernetes.audit_logs' },
        kubernetes: { audit: { verb: 'delete', objectRef: { resource: 'pods' } } },
      },
    ],
  ])('%s', (_, logsource, search, event) => {
    expect(finds(logsource, search, event)).toBe(true);
    expect(finds(logsource, search, { event: { category: ['process'], dataset: 'none.such' } })).toBe(false);
  });
});

const corpus = globalThis.process.env['NETSENTINEL_CORPUS'];

test.skipIf(corpus === undefined)('all rules of the corpus read through them (NETSENTINEL_CORPUS)', () => {
  const root = join(corpus ?? '', '01-sigma-rules');
  const files = globSync('**/*.yml', { cwd: root }).map((path) => ({
    path,
    text: readFileSync(join(root, path), 'utf8'),
  }));
  const { rules, failed } = readRules(files, { pipelines });
  expect(failed).toEqual([]);
  expect(rules.length).toBeGreaterThan(2900);
});
