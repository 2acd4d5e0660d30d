/**
 * A Windows event out of any of the shapes that converters give it: Winlogbeat's (`winlog.*`, and flat before version 7), evtx_dump's (`Event.System` with
 * `#attributes`), and the flat one of NXLog that Mordor's data sets have. All become what Winlogbeat 8 writes below `winlog`.
 */
import type { EcsGroup, JsonObject } from '@netsentinel/contracts/parser';
import { get, isObject, scalarOf, textOf } from '../../text/document.ts';

export interface WindowsEvent {
  readonly id: string;
  readonly provider: string;
  readonly time: string | undefined;
  readonly computer: string | undefined;
  /** Windows' own words: success or failure of what was audited. */
  readonly outcome: 'success' | 'failure' | undefined;
  readonly level: string | undefined;
  /** What the event itself says, by the names of its template, as text. */
  readonly data: Readonly<Record<string, string>>;
  /** As it stands in the document. */
  readonly winlog: EcsGroup;
}

/** Undefined for what is no Windows event. */
export function windowsEventOf(object: JsonObject): WindowsEvent | undefined {
  const nested = object['Event'];
  if (isObject(nested) && isObject(nested['System'])) return ofXml(nested, nested['System']);
  const { winlog } = object;
  if (isObject(winlog)) return ofWinlogbeat(object, winlog);
  if (isObject(object['event_data']) && object['event_id'] !== undefined)
    return ofWinlogbeat(object, oldWinlog(object));
  return object['EventID'] !== undefined && (object['Channel'] !== undefined || object['SourceName'] !== undefined)
    ? ofNxlog(object)
    : undefined;
}

function ofWinlogbeat(object: JsonObject, winlog: EcsGroup): WindowsEvent | undefined {
  const id = scalarOf(winlog['event_id']) ?? scalarOf(get(object, 'event.code'));
  if (id === undefined) return undefined;
  const outcome = textOf(get(object, 'event.outcome')) ?? textOf(winlog['outcome']);
  return {
    id,
    provider: textOf(winlog['provider_name']) ?? textOf(get(object, 'event.provider')) ?? '',
    time: textOf(winlog['time_created']) ?? textOf(object['@timestamp']),
    computer: textOf(winlog['computer_name']),
    outcome: outcome === 'success' || outcome === 'failure' ? outcome : undefined,
    level: textOf(get(object, 'log.level')) ?? textOf(winlog['level']),
    data: { ...texts(winlog['user_data']), ...texts(winlog['event_data']) },
    winlog: { ...winlog, event_id: id, record_id: scalarOf(winlog['record_id']) },
  };
}

/** Winlogbeat before version 7 wrote the same fields without `winlog`. */
function oldWinlog(object: JsonObject): EcsGroup {
  return {
    channel: object['log_name'],
    computer_name: object['computer_name'],
    event_data: object['event_data'],
    event_id: object['event_id'],
    keywords: object['keywords'],
    level: textOf(object['level'])?.toLowerCase(),
    opcode: object['opcode'],
    provider_guid: object['provider_guid'],
    provider_name: object['source_name'],
    record_id: object['record_number'],
    task: object['task'],
    version: object['version'],
  };
}

const LEVELS = ['information', 'critical', 'error', 'warning', 'information', 'verbose'] as const;
const AUDIT_SUCCESS = 0x20;
const AUDIT_FAILURE = 0x10;

function ofXml(event: EcsGroup, system: EcsGroup): WindowsEvent | undefined {
  const id = inner(system['EventID']);
  if (id === undefined) return undefined;
  const provider = attribute(system['Provider'], 'Name') ?? '';
  const level = LEVELS[Number(inner(system['Level']) ?? 0)];
  const time = attribute(system['TimeCreated'], 'SystemTime');
  const user = attribute(system['Security'], 'UserID');
  const keywords = inner(system['Keywords']);
  const userData = isObject(event['UserData']) ? Object.values(event['UserData']).find(isObject) : undefined;
  const data = { ...texts(userData), ...texts(event['EventData']) };
  const computer = inner(system['Computer']);
  const outcome = outcomeOf(keywords);
  return {
    id,
    provider,
    time,
    computer,
    outcome,
    level,
    data,
    winlog: {
      channel: inner(system['Channel']),
      computer_name: computer,
      event_data: data,
      event_id: id,
      activity_id: attribute(system['Correlation'], 'ActivityID'),
      keywords: outcome === undefined ? undefined : [outcome === 'success' ? 'Audit Success' : 'Audit Failure'],
      level,
      opcode: inner(system['Opcode']),
      outcome,
      process: {
        pid: Number(attribute(system['Execution'], 'ProcessID') ?? 0),
        thread: { id: Number(attribute(system['Execution'], 'ThreadID') ?? 0) },
      },
      provider_guid: attribute(system['Provider'], 'Guid'),
      provider_name: provider,
      record_id: inner(system['EventRecordID']),
      task: inner(system['Task']),
      time_created: time,
      user: user === undefined ? undefined : { identifier: user },
      version: Number(inner(system['Version']) ?? 0),
    },
  };
}

