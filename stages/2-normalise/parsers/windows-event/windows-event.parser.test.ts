/** One event in every shape, and what the known ones become. */
import { Refusal, type EcsDocument, type JsonObject } from '@netsentinel/contracts/parser';
import { describe, expect, it } from 'vitest';
import { argumentsOf, hashesOf } from './paths.ts';
import { registryOf } from './registry.ts';
import { windowsEvent } from './windows-event.parser.ts';

const parser = windowsEvent.create({ zone: 'UTC', referenceMs: 0, trustedProxies: [] });
const SECURITY = 'Microsoft-Windows-Security-Auditing';
const SYSMON = 'Microsoft-Windows-Sysmon';

function parsed(object: JsonObject): EcsDocument {
  const answer = parser.object!(object, 'text');
  if (answer === undefined || answer instanceof Refusal) throw new Error('expected a document');
  return answer;
}

/** As evtx_dump writes it. */
function xml(provider: string, id: number, data: JsonObject, keywords = '0x8020000000000000'): EcsDocument {
  return parsed({
    Event: {
      System: {
        Provider: { '#attributes': { Name: provider } },
        EventID: { '#attributes': { Qualifiers: 0 }, '#text': id },
        Level: 0,
        Keywords: keywords,
        TimeCreated: { '#attributes': { SystemTime: '2026-11-21T09:30:00.125Z' } },
        EventRecordID: 7,
        Execution: { '#attributes': { ProcessID: 4, ThreadID: 5 } },
        Channel: 'Security',
        Computer: 'pc1',
        Security: { '#attributes': { UserID: 'S-1-5-18' } },
      },
      EventData: data,
    },
  });
}

const LOGON = {
  TargetUserName: 'root',
  TargetDomainName: 'EX',
  IpAddress: '::ffff:198.51.100.7',
  IpPort: '5',
  LogonType: '10',
};

describe('a failed logon', () => {
  const expected = {
    '@timestamp': '2026-11-21T09:30:00.125Z',
    event: { action: 'logon-failed', category: ['authentication'], code: '4625', outcome: 'failure' },
    source: { ip: '198.51.100.7', port: 5 },
    user: { name: 'root', domain: 'EX' },
    host: { name: 'pc1' },
    related: { ip: ['198.51.100.7'], user: ['root'] },
    winlog: { event_id: '4625', logon: { type: 'RemoteInteractive' }, event_data: { LogonType: '10' } },
  };

  it('is the same out of evtx_dump', () => {
    expect(xml(SECURITY, 4625, LOGON, '0x8010000000000000')).toMatchObject(expected);
  });

  it('is the same out of Winlogbeat, new and old', () => {
    const time = '2026-11-21T09:30:00.125Z';
    const event = { computer_name: 'pc1', event_data: LOGON, event_id: 4625 };
    expect(parsed({ '@timestamp': time, winlog: { ...event, provider_name: SECURITY } })).toMatchObject(expected);
    expect(parsed({ '@timestamp': time, ...event, source_name: SECURITY })).toMatchObject(expected);
  });

  it('is the same out of NXLog', () => {
    const object = {
      '@timestamp': '2026-11-21T09:30:00.125Z',
      EventID: 4625,
      Channel: 'Security',
      SourceName: SECURITY,
      Hostname: 'pc1',
      EventType: 'AUDIT_FAILURE',
      ...LOGON,
    };
    expect(parsed(object)).toMatchObject(expected);
  });
});

describe('the security log', () => {
  it('tells a process and its parent', () => {
    const data = {
      NewProcessName: 'C:\\W\\cmd.exe',
      NewProcessId: '0x10',
      ProcessId: '0x20',
      ParentProcessName: 'C:\\W\\p.exe',
      CommandLine: 'cmd /c "a b"',
    };
    expect(xml(SECURITY, 4688, data)).toMatchObject({
      event: { type: ['start'], outcome: 'success' },
      process: { name: 'cmd.exe', pid: 16, args: ['cmd', '/c', '"a b"'], parent: { name: 'p.exe', pid: 32 } },
    });
  });

  it('tells who made which account, and who joined which group', () => {
    const subject = { SubjectUserName: 'ann', SubjectUserSid: 'S-1' };
    expect(xml(SECURITY, 4720, { ...subject, TargetUserName: 'eve', TargetSid: 'S-2' })).toMatchObject({
      event: { type: ['user', 'creation'] },
      user: { name: 'ann', target: { name: 'eve', id: 'S-2' } },
    });
    const member = { MemberName: 'CN=eve,OU=staff,DC=ex,DC=org', TargetUserName: 'Admins', TargetSid: 'S-3' };
    expect(xml(SECURITY, 4732, { ...subject, ...member })).toMatchObject({
      group: { name: 'Admins' },
      user: { name: 'ann', target: { name: 'eve', domain: 'ex.org', group: { name: 'Admins' } } },
      related: { user: ['ann', 'eve'] },
    });
  });

  it('tells a new service', () => {
    expect(xml('Service Control Manager', 7045, { ServiceName: 'x', ServiceType: '0x10' })).toMatchObject({
      event: { action: 'service-installed' },
      service: { name: 'x', type: 'Win32 Own Process' },
    });
  });
});

