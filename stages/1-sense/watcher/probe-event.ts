/** Makes events of what the watcher gathered. */
import type { SensorEvent } from '@netsentinel/contracts/event';
import { portRanges } from './port-ranges.ts';
import { isPortless } from './probe-ledger.ts';
import type { ProbeBatch, ProbeKind } from './probe.types.ts';

/** Of the ports' text; `touched` counts all. */
const MAX_PORTS_TEXT = 4096;

const NAMES: Readonly<Record<ProbeKind, string>> = {
  syn: 'SYN probe',
  connect: 'Connection attempt',
  fin: 'FIN probe',
  null: 'NULL probe',
  xmas: 'Xmas probe',
  odd: 'Probe with odd TCP flags',
  fragment: 'Fragmented TCP probe',
  ack: 'ACK probe',
  udp: 'UDP probe',
  echo: 'Ping',
  timestamp: 'ICMP timestamp request',
};

/** @param persona whose address was touched, where the machine plays several */
export function probeEvent(batch: ProbeBatch, persona: string | undefined): SensorEvent {
  const { kind, source, sourcePort, target, ports, total, packets, firstAt, lastAt } = batch;
  const [first] = ports;
  const transport = isPortless(kind) ? (source.includes(':') ? 'ipv6-icmp' : 'icmp') : kind === 'udp' ? 'udp' : 'tcp';
  return {
    '@timestamp': new Date(lastAt).toISOString(),
    message:
      first === undefined
        ? `${NAMES[kind]} of ${target}`
        : `${NAMES[kind]} of ${ports.length === 1 ? `closed port ${first}` : `${ports.length} closed ports`} of ${target}`,
    event: {
      kind: 'event',
      category: ['network'],
      type: ['connection', ...(first === undefined ? [] : (['denied'] as const))],
      action: isPortless(kind) ? 'ping' : kind,
      dataset: 'netsentinel.watcher',
      module: 'netsentinel',
      start: new Date(firstAt).toISOString(),
      end: new Date(lastAt).toISOString(),
      duration: Math.max(0, lastAt - firstAt) * 1_000_000,
    },
    // Of one packet it is a fact; of many it says nothing.
    source: { ip: source, ...(packets === 1 && sourcePort > 0 ? { port: sourcePort } : {}), packets },
    destination: { ip: target, ...(first === undefined ? {} : { port: first }) },
    network: { transport, type: source.includes(':') ? 'ipv6' : 'ipv4', packets },
    netsentinel: {
      ...(packets > 1 ? { aggregated: packets } : {}),
      probe: {
        kind,
        touched: ports.length,
        total,
        ...(first === undefined ? {} : { ports: portRanges(ports, MAX_PORTS_TEXT) }),
        ...(persona === undefined ? {} : { persona }),
      },
    },
  };
}

/** What could not be told one by one: a flood, or packets that the kernel had no room for. */
export function lossEvent(loss: { unlisted: number; dropped: number }, nowMs: number): SensorEvent {
  const parts = [
    ...(loss.unlisted === 0 ? [] : [`${loss.unlisted} probes of more sources than are told one by one`]),
    ...(loss.dropped === 0 ? [] : [`${loss.dropped} packets that the kernel had no room for`]),
  ];
  return {
    '@timestamp': new Date(nowMs).toISOString(),
    message: `Not counted by port: ${parts.join(' and ')}`,
    event: {
      kind: 'event',
      category: ['network'],
      type: ['info'],
      action: 'uncounted',
      dataset: 'netsentinel.watcher',
      module: 'netsentinel',
    },
    netsentinel: { aggregated: loss.unlisted + loss.dropped },
  };
}