/** What NXLog adds of its own; everything else is the event's data. */
const NXLOG =
  /^(@|_|Event(ID|Time|ReceivedTime|Type)$|Channel$|SourceName$|SourceModule|Provider|Hostname$|host$|port$|Severity|Keywords$|RecordNumber$|ExecutionProcessID$|ThreadID$|Task$|Opcode|Version$|Message$|UserID$|AccountName$|Domain$|AccountType$|Category$|ActivityID$|tags$)/;

function ofNxlog(object: JsonObject): WindowsEvent | undefined {
  const id = scalarOf(object['EventID']);
  if (id === undefined) return undefined;
  const provider = textOf(object['SourceName']) ?? textOf(object['ProviderName']) ?? '';
  const data: Record<string, string> = {};
  for (const [name, value] of Object.entries(object)) {
    const text = scalarOf(value);
    if (text !== undefined && !NXLOG.test(name)) data[name] = text;
  }
  const type = textOf(object['EventType'])?.toUpperCase();
  const outcome = type === 'AUDIT_SUCCESS' ? 'success' : type === 'AUDIT_FAILURE' ? 'failure' : undefined;
  const computer = textOf(object['Hostname']);
  const user = textOf(object['UserID']);
  return {
    id,
    provider,
    time: textOf(object['@timestamp']) ?? textOf(object['EventTime']),
    computer,
    outcome,
    level: textOf(object['Severity'])?.toLowerCase().replace('info', 'information'),
    data,
    winlog: {
      channel: object['Channel'],
      computer_name: computer,
      event_data: data,
      event_id: id,
      opcode: object['Opcode'],
      outcome,
      provider_guid: object['ProviderGuid'],
      provider_name: provider,
      record_id: scalarOf(object['RecordNumber']),
      user: user === undefined ? undefined : { identifier: user },
    },
  };
}

function outcomeOf(keywords: string | undefined): 'success' | 'failure' | undefined {
  const match = /^0x([\da-f]{4})[\da-f]{12}$/i.exec(keywords ?? '');
  if (match === null) return undefined;
  const bits = Number.parseInt(match[1]!, 16);
  return (bits & AUDIT_FAILURE) !== 0 ? 'failure' : (bits & AUDIT_SUCCESS) !== 0 ? 'success' : undefined;
}

/** The text of an element, which has attributes where it is an object. */
function inner(value: unknown): string | undefined {
  return isObject(value) ? scalarOf(value['#text']) : scalarOf(value);
}

function attribute(element: unknown, name: string): string | undefined {
  if (!isObject(element)) return undefined;
  const attributes = element['#attributes'];
  return scalarOf(isObject(attributes) ? attributes[name] : (element[name] ?? element[`@${name}`]));
}

/** Names and texts of an event's data; a list without names is `param1` and so on. */
function texts(data: unknown): Record<string, string> {
  const found: Record<string, string> = {};
  if (!isObject(data)) return found;
  for (const [name, value] of Object.entries(data)) {
    if (name === '__proto__' || name === '#attributes') continue;
    const text = inner(value);
    if (text !== undefined) found[name] = text;
    else if (name === 'Data' || Array.isArray(value)) Object.assign(found, listed(value));
  }
  return found;
}

function listed(value: unknown): Record<string, string> {
  const list: unknown = isObject(value) ? value['#text'] : value;
  if (!Array.isArray(list)) return {};
  return Object.fromEntries(list.slice(0, 64).map((item, i) => [`param${i + 1}`, inner(item) ?? '']));
}
