/** Logs about who logs in, and how: `ssh`, `rdp`, `rfb`, `kerberos`, `ntlm`, `radius`, `socks`, `mysql`, `irc`. */
import { put, textOf } from '../../../text/document.ts';
import { distinguishedName } from './distinguished-name.ts';
import { CONNECTION, CONNECTION_INFO, type ZeekMapping } from './mapping.types.ts';
import { datesAt, outcomeOf, setClientServer, setUser } from './steps.ts';

export const ssh: ZeekMapping = {
  dataset: 'ssh',
  category: ['network'],
  type: CONNECTION,
  transport: 'tcp',
  protocol: 'ssh',
  signs: [['auth_attempts'], ['host_key_alg'], ['client', 'server', 'version']],
  fields: {
    auth_attempts: 'auth.attempts',
    auth_success: 'auth.success',
    cipher_alg: 'algorithm.cipher',
    mac_alg: 'algorithm.mac',
    compression_alg: 'algorithm.compression',
    kex_alg: 'algorithm.key_exchange',
    host_key_alg: 'algorithm.host_key',
  },
  ecs: (record, document) => {
    document.event.outcome = outcomeOf(record['auth_success']);
  },
};

export const rdp: ZeekMapping = {
  dataset: 'rdp',
  category: ['network'],
  type: ['protocol', 'info'],
  transport: 'tcp',
  protocol: 'rdp',
  signs: [['cookie', 'cert_count'], ['security_protocol'], ['keyboard_layout'], ['cookie', 'result']],
  fields: {
    client_build: 'client.build',
    client_name: 'client.name',
    client_dig_product_id: 'client.product_id',
    desktop_width: 'desktop.width',
    desktop_height: 'desktop.height',
    requested_color_depth: 'desktop.color_depth',
    cert_type: 'cert.type',
    cert_count: 'cert.count',
    cert_permanent: 'cert.permanent',
    encryption_level: 'encryption.level',
    encryption_method: 'encryption.method',
  },
  ecs: (record, document) => {
    if (typeof record['ssl'] === 'boolean') document['tls'] = { established: record['ssl'] };
  },
};

export const rfb: ZeekMapping = {
  dataset: 'rfb',
  category: ['network'],
  type: ['connection', 'info'],
  transport: 'tcp',
  protocol: 'rfb',
  signs: [['client_major_version', 'client_minor_version']],
  fields: {
    client_major_version: 'version.client.major',
    client_minor_version: 'version.client.minor',
    server_major_version: 'version.server.major',
    server_minor_version: 'version.server.minor',
    auth: 'auth.success',
    authentication_method: 'auth.method',
  },
};

export const kerberos: ZeekMapping = {
  dataset: 'kerberos',
  category: ['network', 'authentication'],
  type: ['connection', 'protocol', 'access'],
  transport: 'tcp',
  protocol: 'kerberos',
  signs: [
    ['request_type', 'client'],
    ['request_type', 'service'],
  ],
  fields: {
    till: 'valid.until',
    from: 'valid.from',
    error_code: 'error.code',
    error_msg: 'error.msg',
    'cert.client': 'cert.client.value',
    'cert.client_subject': '',
    client_cert_subject: '',
    client_cert_fuid: 'cert.client.fuid',
    'cert.client_fuid': 'cert.client.fuid',
    'cert.server': 'cert.server.value',
    'cert.server_subject': '',
    server_cert_subject: '',
    server_cert_fuid: 'cert.server.fuid',
    'cert.server_fuid': 'cert.server.fuid',
    auth_ticket: 'ticket.auth',
    new_ticket: 'ticket.new',
  },
  ecs: (record, document, own) => {
    setClientServer(document);
    document.event.action = textOf(record['request_type']);
    document.event.outcome = outcomeOf(record['success']);
    const [name, domain] = (textOf(record['client']) ?? '').split('/', 2);
    if (domain !== undefined) {
      setUser(document, name);
      put(document, 'user.domain', domain);
    }
    const { from, till } = record;
    const valid = own['valid'] as Record<string, unknown> | undefined;
    if (valid !== undefined) {
      if (typeof from === 'number' && typeof till === 'number') valid['days'] = Math.round((till - from) / 86_400);
      datesAt(valid, ['from', 'until']);
    }
    for (const side of ['client', 'server']) {
      const subject = distinguishedName(record[`cert.${side}_subject`] ?? record[`${side}_cert_subject`]);
      put(own, `cert.${side}.subject`, subject?.text);
      put(document, `tls.${side}.x509.subject`, subject?.ecs);
    }
  },
};

