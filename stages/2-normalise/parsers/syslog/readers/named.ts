/** BIND: `client [@0x…] ADDRESS#PORT (NAME): [view …: ]query (cache) 'NAME/A/IN' denied`. The name asked for stands behind the address. */
import { endpointOf, portOf } from '../../../text/endpoint.ts';
import { refusedConnection, type Reading } from '../reading.ts';

const CLIENT =
  /^(?:[\w-]+: )?(?:(?:error|info|warning|notice): )?client (?:@\S+ )?([0-9A-Fa-f:.]+)(?:%\w+)?#(\d+)(?: \([^\s)]+\))?: (.*)$/;
const DENIED =
  /^(?:view \S+: )?(?:query(?: \(cache\))?|zone transfer|update|bad zone transfer request: |rate limit |notify |recursion )/;

export function named(message: string): Reading | undefined {
  const match = CLIENT.exec(message);
  if (match === null) return undefined;
  const source = endpointOf(match[1]!, portOf(match[2]));
  const said = match[3]!.trimEnd();
  const denied = DENIED.test(said) && (/ denied(?: \([^)]*\))?$/.test(said) || said.endsWith(' (NOTAUTH)'));
  return denied
    ? { ...refusedConnection(source, 'dns-denied'), category: ['network'], reason: said }
    : { category: ['network'], type: ['protocol'], source };
}