describe('Sysmon', () => {
  it('tells a process with its hashes, at its own time', () => {
    const data = {
      UtcTime: '2026-11-21 09:29:59.000',
      Image: 'C:\\W\\x.exe',
      ProcessId: 3,
      User: 'EX\\ann',
      Hashes: 'MD5=AB,IMPHASH=CD',
    };
    expect(xml(SYSMON, 1, data)).toMatchObject({
      '@timestamp': '2026-11-21T09:29:59.000Z',
      process: { name: 'x.exe', pid: 3, hash: { md5: 'ab' }, pe: { imphash: 'cd' } },
      user: { name: 'ann', domain: 'EX', id: 'S-1-5-18' },
      related: { hash: ['ab', 'cd'] },
    });
  });

  it('tells a connection', () => {
    const data = {
      Protocol: 'tcp',
      Initiated: 'true',
      SourceIp: '192.0.2.1',
      SourcePort: '5',
      DestinationIp: '198.51.100.7',
      DestinationPort: '443',
    };
    expect(xml(SYSMON, 3, data)).toMatchObject({
      source: { ip: '192.0.2.1', port: 5 },
      destination: { ip: '198.51.100.7', port: 443 },
      network: { direction: 'egress', transport: 'tcp', type: 'ipv4' },
    });
  });

  it('tells a file, and a query with its answers', () => {
    expect(xml(SYSMON, 11, { TargetFilename: 'C:\\T\\x.tar.gz' })).toMatchObject({
      file: { name: 'x.tar.gz', extension: 'gz', directory: 'C:\\T' },
    });
    const data = {
      QueryName: 'c2.example.org',
      QueryStatus: '0',
      QueryResults: 'type:  5 h.example.net;::ffff:198.51.100.7;',
    };
    expect(xml(SYSMON, 22, data)).toMatchObject({
      dns: { question: { registered_domain: 'example.org' }, resolved_ip: ['198.51.100.7'] },
      sysmon: { dns: { status: 'SUCCESS' } },
      related: { hosts: ['h.example.net', 'c2.example.org'] },
    });
  });
});

it('PowerShell tells script blocks and pipelines', () => {
  expect(xml('Microsoft-Windows-PowerShell', 4104, { ScriptBlockText: 'iex $x', MessageNumber: '1' })).toMatchObject({
    powershell: { file: { script_block_text: 'iex $x' }, sequence: 1 },
  });
  const data = {
    Data: {
      '#text': [
        'x',
        '\tHostApplication=powershell -c ls\n\tUserId=EX\\ann\n\tSequenceNumber=7',
        'CommandInvocation(ls): "ls"',
      ],
    },
  };
  expect(xml('PowerShell', 800, data)).toMatchObject({
    event: { sequence: 7 },
    process: { args: ['powershell', '-c', 'ls'] },
    user: { name: 'ann', domain: 'EX' },
    powershell: { command: { invocation_details: [{ related_command: 'ls', value: '"ls"' }] } },
  });
});

it('keeps the data of events that nobody knows, and refuses what is none', () => {
  expect(xml('Other', 1, { a: 'b' })).toMatchObject({ winlog: { event_data: { a: 'b' } }, event: { code: '1' } });
  expect(parser.object!({ a: 1 }, '')).toBeInstanceOf(Refusal);
});

it('reads registry values, hashes and command lines', () => {
  expect(registryOf('HKLM\\a\\b', 'DWORD (0x00000010)')).toMatchObject({
    hive: 'HKLM',
    key: 'a\\b',
    value: 'b',
    data: { strings: ['16'] },
  });
  expect(registryOf('HKLM\\a', 'QWORD (0x00000001-0x00000000)')).toMatchObject({ data: { strings: ['4294967296'] } });
  expect(hashesOf('SHA256=AA,EVIL=1')).toEqual({ sha256: 'aa' });
  expect(argumentsOf('a "b c')).toEqual(['a', '"b c']);
});
