/** Logs about machines and plants: `modbus`, `dnp3`, `snmp`, `sip`, `syslog`, `software`, `known_hosts`, `known_services`, `stats`, `capture_loss`. */
import { numberOf, put, textOf } from '../../../text/document.ts';
import { CONNECTION, CONNECTION_INFO, type ZeekMapping } from './mapping.types.ts';
import { datesAt, setHost } from './steps.ts';

export const modbus: ZeekMapping = {
  dataset: 'modbus',
  category: ['network'],
  type: CONNECTION,
  transport: 'tcp',
  protocol: 'modbus',
  signs: [['func']],
  fields: { func: 'function', track_address: 'track_address' },
  ecs: (record, document) => {
    document.event.action = textOf(record['func']);
    const failed = textOf(record['exception']) !== undefined;
    document.event.outcome = failed ? 'failure' : 'success';
    if (failed) document.event.type = [...CONNECTION, 'error'];
  },
};

export const dnp3: ZeekMapping = {
  dataset: 'dnp3',
  category: ['network'],
  type: CONNECTION_INFO,
  transport: 'tcp',
  protocol: 'dnp3',
  signs: [['fc_request'], ['fc_reply']],
  fields: { fc_request: 'function.request', fc_reply: 'function.reply', iin: 'id' },
  ecs: (record, document) => {
    document.event.action = (textOf(record['fc_request']) ?? textOf(record['fc_reply']))?.toLowerCase();
  },
};

export const snmp: ZeekMapping = {
  dataset: 'snmp',
  category: ['network'],
  type: CONNECTION,
  transport: 'udp',
  protocol: 'snmp',
  signs: [['get_requests', 'set_requests']],
  fields: {
    get_requests: 'get.requests',
    get_bulk_requests: 'get.bulk_requests',
    get_responses: 'get.responses',
    set_requests: 'set.requests',
  },
  ecs: (_record, _document, own) => datesAt(own, ['up_since']),
};

export const sip: ZeekMapping = {
  dataset: 'sip',
  category: ['network'],
  type: CONNECTION,
  transport: 'udp',
  protocol: 'sip',
  signs: [
    ['call_id', 'request_from'],
    ['call_id', 'request_path'],
  ],
  fields: {
    trans_depth: 'transaction_depth',
    method: '',
    seq: '',
    request_from: 'request.from',
    request_to: 'request.to',
    request_path: 'request.path',
    request_body_len: 'request.body_length',
    response_from: 'response.from',
    response_to: 'response.to',
    response_path: 'response.path',
    response_body_len: 'response.body_length',
    status_code: 'status.code',
    status_msg: 'status.msg',
  },
  ecs: (record, document, own) => {
    const [number, method] = (textOf(record['seq']) ?? '').split(' ', 2);
    if (method !== undefined) own['sequence'] = { number, method };
    document.event.action = textOf(record['method']);
    put(document, 'url.full', textOf(record['uri']));
    const status = numberOf(record['status_code']);
    if (status === undefined) return;
    document.event.outcome = status < 400 ? 'success' : 'failure';
    if (status >= 400) document.event.type = [...CONNECTION, 'error'];
  },
};

export const syslog: ZeekMapping = {
  dataset: 'syslog',
  protocol: 'syslog',
  signs: [['facility', 'severity', 'message']],
  fields: { message: 'msg' },
  ecs: (record, document) => {
    document.message = textOf(record['message']);
    put(document, 'log.syslog.facility.name', textOf(record['facility']));
    put(document, 'log.syslog.severity.name', textOf(record['severity']));
  },
};

export const software: ZeekMapping = {
  dataset: 'software',
  category: ['network', 'file'],
  type: ['info'],
  signs: [['software_type']],
  fields: {
    host: '',
    software_type: 'type',
    unparsed_version: 'version.full',
    'version.addl': 'version.additional',
  },
  ecs: (record, document) => {
    setHost(document, record['host']);
  },
};

export const knownHosts: ZeekMapping = {
  dataset: 'known_hosts',
  category: ['network', 'host'],
  type: ['info'],
  ecsOnly: true,
  // A time and a machine, and nothing else: see `log-of.ts`.
  signs: [],
  fields: {},
  ecs: (record, document) => {
    setHost(document, record['host']);
  },
};

export const knownServices: ZeekMapping = {
  dataset: 'known_services',
  category: ['network'],
  type: ['info'],
  ecsOnly: true,
  signs: [['port_num', 'port_proto']],
  fields: {},
  ecs: (record, document) => {
    const ip = setHost(document, record['host']);
    document['server'] = { ip, port: record['port_num'] };
    put(document, 'network.transport', textOf(record['port_proto']));
    put(document, 'network.application', record['service']);
  },
};

export const stats: ZeekMapping = {
  dataset: 'stats',
  kind: 'metric',
  signs: [['pkts_proc', 'events_proc']],
  fields: {
    mem: 'memory',
    pkts_proc: 'packets.processed',
    pkts_dropped: 'packets.dropped',
    pkts_link: 'packets.received',
    bytes_recv: 'bytes.received',
    active_tcp_conns: 'connections.tcp.active',
    tcp_conns: 'connections.tcp.count',
    active_udp_conns: 'connections.udp.active',
    udp_conns: 'connections.udp.count',
    active_icmp_conns: 'connections.icmp.active',
    icmp_conns: 'connections.icmp.count',
    events_proc: 'events.processed',
    events_queued: 'events.queued',
    timers: 'timers.count',
    active_timers: 'timers.active',
    files: 'files.count',
    active_files: 'files.active',
    dns_requests: 'dns_requests.count',
    active_dns_requests: 'dns_requests.active',
    reassem_tcp_size: 'reassembly_size.tcp',
    reassem_file_size: 'reassembly_size.file',
    reassem_frag_size: 'reassembly_size.frag',
    reassem_unknown_size: 'reassembly_size.unknown',
    pkt_lag: 'timestamp_lag',
  },
};

export const captureLoss: ZeekMapping = {
  dataset: 'capture_loss',
  kind: 'metric',
  type: ['info'],
  signs: [['ts_delta', 'percent_lost']],
  fields: {},
};
