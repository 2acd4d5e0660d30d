import { describe, expect, test } from 'vitest';
import { logsourceOf } from './event-logsource.ts';
import { nativeEvent } from './event.ts';

const of = (event: Record<string, unknown>): unknown => logsourceOf(nativeEvent(event));

const sysmon = (EventID: number): Record<string, unknown> => ({
  Channel: 'Microsoft-Windows-Sysmon/Operational',
  EventID,
});

describe('the log source of', () => {
  test.each<[string, Record<string, unknown>, unknown]>([
    [
      'an event that says it',
      { product: 'Windows', category: 'authentication', User: 'x' },
      [{ product: 'windows', category: 'authentication' }],
    ],
    ['a process by Sysmon', sysmon(1), [{ category: 'process_creation', product: 'windows', service: 'sysmon' }]],
    [
      'a registry value by Sysmon',
      sysmon(13),
      [
        { category: 'registry_set', product: 'windows', service: 'sysmon' },
        { category: 'registry_event', product: 'windows', service: 'sysmon' },
      ],
    ],
    ['an unknown id of Sysmon', sysmon(4711), [{ category: '-', product: 'windows', service: 'sysmon' }]],
    [
      'a process by the security log',
      { Channel: 'Security', EventID: 4688 },
      [{ category: 'process_creation', product: 'windows', service: 'security' }],
    ],
    ['a logon', { Channel: 'Security', EventID: 4625 }, [{ category: '-', product: 'windows', service: 'security' }]],
    [
      'a script block',
      { Channel: 'Microsoft-Windows-PowerShell/Operational', EventID: '4104' },
      [{ category: 'ps_script', product: 'windows', service: 'powershell' }],
    ],
    [
      'a channel without rules',
      { Channel: 'Somebody/Else', EventID: 1 },
      [{ category: '-', product: 'windows', service: '-' }],
    ],
    [
      'an event known by its provider',
      { Provider_Name: 'Service Control Manager', EventID: 7045 },
      [{ category: '-', product: 'windows', service: 'system' }],
    ],
    ['an event that names its module alone', { event: { module: 'zeek' } }, [{ product: 'zeek' }]],
    ['a log of Zeek', { _path: 'dns', query: 'x' }, [{ category: '-', product: 'zeek', service: 'dns' }]],
    [
      'CloudTrail',
      { eventSource: 's3.amazonaws.com', awsRegion: 'eu-west-1' },
      [{ category: '-', product: 'aws', service: 'cloudtrail' }],
    ],
    ['a web server', { 'cs-method': 'GET' }, [{ category: 'webserver' }, { category: 'proxy' }]],
    ['the audit daemon', { type: 'EXECVE', a0: 'id' }, [{ category: '-', product: 'linux', service: 'auditd' }]],
    ['GitHub', { action: 'org.add', _document_id: 'x' }, [{ category: '-', product: 'github', service: 'audit' }]],
    ['Microsoft 365', { Operation: 'Set-Mailbox', Workload: 'Exchange' }, [{ category: '-', product: 'm365' }]],
    ['Google Cloud', { protoPayload: {} }, [{ category: '-', product: 'gcp', service: 'gcp.audit' }]],
    ['Okta', { legacyEventType: 'x', displayMessage: 'y' }, [{ category: '-', product: 'okta', service: 'okta' }]],
    ['OpenCanary', { node_id: 'x', logtype: 1 }, [{ category: 'application', product: 'opencanary' }]],
    [
      'Kubernetes',
      { apiVersion: 'audit.k8s.io/v1' },
      [
        { category: 'application', product: 'kubernetes', service: 'audit' },
        { category: '-', product: 'kubernetes', service: 'audit' },
      ],
    ],
    [
      'an ECS process',
      { event: { category: ['process'], type: 'start' }, host: { os: { type: 'windows' } } },
      [{ category: 'process_creation', product: 'windows', service: '-' }],
    ],
    [
      'the end of one',
      { 'event.category': 'process', 'event.type': ['end'], 'event.dataset': 'endpoint.events.process' },
      [
        { product: 'endpoint', service: 'events' },
        { category: 'process_termination', service: '-' },
      ],
    ],
    [
      'a deleted file',
      { event: { category: 'file', type: ['deletion'] } },
      [{ category: 'file_delete', service: '-' }],
    ],
    [
      'a data set with another name than Sigma gives it',
      { event: { dataset: 'okta.system' } },
      [{ product: 'okta', service: 'okta' }],
    ],
    [
      'a decoy of ours',
      { event: { dataset: 'netsentinel.ssh', category: ['authentication'] } },
      [
        { product: 'netsentinel', service: 'decoy' },
        { category: 'authentication', product: 'linux' },
      ],
    ],
    [
      'a name looked up',
      { event: { category: ['network'] }, network: { protocol: 'dns' } },
      [
        { category: 'firewall' },
        { category: 'network_connection', service: '-' },
        { category: 'dns_query', service: '-' },
        { category: 'dns' },
      ],
    ],
    ['an unheard-of event', { foo: 1 }, undefined],
    ['a category that is none', { event: { category: [{}] } }, undefined],
  ])('%s', (_, event, wanted) => {
    expect(of(event)).toEqual(wanted);
  });

  test.each(['web', 'registry', 'library', 'driver', 'malware'])('an ECS %s event names something', (category) => {
    expect(of({ event: { category } })).toEqual(
      expect.arrayContaining([expect.objectContaining({ category: expect.any(String) })]),
    );
  });

  test('is one list for all events of a kind', () => {
    expect(of(sysmon(1))).toBe(of({ ...sysmon(1), Image: 'x' }));
  });
});
