/** Background events from short sketches, for the cases of behaviours and for tests; no part of the product. */
import type { Event } from '@netsentinel/contracts/event';
import { actorOf } from '@netsentinel/kernel/address';

/** One kind of event, `times` over, `every` so many seconds. Texts may hold `{i}`, `{i+7}`, `{hex}`, `{drawn}` and `{word}`, which change each time. */
export interface Traffic {
  readonly times?: number;
  readonly every?: number;
  /** As a part of `every`: each pause is drawn evenly from around it. */
  readonly jitter?: number;
  /** Seconds before the first. */
  readonly after?: number;
  readonly from: string;
  readonly to?: string;
  readonly port?: number | string;
  readonly proto?: string;
  /** A row of Zeek's `conn.log` in this state. */
  readonly conn?: string;
  readonly out?: number;
  readonly back?: number;
  /** A firewall's line that denies it, a Suricata flow without an answer, an ARP request or answer. */
  readonly firewall?: 'denied' | 'allowed';
  readonly flow?: 'unanswered' | 'refused' | 'answered';
  readonly arp?: 'request' | 'reply';
  /** Who sent the frame, to whom, and who it says is the sender. */
  readonly macs?: readonly [frame: string, to: string, sender: string];
  /** A row of Zeek's `ssh.log`, of its `smtp.log` with this last answer. */
  readonly ssh?: 'accepted' | 'failed';
  readonly reply?: string;
  /** What a guard of others says, and how bad it is; without that, as Zeek's notices are. */
  readonly alarm?: string;
  readonly priority?: number;
  /** Of that guard's rule: its class, and what Emerging Threats rate it. */
  readonly classed?: string;
  readonly rated?: string;
  /** What our watcher saw probed, and how many ports of it. */
  readonly probe?: string;
  readonly touched?: number;
  /** What a service calls its refusal. */
  readonly refusal?: string;
  readonly agent?: string;
  readonly query?: string;
  /** The answer to a lookup. */
  readonly text?: string;
  readonly address?: string;
  /** A lookup of this name. */
  readonly name?: string;
  readonly type?: string;
  readonly code?: string;
  /** An address that a DHCP client asked for. */
  readonly wanted?: string;
  /** What a web request asked for: a path, or a whole address as proxies get it. */
  readonly url?: string;
  readonly method?: string;
  readonly host?: string;
  readonly status?: number;
}

export const TRAFFIC_START = Date.UTC(2026, 10, 21, 10);
const WORDS =
  'river market cloud garden paper silver window forest summer bridge coffee travel studio planet harbor meadow'.split(
    ' ',
  );

/** In the order of time; the same each time. */
export function trafficOf(sketches: readonly Traffic[]): Event[] {
  const draw = drawing();
  const found: { readonly timeMs: number; readonly sketch: Traffic; readonly index: number }[] = [];
  for (const sketch of sketches) {
    let timeMs = TRAFFIC_START + (sketch.after ?? 0) * 1000;
    for (let index = 0; index < (sketch.times ?? 1); index++) {
      found.push({ timeMs: Math.round(timeMs), sketch, index });
      timeMs += (sketch.every ?? 1) * 1000 * (1 + (sketch.jitter ?? 0) * (2 * draw() - 1));
    }
  }
  return found
    .toSorted((a, b) => a.timeMs - b.timeMs)
    .map(({ timeMs, sketch, index }, at) => eventOf(sketch, timeMs, index, at + 1, draw));
}

function eventOf(sketch: Traffic, timeMs: number, index: number, sequence: number, draw: () => number): Event {
  const fill = (text: string): string => filled(text, index, draw);
  const from = fill(sketch.from);
  const to = sketch.to === undefined ? undefined : fill(sketch.to);
  const port = sketch.port === undefined ? undefined : Number(fill(String(sketch.port)));
  const time = new Date(timeMs).toISOString();
  const { event, network, netsentinel, ...facts } = factsOf(sketch, fill);
  return {
    '@timestamp': time,
    ...facts,
    event: { id: `zeek-1~t1~${sequence.toString(36)}`, kind: 'event', dataset: 'test', ingested: time, ...event },
    source: { ip: from, port: 40_000 + (sequence % 20_000), bytes: sketch.out, packets: 1 },
    ...(to === undefined ? {} : { destination: { ip: to, port, bytes: sketch.back, ...facts['destination'] } }),
    network: { transport: sketch.proto ?? 'tcp', ...network },
    netsentinel: {
      sensor: { id: 'zeek-1', type: 'zeek' },
      source_verified: true,
      actor: actorOf(from),
      ...netsentinel,
    },
  };
}

type Facts = Record<string, Record<string, unknown>>;

