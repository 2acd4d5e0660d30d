/** Windows events as XML, or as JSON, whoever converted them: Winlogbeat, evtx_dump, NXLog. Security, Sysmon and PowerShell are known by id; every other one keeps its data. */
import {
  Refusal,
  type EcsDocument,
  type JsonObject,
  type Parsed,
  type ParserDefinition,
} from '@netsentinel/contracts/parser';
import { get, isObject, put, textOf } from '../../text/document.ts';
import { shareOf } from '../../text/share.ts';
import { isoTime, parseIsoTime } from '../../text/time.ts';
import { zoneOf } from '../../text/zone.ts';
import { stateless, type LocalClock } from '../stateless.ts';
import { eventInXml, isEventXml } from './event-xml.ts';
import { addMssql } from './mssql.ts';
import { windowsEventOf, type WindowsEvent } from './event-shapes.ts';
import { addPowershell } from './powershell.ts';
import { addSecurity } from './security.ts';
import { addSysmon } from './sysmon.ts';

export const windowsEvent: ParserDefinition = {
  id: 'windows-event',
  title: 'Windows events, JSON (Winlogbeat, evtx_dump, NXLog) and XML',
  module: 'windows',
  dataset: 'windows.forwarded',
  examples: [
    '{"@timestamp":"2026-11-21T09:30:00.000Z","winlog":{"channel":"Security","event_id":4625,"provider_name":"Microsoft-Windows-Security-Auditing","computer_name":"dc1.example.org","record_id":7,"event_data":{"TargetUserName":"administrator","TargetDomainName":"EXAMPLE","IpAddress":"198.51.100.7","IpPort":"40000","LogonType":"3","FailureReason":"%%2313","Status":"0xc000006d","SubStatus":"0xc000006a"}},"event":{"code":4625,"outcome":"failure"}}',
    '{"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon","Guid":"5770385F-C22A-43E0-BF4C-06F5698FFBD9"}},"EventID":1,"Version":5,"Level":4,"Keywords":"0x8000000000000000","TimeCreated":{"#attributes":{"SystemTime":"2026-11-21T09:30:01.250Z"}},"EventRecordID":8,"Execution":{"#attributes":{"ProcessID":9,"ThreadID":10}},"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"pc1.example.org","Security":{"#attributes":{"UserID":"S-1-5-18"}}},"EventData":{"UtcTime":"2026-11-21 09:30:01.200","ProcessId":11,"Image":"C:\\\\Windows\\\\System32\\\\cmd.exe","CommandLine":"cmd.exe /c whoami","User":"EXAMPLE\\\\ann"}}}',
    '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Microsoft-Windows-Security-Auditing" Guid="{54849625-5478-4994-a5ba-3e3b0328c30d}"/><EventID>4625</EventID><Version>0</Version><Level>0</Level><Task>12544</Task><Opcode>0</Opcode><Keywords>0x8010000000000000</Keywords><TimeCreated SystemTime="2026-11-21T09:30:03.902Z"/><EventRecordID>9</EventRecordID><Correlation/><Execution ProcessID="712" ThreadID="20372"/><Channel>Security</Channel><Computer>mail1.example.org</Computer><Security/></System><EventData><Data Name="TargetUserName">alice</Data><Data Name="TargetDomainName">EXAMPLE</Data><Data Name="Status">0xc000006d</Data><Data Name="SubStatus">0xc0000064</Data><Data Name="LogonType">3</Data><Data Name="IpAddress">198.51.100.7</Data><Data Name="IpPort">0</Data></EventData></Event>',
    '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="MSSQLSERVER"/><EventID Qualifiers="49152">18456</EventID><Level>0</Level><Task>4</Task><Keywords>0x90000000000000</Keywords><TimeCreated SystemTime="2026-11-21T09:30:04.000Z"/><EventRecordID>10</EventRecordID><Channel>Application</Channel><Computer>db1.example.org</Computer><Security/></System><EventData><Data>sa</Data><Data> Reason: Password did not match that for the login provided.</Data><Data> [CLIENT: 198.51.100.7]</Data></EventData></Event>',
    '{"@timestamp":"2026-11-21T09:30:02.000Z","EventID":7045,"Channel":"System","SourceName":"Service Control Manager","Hostname":"pc1.example.org","EventTime":"2026-11-21 09:30:02","ServiceName":"helper","ImagePath":"C:\\\\Windows\\\\Temp\\\\x.exe","ServiceType":"user mode service"}',
  ],
  recognise: ({ lines, objects }) =>
    Math.max(
      shareOf(objects, (object) => windowsEventOf(object) !== undefined) * 0.97,
      lines.some((line) => line.includes('<Event ')) && isEventXml(lines.slice(0, 64).join('\n')) ? 0.97 : 0,
    ),
  // Viewers write an event over many lines.
  continues: (line) => !/^[\s\uFEFF-]*(?:<\?xml|<Events|<Event |\{|\[)/.test(line),
  create: stateless({ line: readLine, object: readObject }),
};

/** What stands between events (`<Events>`, a declaration) is no record. */
function readLine(line: string, clock: LocalClock): Parsed {
  if (!isEventXml(line)) {
    const text = line.trim();
    return text === '' || /^(?:<\?xml|<\/?Events\b)[^>]*>$/.test(text)
      ? undefined
      : new Refusal('no Windows event: neither JSON nor `<Event>` with a `<System>`');
  }
  const object = eventInXml(line);
  return object === undefined ? new Refusal('a Windows event without an end') : readObject(object, line, clock);
}

function readObject(object: JsonObject, original: string, clock: LocalClock): Parsed {
  const event = windowsEventOf(object);
  if (event === undefined) return new Refusal('no Windows event: neither winlog, nor Event.System, nor EventID');
  const document = baseOf(object, event, original, clock);
  switch (event.provider) {
    case 'Microsoft-Windows-Security-Auditing':
    case 'Microsoft-Windows-Eventlog':
    case 'Service Control Manager':
      addSecurity(document, event);
      break;
    case 'Microsoft-Windows-Sysmon':
      addSysmon(document, event);
      break;
    case 'PowerShell':
    case 'Microsoft-Windows-PowerShell':
      addPowershell(document, event);
      break;
    default:
      if (event.provider.startsWith('MSSQL')) addMssql(document, event);
  }
  return document;
}

function baseOf(object: JsonObject, event: WindowsEvent, original: string, clock: LocalClock): EcsDocument {
  const { computer } = event;
  const document: EcsDocument = {
    '@timestamp': timeOf(event, clock),
    message: textOf(object['message']) ?? textOf(object['Message']),
    event: {
      kind: 'event',
      action: textOf(get(object, 'event.action')),
      code: event.id,
      provider: event.provider === '' ? undefined : event.provider,
      outcome: event.outcome,
      dataset: datasetOf(event),
      original: textOf(get(object, 'event.original')) ?? original,
    },
    host: isObject(object['host']) ? { ...object['host'] } : {},
    log: isObject(object['log']) ? { ...object['log'] } : {},
    winlog: { ...event.winlog },
  };
  if (get(document, 'host.name') === undefined) put(document, 'host.name', computer);
  put(document, 'host.os', { family: 'windows', type: 'windows' });
  put(document, 'log.level', event.level);
  return document;
}

/** Sysmon tells when it happened, which is a little before it was written; of its own errors it does not know. */
function timeOf({ data, id, time }: WindowsEvent, clock: LocalClock): string | undefined {
  const exact = data['UtcTime'] === undefined || id === '255' ? undefined : parseIsoTime(data['UtcTime'], UTC);
  return isoTime(exact ?? (time === undefined ? undefined : parseIsoTime(time, clock.zone)));
}

const UTC = zoneOf('UTC')!;

function datasetOf({ provider, winlog }: WindowsEvent): string | undefined {
  if (provider === 'Microsoft-Windows-Sysmon') return 'windows.sysmon_operational';
  if (provider === 'PowerShell') return 'windows.powershell';
  if (provider === 'Microsoft-Windows-PowerShell') return 'windows.powershell_operational';
  return winlog['channel'] === 'Security' ? 'system.security' : undefined;
}
