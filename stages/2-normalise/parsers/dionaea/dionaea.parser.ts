/** Dionaea, which plays SMB, MSSQL, MySQL, FTP, SIP and more: a record for each connection, or for each incident of one. */
import { Refusal, type JsonObject, type Parsed, type ParserDefinition } from '@netsentinel/contracts/parser';
import { decoyDocument, endpointIn, type DecoySighting } from '../../honeypot/decoy-document.ts';
import { isObject, scalarOf, textOf } from '../../text/document.ts';
import { parseIsoTime } from '../../text/time.ts';
import { stateless, type LocalClock } from '../stateless.ts';

export const dionaea: ParserDefinition = {
  id: 'dionaea',
  title: 'Dionaea honeypot, JSON',
  module: 'dionaea',
  dataset: 'dionaea.connection',
  examples: [
    '{"connection":{"protocol":"smbd","transport":"tcp","type":"accept"},"dst_ip":"192.0.2.10","dst_port":445,"src_hostname":"","src_ip":"198.51.100.7","src_port":40112,"timestamp":"2026-11-21T09:30:00.100000"}',
    '{"connection":{"protocol":"mssqld","transport":"tcp","type":"accept"},"dst_ip":"192.0.2.10","dst_port":1433,"src_hostname":"","src_ip":"198.51.100.7","src_port":40113,"timestamp":"2026-11-21T09:30:01.100000","credentials":{"password":[""],"username":["sa"]}}',
    '{"mssql_command":1,"connection":7,"mssql_command_status":"complete","mssql_command_cmd":"exec sp_server_info 1","connection_type":"accept","connection_transport":"tcp","connection_protocol":"mssqld","connection_root":7,"connection_parent":null,"local_host":"192.0.2.10","local_port":1433,"remote_host":"198.51.100.7","remote_hostname":"","remote_port":40113,"eventid":"mssql_command","timestamp":"2026-11-21T09:30:02.100000Z"}',
    '{"download":1,"connection":9,"download_url":"http://203.0.113.9/x.exe","download_md5_hash":"0cc175b9c0f1b6a831c399e269772661","connection_type":"accept","connection_transport":"tcp","connection_protocol":"smbd","connection_root":9,"connection_parent":null,"local_host":"192.0.2.10","local_port":445,"remote_host":"198.51.100.7","remote_port":40114,"eventid":"download","timestamp":"2026-11-21T09:30:03.100000Z"}',
  ],
  recognise: ({ objects }) =>
    objects.length > 0 && objects.every((object) => isConnection(object) || isIncident(object)) ? 0.96 : 0,
  create: stateless({ object: readObject }),
};

function readObject(object: JsonObject, original: string, clock: LocalClock): Parsed {
  const timeMs = parseIsoTime(textOf(object['timestamp']) ?? '', clock.zone);
  if (timeMs === undefined) return new Refusal('no time');
  if (isConnection(object)) {
    const connection = object['connection'] as JsonObject;
    return decoyDocument({
      ...contentOf(object),
      ...placeOf(connection['protocol'], connection['transport']),
      timeMs,
      original,
      source: endpointIn(object['src_ip'], object['src_port']),
      destination: endpointIn(object['dst_ip'], object['dst_port']),
      vendor: { connection: { type: scalarOf(connection['type']) } },
    });
  }
  if (!isIncident(object)) return new Refusal('nothing that Dionaea writes');
  return decoyDocument({
    ...incidentOf(textOf(object['eventid'])!, object),
    ...placeOf(object['connection_protocol'], object['connection_transport']),
    timeMs,
    original,
    source: endpointIn(object['remote_host'], object['remote_port']),
    destination: endpointIn(object['local_host'], object['local_port']),
    session: scalarOf(object['connection']),
    vendor: { eventid: textOf(object['eventid']), connection: { type: scalarOf(object['connection_type']) } },
  });
}

type Content = Pick<DecoySighting, 'move'> & Partial<DecoySighting>;

function placeOf(protocol: unknown, transport: unknown): Pick<DecoySighting, 'product' | 'protocol' | 'transport'> {
  // Its services are called after the daemons that they play.
  const name = (textOf(protocol) ?? 'tcp').toLowerCase().replace(/d$/, '');
  return { product: 'dionaea', protocol: name, transport: textOf(transport) };
}

/** A whole connection in one record: credentials say more than commands, and these more than that it was. */
function contentOf(object: JsonObject): Content {
  const credentials = object['credentials'];
  if (isObject(credentials)) {
    const users = listOf(credentials['username']);
    return {
      move: 'login',
      accepted: false,
      user: users.at(-1) ?? '',
      password: listOf(credentials['password']).at(-1),
      count: users.length,
    };
  }
  const ftp = object['ftp'];
  const commands = isObject(ftp) && isObject(ftp['commands']) ? ftp['commands'] : undefined;
  if (commands === undefined) return { move: 'connect' };
  const given = listOf(commands['arguments']);
  const lines = listOf(commands['command']).map((command, index) => `${command} ${given[index] ?? ''}`.trim());
  return { move: 'command', commandLine: lines.join('; ') };
}

function incidentOf(id: string, object: JsonObject): Content {
  switch (id) {
    case 'connection':
      return { move: 'connect' };
    case 'login':
      return {
        move: 'login',
        accepted: false,
        user: scalarOf(object['login_username']) ?? '',
        password: scalarOf(object['login_password']),
      };
    case 'mssql_command':
      return { move: 'command', commandLine: scalarOf(object['mssql_command_cmd']) };
    case 'mysql_command':
      return {
        move: 'command',
        commandLine: scalarOf(object['mysql_command_arg_data']) ?? scalarOf(object['mysql_command_op_name']),
      };
    case 'download':
    case 'offer': {
      const md5 = textOf(object['download_md5_hash']);
      return {
        move: 'download',
        url: textOf(object['download_url']) ?? textOf(object['offer_url']),
        file: md5 === undefined ? undefined : { hash: { md5 } },
      };
    }
    case 'sip_command':
      return {
        move: 'client',
        message: scalarOf(object['sip_command_method']),
        userAgent: textOf(object['sip_command_user_agent']),
      };
    default:
      // Fingerprints, binds and calls: the client has said what it is after.
      return { move: 'client' };
  }
}

function isConnection(object: JsonObject): boolean {
  return (
    isObject(object['connection']) && 'src_ip' in object && 'dst_port' in object && 'protocol' in object['connection']
  );
}

function isIncident(object: JsonObject): boolean {
  return 'connection_protocol' in object && 'remote_host' in object && textOf(object['eventid']) !== undefined;
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? (value as unknown[]).map((one) => scalarOf(one) ?? '') : [];
}