function factsOf(sketch: Traffic, fill: (text: string) => string): Facts {
  const { conn, firewall, flow, arp, macs, ssh, reply, name, wanted, url, status } = sketch;
  const connection = { category: ['network'], type: ['connection'] };
  if (conn !== undefined) {
    const icmp = sketch.proto === 'icmp' ? { icmp: { type: 8, code: 0 } } : {};
    return {
      event: { ...connection, dataset: 'zeek.connection' },
      zeek: { connection: { state: conn, ...icmp } },
      destination: { packets: conn === 'S0' || (sketch.proto === 'icmp' && (sketch.back ?? 0) === 0) ? 0 : 1 },
    };
  }
  if (firewall !== undefined) return { event: { ...connection, type: ['connection', firewall] } };
  if (flow !== undefined)
    return {
      event: { ...connection, dataset: 'suricata.eve' },
      destination: { packets: flow === 'unanswered' ? 0 : 2 },
      suricata: { eve: { event_type: 'flow', tcp: { tcp_flags_tc: flow === 'refused' ? '14' : '1b' } } },
    };
  if (arp !== undefined)
    return {
      event: { ...connection, dataset: 'zeek.arp' },
      zeek: { arp: { operation: arp, src_mac: macs?.[0], dst_mac: macs?.[1], orig_hw: macs?.[2] } },
      network: { transport: 'arp' },
    };
  if (ssh !== undefined) return { event: connection, zeek: { ssh: { auth: { success: ssh === 'accepted' } } } };
  if (reply !== undefined) return { event: connection, zeek: { smtp: { last_reply: reply } } };
  if (name !== undefined)
    return { event: connection, network: { transport: 'udp' }, dns: dnsOf(fill(name), sketch, fill) };
  if (wanted !== undefined)
    return {
      event: connection,
      zeek: { dhcp: { address: { requested: fill(wanted) } } },
      network: { transport: 'udp' },
    };
  if (sketch.alarm !== undefined)
    return {
      event: {
        kind: 'alert',
        category: ['intrusion_detection'],
        ...(sketch.priority === undefined ? { dataset: 'zeek.notice' } : { severity: sketch.priority }),
      },
      rule: { name: fill(sketch.alarm), ...(sketch.classed === undefined ? {} : { category: sketch.classed }) },
      ...(sketch.rated === undefined ? {} : { suricata: { eve: { alert: { signature_severity: [sketch.rated] } } } }),
    };
  if (sketch.probe !== undefined) {
    const touched = sketch.touched ?? 1;
    return { event: connection, netsentinel: { probe: { kind: sketch.probe, touched, total: touched } } };
  }
  if (sketch.refusal !== undefined) return { event: { ...connection, action: sketch.refusal, outcome: 'failure' } };
  return {
    event: { category: ['network', 'web'] },
    http: {
      request: { method: sketch.method ?? 'GET' },
      ...(status === undefined ? {} : { response: { status_code: status } }),
    },
    ...(sketch.agent === undefined ? {} : { user_agent: { original: fill(sketch.agent) } }),
    url: {
      original: fill(url ?? '/'),
      path: '/',
      ...(sketch.query === undefined ? {} : { query: fill(sketch.query) }),
      ...(sketch.host === undefined ? {} : { domain: fill(sketch.host) }),
    },
  };
}

function dnsOf(
  name: string,
  { type = 'A', code = 'NOERROR', text, address }: Traffic,
  fill: (text: string) => string,
): Record<string, unknown> {
  const labels = name.split('.');
  const subdomain = labels.slice(0, -2).join('.');
  return {
    type: 'answer',
    response_code: code,
    ...(text === undefined ? {} : { answers: [{ data: fill(text) }] }),
    ...(address === undefined ? {} : { resolved_ip: [address] }),
    question: {
      name,
      type,
      ...(labels.length < 2 ? {} : { registered_domain: labels.slice(-2).join('.') }),
      ...(subdomain === '' ? {} : { subdomain }),
    },
  };
}

function filled(text: string, index: number, draw: () => number): string {
  return text.replaceAll(/\{(i|hex|drawn|word)(?:\+(\d+))?\}/g, (_, what: string, more = '0') => {
    if (what === 'i') return String(index + Number(more));
    if (what === 'word') return `${WORDS[index % WORDS.length]}${WORDS[(index * 7 + 3) % WORDS.length]}`;
    const alphabet = what === 'hex' ? '0123456789abcdef' : 'abcdefghijklmnopqrstuvwxyz';
    return Array.from({ length: what === 'hex' ? 24 : 13 }, () => alphabet[Math.floor(draw() * alphabet.length)]).join(
      '',
    );
  });
}

/** Numbers from 0 to 1 that look drawn, the same each time. */
function drawing(): () => number {
  let state = 42;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
