/**
 * Pure: flows to the JSON of `ofctl_rest` and back. It reads bodies as Python literals, so they hold numbers, texts, lists and objects only.
 * Listings name fields as OpenFlow 1.0 did where the switch speaks 1.3 (`nw_src`), and as the standard does with 1.4 (`ipv4_src`).
 */
import { formatNetwork, parseAddress, parseNetwork } from '@netsentinel/kernel/address';
import { z } from 'zod';
import type { Flow, FlowAction, FlowMod, FlowProtocol } from '../../openflow/flow.types.ts';

export interface FlowMark {
  /** Hexadecimal, with 0x. */
  readonly cookie: string;
  readonly table: number;
  readonly priority: number;
}

/** One flow of `/stats/flow/DPID`, of which more is listed than we read. */
const ListedFlow = z.object({
  priority: z.number(),
  cookie: z.number(),
  /** Seconds; 0: for ever. Flows of OpenFlow 1.5 are listed without it. */
  hard_timeout: z.number(),
  duration_sec: z.number(),
  duration_nsec: z.number(),
  table_id: z.union([z.number(), z.string()]),
  match: z.record(z.string(), z.unknown()),
  /** With OpenFlow 1.3; with 1.4 the actions are within the instructions. */
  actions: z.array(z.unknown()).optional(),
  instructions: z.array(z.unknown()).optional(),
});
export type ListedFlow = z.infer<typeof ListedFlow>;

/** Instructions and actions as OpenFlow 1.4 is listed. */
const Applied = z.object({ type: z.literal('APPLY_ACTIONS'), actions: z.array(z.unknown()) });
const Onward = z.object({ type: z.literal('GOTO_TABLE'), table_id: z.number() });
const Output = z.object({ type: z.literal('OUTPUT'), port: z.union([z.number(), z.string()]) });
const OFPP_NORMAL = 0xfffffffa;

const ETHER_TYPE = { 4: 0x0800, 6: 0x86dd } as const;
const ALL_BITS = '0xffffffffffffffff';

/** Only flows with our cookie. */
export function ours({ cookie }: FlowMark): { readonly cookie: string; readonly cookie_mask: string } {
  return { cookie, cookie_mask: ALL_BITS };
}

/** Numbers of IANA. */
const PROTOCOL = { tcp: 6, udp: 17, icmp: { 4: 1, 6: 58 } } as const;

/** Masks of ports, flags of TCP, fragments and what is tracked, which `ofctl_rest` cannot say, must not be given: without them a flow would match more. */
export function matchJson({
  family,
  src,
  dst,
  srcMac,
  dstMac,
  protocol,
}: Omit<Flow, 'above' | 'actions'>): Record<string, string | number> {
  const field = family === 4 ? 'ipv4' : 'ipv6';
  return {
    eth_type: ETHER_TYPE[family],
    ...(srcMac === undefined ? {} : { eth_src: srcMac }),
    ...(dstMac === undefined ? {} : { eth_dst: dstMac }),
    ...(src === undefined ? {} : { [`${field}_src`]: formatNetwork(src) }),
    ...(dst === undefined ? {} : { [`${field}_dst`]: formatNetwork(dst) }),
    ...(protocol === undefined ? {} : protocolJson(family, protocol)),
  };
}

function protocolJson(family: 4 | 6, protocol: FlowProtocol): Record<string, number> {
  if (protocol.kind === 'icmp')
    return {
      ip_proto: PROTOCOL.icmp[family],
      ...(protocol.type === undefined ? {} : { [`icmpv${family}_type`]: protocol.type }),
    };
  const { kind, srcPort, dstPort } = protocol;
  return {
    ip_proto: PROTOCOL[kind],
    ...(srcPort === undefined ? {} : { [`${kind}_src`]: srcPort.port }),
    ...(dstPort === undefined ? {} : { [`${kind}_dst`]: dstPort.port }),
  };
}

function actionJson(action: FlowAction): {
  readonly type: string;
  readonly port?: string | number;
  readonly table_id?: number;
} {
  switch (action.kind) {
    case 'normal':
      return { type: 'OUTPUT', port: 'NORMAL' };
    case 'goto':
      return { type: 'GOTO_TABLE', table_id: action.table };
    case 'output':
      return { type: 'OUTPUT', port: action.port };
    case 'track':
    case 'divert':
    case 'to-mac':
      // The responder refuses the one measure that is made of these.
      throw new TypeError(`ofctl_rest cannot say ${action.kind}`);
    default:
      return action satisfies never;
  }
}

/**
 * Up to OpenFlow 1.3 `actions` are read, from 1.4 on `instructions`, and what is not read is passed over: a flow that had only the others would
 * drop what it should let pass.
 */
