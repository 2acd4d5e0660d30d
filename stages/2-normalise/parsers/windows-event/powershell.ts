/** PowerShell's events to ECS: engine and pipeline (400 to 800), module and script block logging (4103 to 4106). */
import type { EcsDocument, EcsGroup } from '@netsentinel/contracts/parser';
import { ifAny, numberIn, put, related } from '../../text/document.ts';
import type { WindowsEvent } from './event-shapes.ts';
import { accountOf, commandOf, fileOf, said } from './paths.ts';

const TYPES: Readonly<Record<string, string>> = { '400': 'start', '403': 'end', '4105': 'start', '4106': 'end' };

export function addPowershell(document: EcsDocument, { id, data, winlog }: WindowsEvent): void {
  const details = detailsOf(data['ContextInfo'] ?? [data['param1'], data['param2'], data['param3']].join('\n'));
  const detail = (name: string): string | undefined => said(details.get(name));
  document.event.category = ['process'];
  document.event.type = [TYPES[id] ?? 'info'];
  document.event['sequence'] = numberIn(detail('sequencenumber'));
  const user = accountOf(detail('userid') ?? detail('user'));
  const connected = accountOf(detail('connecteduser'));
  const sid = (winlog['user'] as EcsGroup | undefined)?.['identifier'];
  document['user'] = ifAny({ ...user, id: sid });
  put(document, 'related.user', related(user.name, connected.name));
  const command = commandOf(detail('hostapplication'));
  const process = ifAny({ ...command, entity_id: detail('hostid'), title: detail('hostname') });
  if (process !== undefined) document['process'] = process;
  const file = fileOf(detail('scriptname'));
  if (file !== undefined) document['file'] = file;
  if (connected.name !== undefined) {
    put(document, 'source.user', { ...connected });
    put(document, 'destination.user', { ...user });
  }
  document['powershell'] = {
    id: detail('shellid'),
    pipeline_id: detail('pipelineid'),
    runspace_id: detail('runspaceid') ?? said(data['RunspaceId']),
    sequence: numberIn(detail('detailsequence') ?? data['MessageNumber']),
    total: numberIn(detail('detailtotal') ?? data['MessageTotal']),
    engine: ifAny({
      version: detail('engineversion'),
      new_state: detail('newenginestate'),
      previous_state: detail('previousenginestate'),
    }),
    process: ifAny({ executable_version: detail('hostversion') }),
    provider: ifAny({ name: detail('providername'), new_state: detail('newproviderstate') }),
    command: ifAny({
      name: detail('commandname'),
      type: detail('commandtype'),
      path: detail('commandpath'),
      value: details.get('commandline') || undefined,
      invocation_details: invocationsOf(data['Payload'] ?? data['param3']),
    }),
    file: ifAny({ script_block_id: said(data['ScriptBlockId']), script_block_text: said(data['ScriptBlockText']) }),
  };
}

const MAX_LINES = 200;

/** Lines `\tHostName=ConsoleHost` or `Host Name = ConsoleHost`; names in small letters without blanks. The first of a name counts. */
function detailsOf(text: string): ReadonlyMap<string, string> {
  const details = new Map<string, string>();
  for (const line of text.split('\n').slice(0, MAX_LINES)) {
    const match = /^\s*([A-Za-z ]{2,40}?) ?=(.*)$/.exec(line);
    if (match === null) continue;
    const name = match[1]!.replaceAll(' ', '').toLowerCase();
    const value = name === 'commandline' ? match[2]! : match[2]!.trim();
    if (!details.has(name)) details.set(name, value);
  }
  return details;
}

/** `CommandInvocation(Add-Type): "Add-Type"` and `ParameterBinding(Add-Type): name="A"; value="B"`. */
function invocationsOf(text: string | undefined): EcsGroup[] | undefined {
  const found: EcsGroup[] = [];
  for (const line of text?.split('\n').slice(0, MAX_LINES) ?? []) {
    const match = /^(\w+)\(([^()]*)\): (.*)$/.exec(line.trim());
    if (match === null) continue;
    const [, type, command, rest = ''] = match;
    const bound = /^name=(.*?); value=(.*)$/.exec(rest);
    found.push({ name: bound?.[1], related_command: command, type, value: bound === null ? rest : bound[2] });
  }
  return found.length === 0 ? undefined : found;
}
