/** Logs about names and addresses: `dns`, `dhcp`, `ntp`, `arp`. */
import type { EcsDocument, EcsGroup } from '@netsentinel/contracts/parser';
import { canonicalAddress } from '../../../text/canonical-address.ts';
import { numberOf, put, scalarOf, textOf } from '../../../text/document.ts';
import { communityId } from '../../../text/community-id.ts';
import { domainParts } from '../../../text/registered-domain.ts';
import type { ZeekRecord } from '../tsv.ts';
import { CONNECTION_INFO, type ZeekMapping } from './mapping.types.ts';
import { datesAt, nanosecondsOf, setEndpoints } from './steps.ts';

const CLASSES: Readonly<Record<number, string>> = { 1: 'IN', 3: 'CH', 4: 'HS', 254: 'NONE', 255: 'ANY' };
const FLAGS = ['AA', 'TC', 'RD', 'RA'];

export const dns: ZeekMapping = {
  dataset: 'dns',
  category: ['network'],
  type: CONNECTION_INFO,
  protocol: 'dns',
  signs: [['trans_id', 'rejected']],
  fields: { Z: '', auth: '', addl: '' },
  ecs: (record, document, own) => {
    const answers = answersOf(record);
    const id = scalarOf(record['trans_id']);
    if (id !== undefined) own['trans_id'] = id;
    document.event['duration'] = nanosecondsOf(record['rtt']);
    document.event.outcome = 'success';
    const query = textOf(record['query']);
    document['dns'] = {
      id,
      type: record['rcode_name'] === undefined ? 'query' : 'answer',
      header_flags: flagsOf(record),
      question: questionOf(record, query),
      answers,
      resolved_ip: addressesIn(answers),
      response_code: textOf(record['rcode_name']),
    };
  },
};

function questionOf(record: ZeekRecord, query: string | undefined): EcsGroup {
  const parts = query === undefined ? undefined : domainParts(query);
  return {
    name: parts?.name,
    registered_domain: parts?.registered_domain,
    subdomain: parts?.subdomain,
    top_level_domain: parts?.top_level_domain,
    class: CLASSES[numberOf(record['qclass']) ?? 0],
    type: textOf(record['qtype_name']),
  };
}

function flagsOf(record: ZeekRecord): string[] | undefined {
  let set: string[] | undefined;
  for (const flag of FLAGS) if (record[flag] === true) (set ??= []).push(flag);
  return set;
}

function addressesIn(answers: readonly { readonly data: string }[] | undefined): string[] | undefined {
  if (answers === undefined) return undefined;
  const addresses: string[] = [];
  for (const { data } of answers) {
    const ip = canonicalAddress(data);
    if (ip !== undefined) addresses.push(ip);
  }
  return addresses;
}

function answersOf(record: ZeekRecord): { data: string; ttl: number }[] | undefined {
  const { answers, TTLs: ttls } = record;
  if (!Array.isArray(answers) || !Array.isArray(ttls) || answers.length === 0 || answers.length !== ttls.length)
    return undefined;
  return answers.map((data: unknown, i) => ({ data: scalarOf(data) ?? '', ttl: Math.trunc(numberOf(ttls[i]) ?? 0) }));
}

export const dhcp: ZeekMapping = {
  dataset: 'dhcp',
  category: ['network'],
  type: CONNECTION_INFO,
  transport: 'udp',
  protocol: 'dhcp',
  signs: [['uids', 'msg_types']],
  fields: {
    uids: '',
    client_addr: 'address.client',
    server_addr: 'address.server',
    mac: 'address.mac',
    requested_addr: 'address.requested',
    assigned_addr: 'address.assigned',
    host_name: 'hostname',
    msg_types: 'msg.types',
    msg_orig: 'msg.origin',
    client_message: 'msg.client',
    server_message: 'msg.server',
    client_software: 'software.client',
    server_software: 'software.server',
    circuit_id: 'id.circuit',
    agent_remote_id: 'id.remote_agent',
    subscriber_id: 'id.subscriber',
  },
  ecs: (record, document) => {
    setEndpoints(
      document,
      record['client_addr'],
      record['server_addr'],
      numberOf(record['client_port']) ?? 68,
      numberOf(record['server_port']) ?? 67,
    );
    const { source, destination } = document;
    if (source !== undefined) document['client'] = { address: source.address };
    if (destination !== undefined) document['server'] = { address: destination.address };
    put(document, 'network.name', textOf(record['domain']));
    put(
      document,
      'network.community_id',
      communityId('udp', source?.ip, source?.port, destination?.ip, destination?.port),
    );
    document.event['id'] = record['uids'];
    put(document, 'zeek.session_id', record['uids']);
  },
};

const NTP_TIMES = ['ref_time', 'org_time', 'rec_time', 'xmt_time'];

export const ntp: ZeekMapping = {
  dataset: 'ntp',
  category: ['network'],
  type: CONNECTION_INFO,
  transport: 'udp',
  protocol: 'ntp',
  signs: [['stratum', 'xmt_time']],
  fields: {},
  ecs: (_record, document: EcsDocument, own) => {
    datesAt(own, NTP_TIMES);
    const ip = document.source?.ip;
    if (ip !== undefined) put(document, 'network.type', ip.includes(':') ? 'ipv6' : 'ipv4');
  },
};

export const arp: ZeekMapping = {
  dataset: 'arp',
  category: ['network'],
  type: CONNECTION_INFO,
  transport: 'arp',
  protocol: 'arp',
  flow: false,
  signs: [['operation', 'orig_hw', 'resp_hw']],
  fields: {},
  ecs: (record, document) => {
    setEndpoints(document, record['orig_h'], record['resp_h']);
  },
};