function actionsJson({ actions }: Flow): { readonly actions: object[]; readonly instructions: object[] } {
  const all = actions.map(actionJson);
  const [onward, applied] = [
    all.filter(({ type }) => type === 'GOTO_TABLE'),
    all.filter(({ type }) => type !== 'GOTO_TABLE'),
  ];
  return {
    actions: all,
    instructions: [...(applied.length === 0 ? [] : [{ type: 'APPLY_ACTIONS', actions: applied }]), ...onward],
  };
}

/** Path and body of the request that makes this change. A flow of others with the same match and priority is not deleted. */
export function modRequest(
  mod: FlowMod,
  dpid: string,
  mark: FlowMark,
): { readonly path: string; readonly body: Readonly<Record<string, unknown>> } {
  const { flow } = mod;
  const where = { dpid, table_id: mark.table, priority: mark.priority + flow.above, match: matchJson(flow) };
  return mod.kind === 'add'
    ? {
        path: '/stats/flowentry/add',
        body: {
          ...where,
          cookie: mark.cookie,
          hard_timeout: mod.seconds,
          ...actionsJson(flow),
        },
      }
    : { path: '/stats/flowentry/delete_strict', body: { ...where, ...ours(mark) } };
}

/** What a listing tells of a flow, without what changes while it is there. */
export function flowKey(flow: Flow, mark: FlowMark): string {
  const actions = flow.actions.map(actionJson).map((one) => `${one.type}:${one.port ?? one.table_id ?? ''}`);
  return key(mark.table, mark.priority + flow.above, matchJson(flow), actions);
}

export function listedKey(flow: ListedFlow): string {
  const { table_id, priority, match } = flow;
  const plain = Object.entries(match).map(([name, value]): [string, unknown] => [
    name,
    /^(?:nw|ipv[46])_(?:src|dst)$/.test(name) ? canonical(String(value)) : value,
  ]);
  return key(table_id, priority, Object.fromEntries(plain), listedActions(flow));
}

/** The one name of a field that has several. */
function fieldName(name: string): string {
  return name
    .replace(/^dl_(type|src|dst)$/, 'eth_$1')
    .replace(/^nw_(src|dst)$/, 'ipv4_$1')
    .replace(/^nw_proto$/, 'ip_proto')
    .replace(/^(?:tcp|udp)_(src|dst)$/, 'tp_$1');
}

/** As texts, as OpenFlow 1.3 is listed; what is neither an output nor a table to go on with stays as it is listed. */
export function listedActions({ actions, instructions = [] }: ListedFlow): readonly unknown[] {
  return (actions ?? instructions.flatMap((one) => Applied.safeParse(one).data?.actions ?? [one])).map((one) => {
    const port = Output.safeParse(one).data?.port;
    if (port !== undefined) return `OUTPUT:${port === OFPP_NORMAL ? 'NORMAL' : port}`;
    const table = Onward.safeParse(one).data?.table_id;
    return table === undefined ? one : `GOTO_TABLE:${table}`;
  });
}

/** Milliseconds that are left to it; one without an end has for ever. */
export function leftMs({ hard_timeout, duration_sec, duration_nsec }: ListedFlow): number {
  if (hard_timeout === 0) return Number.POSITIVE_INFINITY;
  return Math.max(0, (hard_timeout - duration_sec) * 1000 - duration_nsec / 1e6);
}

/** The flows of this switch in an answer, or undefined where it is none. */
export function readFlows(answer: unknown, dpid: string): ListedFlow[] | undefined {
  return ofSwitch(z.array(ListedFlow), answer, dpid);
}

/** The number of an aggregate; undefined where the switch did not answer the controller in time, or speaks another OpenFlow. */
export function readCount(answer: unknown, dpid: string): number | undefined {
  return ofSwitch(z.array(z.object({ flow_count: z.number() })), answer, dpid)?.[0]?.flow_count;
}

function ofSwitch<T>(schema: z.ZodType<T>, answer: unknown, dpid: string): T | undefined {
  return z.record(z.string(), schema).safeParse(answer).data?.[dpid];
}

function key(
  table: unknown,
  priority: number,
  match: Readonly<Record<string, unknown>>,
  actions: readonly unknown[],
): string {
  const fields = Object.entries(match)
    .map(([name, value]) => [fieldName(name), value] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([table, priority, fields, actions]);
}

/** `198.18.2.0/255.255.255.0` as `198.18.2.0/24`; what is no network stays as it is. */
function canonical(text: string): string {
  const [base = '', mask] = text.split('/');
  const [address, bits] = [parseAddress(base), mask === undefined ? undefined : parseAddress(mask)];
  if (address === undefined) return text;
  const width = address.family === 4 ? 32 : 128;
  const prefix = bits === undefined ? width : prefixLength(bits.value, width);
  const network = prefix === undefined ? undefined : parseNetwork(`${base}/${prefix}`);
  return network === undefined ? text : formatNetwork(network);
}

function prefixLength(mask: bigint, width: number): number | undefined {
  const binary = mask.toString(2).padStart(width, '0');
  return /^1*0*$/.test(binary) ? binary.replace(/0+$/, '').length : undefined;
}