export const ntlm: ZeekMapping = {
  dataset: 'ntlm',
  category: ['network', 'authentication'],
  type: ['connection', 'info'],
  transport: 'tcp',
  protocol: 'ntlm',
  signs: [['server_nb_computer_name'], ['username', 'hostname', 'domainname']],
  fields: {
    domainname: 'domain',
    server_dns_computer_name: 'server.name.dns',
    server_nb_computer_name: 'server.name.netbios',
    server_tree_name: 'server.name.tree',
  },
  ecs: (record, document) => {
    document.event.outcome = outcomeOf(record['success']);
    setUser(document, record['username']);
    put(document, 'user.domain', textOf(record['domainname']));
  },
};

export const radius: ZeekMapping = {
  dataset: 'radius',
  category: ['network', 'authentication'],
  type: ['connection', 'info'],
  transport: 'udp',
  protocol: 'radius',
  signs: [['username', 'result'], ['framed_addr']],
  fields: {},
  ecs: (record, document) => {
    const result = textOf(record['result'])?.toLowerCase();
    document.event.outcome =
      result === 'success' ? 'success' : result === 'failed' || result === 'failure' ? 'failure' : undefined;
    setUser(document, record['username']);
  },
};

export const socks: ZeekMapping = {
  dataset: 'socks',
  category: ['network'],
  type: CONNECTION,
  transport: 'tcp',
  protocol: 'socks',
  signs: [['request_p', 'bound_p'], ['request.host'], ['request.name']],
  fields: {
    'request.host': 'request.host',
    'request.name': 'request.host',
    request_p: 'request.port',
    'bound.host': 'bound.host',
    'bound.name': 'bound.host',
    bound_p: 'bound.port',
  },
  ecs: (record, document) => {
    const status = textOf(record['status']);
    document.event.outcome = status === undefined ? undefined : status === 'succeeded' ? 'success' : 'failure';
    if (document.event.outcome === 'failure') document.event.type = [...CONNECTION, 'error'];
    setUser(document, record['user']);
  },
};

const CHANGES = new Set([
  'init_db',
  'change_user',
  'set_option',
  'drop_db',
  'create_db',
  'process_kill',
  'delayed_insert',
]);

export const mysql: ZeekMapping = {
  dataset: 'mysql',
  category: ['network', 'database'],
  type: CONNECTION,
  transport: 'tcp',
  protocol: 'mysql',
  signs: [['cmd', 'arg']],
  fields: {},
  ecs: (record, document) => {
    const command = textOf(record['cmd']);
    document.event.action = command;
    document.event.outcome = record['success'] === true ? 'success' : 'failure';
    if (command === undefined) return;
    const session = command === 'connect' || command === 'connect_out';
    const kind = session ? 'access' : CHANGES.has(command) ? 'change' : 'info';
    const phase = command === 'connect' ? ['start'] : command === 'connect_out' ? ['end'] : [];
    document.event.type = [...CONNECTION, kind, ...phase];
    if (session) document.event.category = ['network', 'database', 'session'];
  },
};

export const irc: ZeekMapping = {
  dataset: 'irc',
  category: ['network'],
  type: CONNECTION_INFO,
  transport: 'tcp',
  protocol: 'irc',
  signs: [
    ['command', 'value'],
    ['nick', 'command'],
  ],
  fields: {
    user: '',
    dcc_file_name: 'dcc.file.name',
    dcc_file_size: 'dcc.file.size',
    dcc_mime_type: 'dcc.mime_type',
    fuid: 'fuid',
  },
  ecs: (record, document) => {
    document.event.action = textOf(record['command']);
    setUser(document, record['user']);
    put(document, 'file.name', textOf(record['dcc_file_name']));
    put(document, 'file.size', record['dcc_file_size']);
    put(document, 'file.mime_type', textOf(record['dcc_mime_type']));
  },
};
