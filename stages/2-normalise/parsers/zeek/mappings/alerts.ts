/** Logs in which Zeek judges: `notice`, `intel`, `signatures`, `weird`, `dpd`, `traceroute`, `tunnel`. */
import { numberOf, put, textOf } from '../../../text/document.ts';
import { urlOf } from '../../../text/url.ts';
import type { ZeekMapping } from './mapping.types.ts';
import { setEndpoints } from './steps.ts';

export const notice: ZeekMapping = {
  dataset: 'notice',
  kind: 'alert',
  category: ['intrusion_detection'],
  type: ['info'],
  signs: [['note', 'msg']],
  fields: {
    src: '',
    dst: '',
    p: '',
    conn: 'connnection_id',
    iconn: 'icmp_id',
    'f.id': 'file.id',
    'f.parent_id': 'file.parent_id',
    'f.source': 'file.source',
    'f.is_orig': 'file.is_orig',
    'f.seen_bytes': 'file.seen_bytes',
    'f.total_bytes': 'file.total_bytes',
    file_mime_type: 'file.mime_type',
    action: '',
    remote_location: '',
    'remote_location.country_code': '',
    'remote_location.region': '',
    'remote_location.city': '',
    'remote_location.latitude': '',
    'remote_location.longitude': '',
  },
  ecs: (record, document, own) => {
    const { src, dst, p: port } = record;
    const { source, destination } = document;
    setEndpoints(
      document,
      source?.address ?? src,
      destination?.address ?? dst,
      source?.port,
      destination?.port ?? numberOf(port),
    );
    // Elastic keeps them where they say something else.
    if (source !== undefined && src !== source.address) own['src'] = src;
    if (destination !== undefined && dst !== destination.address) own['dst'] = dst;
    if (destination?.port !== undefined && port !== destination.port) own['p'] = port;
    document['rule'] = { name: textOf(record['note']), description: textOf(record['msg']) };
    put(document, 'file.size', numberOf(record['f.total_bytes']));
    put(document, 'file.mime_type', textOf(record['file_mime_type']));
    if (record['dropped'] === true) document.event.type = ['info', 'denied'];
    else if (record['dropped'] === false) document.event.type = ['info', 'allowed'];
  },
};

export const intel: ZeekMapping = {
  dataset: 'intel',
  kind: 'enrichment',
  category: ['threat'],
  type: ['indicator'],
  flow: false,
  signs: [['seen.indicator']],
  fields: {},
  ecs: (record, document) => {
    const indicator = textOf(record['seen.indicator']);
    if (indicator !== undefined)
      document['threat'] = { indicator: indicatorOf(textOf(record['seen.indicator_type']), indicator) };
  },
};

function indicatorOf(type: string | undefined, value: string): Record<string, unknown> {
  switch (type) {
    case 'Intel::ADDR':
      return { type: value.includes(':') ? 'ipv6-addr' : 'ipv4-addr', ip: value };
    case 'Intel::URL': {
      const { original: _, ...url } = urlOf(value);
      return { type: 'url', url };
    }
    case 'Intel::EMAIL':
      return { type: 'email-addr', email: { address: value } };
    case 'Intel::DOMAIN':
      return { type: 'domain-name', url: { domain: value } };
    case 'Intel::FILE_HASH':
      return { type: 'file', file: { hash: { [hashName(value)]: value } } };
    case 'Intel::FILE_NAME':
      return { type: 'file', file: { name: value } };
    case 'Intel::SOFTWARE':
      return { type: 'software' };
    case 'Intel::USER_NAME':
      return { type: 'user-account' };
    case 'Intel::CERT_HASH':
      return { type: 'x509-certificate', file: { hash: { [hashName(value)]: value } } };
    default:
      return {};
  }
}

function hashName(value: string): string {
  return value.length === 32 ? 'md5' : value.length === 40 ? 'sha1' : value.length === 128 ? 'sha512' : 'sha256';
}

export const signatures: ZeekMapping = {
  dataset: 'signature',
  kind: 'alert',
  category: ['network'],
  signs: [['sig_id', 'src_addr']],
  fields: { src_addr: '', src_port: '', dst_addr: '', dst_port: '', sig_id: '', event_msg: '' },
  ecs: (record, document) => {
    setEndpoints(
      document,
      record['src_addr'],
      record['dst_addr'],
      numberOf(record['src_port']),
      numberOf(record['dst_port']),
    );
    document['rule'] = { id: textOf(record['sig_id']), description: textOf(record['event_msg']) };
    const ip = document.source?.ip;
    if (ip !== undefined) put(document, 'network.type', ip.includes(':') ? 'ipv6' : 'ipv4');
  },
};

export const weird: ZeekMapping = {
  dataset: 'weird',
  category: ['network'],
  type: ['info'],
  flow: false,
  signs: [['name', 'notice', 'peer']],
  fields: { addl: 'additional_info', identifier: 'identifier' },
};

export const dpd: ZeekMapping = {
  dataset: 'dpd',
  category: ['network'],
  type: ['connection', 'info'],
  signs: [['analyzer', 'failure_reason']],
  fields: {},
};

export const traceroute: ZeekMapping = {
  dataset: 'traceroute',
  category: ['network'],
  type: ['info'],
  ecsOnly: true,
  signs: [['src', 'dst', 'proto']],
  fields: {},
  ecs: (record, document) => setEndpoints(document, record['src'], record['dst']),
};

export const tunnel: ZeekMapping = {
  dataset: 'tunnel',
  category: ['network'],
  type: ['connection'],
  signs: [['tunnel_type']],
  fields: { tunnel_type: 'type' },
  ecs: (record, document) => {
    document.event.action = textOf(record['action']);
  },
};
