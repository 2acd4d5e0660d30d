/** `conn.log`: the flow itself. */
import type { EcsDocument } from '@netsentinel/contracts/parser';
import { numberOf, textOf } from '../../../text/document.ts';
import type { ZeekRecord } from '../tsv.ts';
import type { ZeekMapping } from './mapping.types.ts';
import { nanosecondsOf } from './steps.ts';

/** From Zeek's documentation of `conn_state`; the types are ECS's for it. */
const STATES: ReadonlyMap<string, readonly [message: string, ...types: readonly string[]]> = new Map(
  Object.entries({
    S0: ['Connection attempt seen, no reply.', 'connection', 'start'],
    S1: ['Connection established, not terminated.', 'connection', 'start'],
    SF: ['Normal establishment and termination.', 'connection', 'start', 'end'],
    REJ: ['Connection attempt rejected.', 'connection', 'start', 'denied'],
    S2: [
      'Connection established and close attempt by originator seen (but no reply from responder).',
      'connection',
      'info',
    ],
    S3: [
      'Connection established and close attempt by responder seen (but no reply from originator).',
      'connection',
      'info',
    ],
    RSTO: ['Connection established, originator aborted (sent a RST).', 'connection', 'info'],
    RSTR: ['Responder sent a RST.', 'connection', 'info'],
    RSTOS0: [
      'Originator sent a SYN followed by a RST, we never saw a SYN-ACK from the responder.',
      'connection',
      'info',
    ],
    RSTRH: [
      'Responder sent a SYN ACK followed by a RST, we never saw a SYN from the (purported) originator.',
      'connection',
      'info',
    ],
    SH: [
      "Originator sent a SYN followed by a FIN, we never saw a SYN ACK from the responder (hence the connection was 'half' open).",
      'connection',
      'info',
    ],
    SHR: ['Responder sent a SYN ACK followed by a FIN, we never saw a SYN from the originator.', 'connection', 'info'],
    OTH: [
      "No SYN seen, just midstream traffic (a 'partial connection' that was not later closed).",
      'connection',
      'info',
    ],
  }),
);

export const conn: ZeekMapping = {
  dataset: 'connection',
  category: ['network'],
  signs: [['conn_state', 'missed_bytes']],
  fields: {
    conn_state: 'state',
    duration: '',
    service: '',
    orig_ip_bytes: '',
    resp_ip_bytes: '',
    orig_pkts: '',
    resp_pkts: '',
    orig_l2_addr: '',
    resp_l2_addr: '',
    orig_bytes: '',
    resp_bytes: '',
    tunnel_parents: '',
  },
  ecs: connection,
};

function connection(record: ZeekRecord, document: EcsDocument, own: Record<string, unknown>): void {
  const { event, source, destination } = document;
  const state = STATES.get(textOf(record['conn_state']) ?? '');
  if (state !== undefined) {
    own['state_message'] = state[0];
    event.type = state.slice(1);
  }
  event['duration'] = nanosecondsOf(record['duration']);
  const network = (document['network'] ??= {}) as Record<string, unknown>;
  network['protocol'] = textOf(record['service']);
  network['direction'] = directionOf(record['local_orig'], record['local_resp']);
  if (source === undefined || destination === undefined) return;
  source.bytes = numberOf(record['orig_ip_bytes']);
  source.packets = numberOf(record['orig_pkts']);
  source['mac'] = textOf(record['orig_l2_addr']);
  destination.bytes = numberOf(record['resp_ip_bytes']);
  destination.packets = numberOf(record['resp_pkts']);
  destination['mac'] = textOf(record['resp_l2_addr']);
  network['bytes'] = sum(source.bytes, destination.bytes);
  network['packets'] = sum(source.packets, destination.packets);
  if (record['proto'] === 'icmp') {
    own['icmp'] = { type: source.port, code: destination.port };
    source.port = undefined;
    destination.port = undefined;
  }
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

function directionOf(fromUs: unknown, toUs: unknown): string | undefined {
  if (typeof fromUs !== 'boolean' || typeof toUs !== 'boolean') return undefined;
  if (fromUs) return toUs ? 'internal' : 'outbound';
  return toUs ? 'inbound' : 'external';
}
