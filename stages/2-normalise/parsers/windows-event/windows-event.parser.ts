/** Windows events as JSON, whoever converted them: Winlogbeat, evtx_dump, NXLog. Security, Sysmon and PowerShell are known by id; every other one keeps its data. */
import {
  Refusal,
  type EcsDocument,
  type JsonObject,
  type Parsed,
  type Parser,
  type ParserDefinition,
  type ParseOptions,
} from '@netsentinel/contracts/parser';
import { get, isObject, put, textOf } from '../../text/document.ts';
import { isoTime, parseIsoTime } from '../../text/time.ts';
import { zoneOf, type Zone } from '../../text/zone.ts';
import { windowsEventOf, type WindowsEvent } from './event-shapes.ts';
import { addPowershell } from './powershell.ts';
import { addSecurity } from './security.ts';
import { addSysmon } from './sysmon.ts';

export const windowsEvent: ParserDefinition = {
  id: 'windows-event',
  title: 'Windows events, JSON (Winlogbeat, evtx_dump, NXLog)',
  module: 'windows',
  dataset: 'windows.forwarded',
  examples: [
    '{"@timestamp":"2026-11-21T09:30:00.000Z","winlog":{"channel":"Security","event_id":4625,"provider_name":"Microsoft-Windows-Security-Auditing","computer_name":"dc1.example.org","record_id":7,"event_data":{"TargetUserName":"administrator","TargetDomainName":"EXAMPLE","IpAddress":"198.51.100.7","IpPort":"40000","LogonType":"3","FailureReason":"%%2313","Status":"0xc000006d","SubStatus":"0xc000006a"}},"event":{"code":4625,"outcome":"failure"}}',
    '{"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon","Guid":"5770385F-C22A-43E0-BF4C-06F5698FFBD9"}},"EventID":1,"Version":5,"Level":4,"Keywords":"0x8000000000000000","TimeCreated":{"#attributes":{"SystemTime":"2026-11-21T09:30:01.250Z"}},"EventRecordID":8,"Execution":{"#attributes":{"ProcessID":9,"ThreadID":10}},"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"pc1.example.org","Security":{"#attributes":{"UserID":"S-1-5-18"}}},"EventData":{"UtcTime":"2026-11-21 09:30:01.200","ProcessId":11,"Image":"C:\\\\Windows\\\\System32\\\\cmd.exe","CommandLine":"cmd.exe /c whoami","User":"EXAMPLE\\\\ann"}}}',
    '{"@timestamp":"2026-11-21T09:30:02.000Z","EventID":7045,"Channel":"System","SourceName":"Service Control Manager","Hostname":"pc1.example.org","EventTime":"2026-11-21 09:30:02","ServiceName":"helper","ImagePath":"C:\\\\Windows\\\\Temp\\\\x.exe","ServiceType":"user mode service"}',
  ],
  recognise: ({ objects }) =>
    (objects.filter((object) => windowsEventOf(object) !== undefined).length / Math.max(1, objects.length)) * 0.97,
  create: (options) => new WindowsEventParser(options),
};

class WindowsEventParser implements Parser {
  readonly #zone: Zone;

  constructor({ zone }: ParseOptions) {
    this.#zone = zoneOf(zone)!;
  }

  object(object: JsonObject, original: string): Parsed {
    const event = windowsEventOf(object);
    if (event === undefined) return new Refusal('no Windows event: neither winlog, nor Event.System, nor EventID');
    const document = this.#base(object, event, original);
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
    }
    return document;
  }

  #base(object: JsonObject, event: WindowsEvent, original: string): EcsDocument {
    const { computer } = event;
    const document: EcsDocument = {
      '@timestamp': this.#timeOf(event),
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
  #timeOf({ data, id, time }: WindowsEvent): string | undefined {
    const exact = data['UtcTime'] === undefined || id === '255' ? undefined : parseIsoTime(data['UtcTime'], UTC);
    return isoTime(exact ?? (time === undefined ? undefined : parseIsoTime(time, this.#zone)));
  }
}

const UTC = zoneOf('UTC')!;

function datasetOf({ provider, winlog }: WindowsEvent): string | undefined {
  if (provider === 'Microsoft-Windows-Sysmon') return 'windows.sysmon_operational';
  if (provider === 'PowerShell') return 'windows.powershell';
  if (provider === 'Microsoft-Windows-PowerShell') return 'windows.powershell_operational';
  return winlog['channel'] === 'Security' ? 'system.security' : undefined;
}
