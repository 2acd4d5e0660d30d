/**
 * Pure: flows to the text of `ovs-ofctl` and back (ovs-fields(7), ovs-actions(7)). Every number comes from us and every address is rendered
 * from its number, so that no text of an order reaches a program.
 */
import { formatAddress, formatNetwork } from '@netsentinel/kernel/address';
import type { Flow, FlowAction, FlowMod, FlowProtocol, PortBits } from '../../openflow/flow.types.ts';

export interface FlowMark {
  /** Hexadecimal, with 0x. */
  readonly cookie: string;
  readonly table: number;
  readonly priority: number;
  /** Of connection tracking, for flows that track; 0 is everybody's. */
  readonly zone?: number;
}

/** Only flows with our cookie. */
export function ours({ cookie }: FlowMark): string {
  return `cookie=${cookie}/-1`;
}

/** What is compared of a packet. */
type Match = Omit<Flow, 'above' | 'actions'>;

/** As `ovs-ofctl` itself writes it, in its order: `ip,nw_src=198.18.0.2`. */
export function matchText(match: Match, { zone = 0 }: Pick<FlowMark, 'zone'> = {}): string {
  const { family, src, dst, srcMac, dstMac, protocol, fragment, tracked } = match;
  const field = family === 4 ? 'nw' : 'ipv6';
  return [
    ...(tracked === undefined ? [] : [`ct_state=${TRACKED[tracked]},ct_zone=${zone}`]),
    protocolName(family, protocol),
    ...(srcMac === undefined ? [] : [`dl_src=${srcMac}`]),
    ...(dstMac === undefined ? [] : [`dl_dst=${dstMac}`]),
    ...(src === undefined ? [] : [`${field}_src=${formatNetwork(src)}`]),
    ...(dst === undefined ? [] : [`${field}_dst=${formatNetwork(dst)}`]),
    ...(fragment === undefined ? [] : ['nw_frag=yes']),
    ...(protocol === undefined ? [] : protocolText(protocol)),
  ].join(',');
}

const TRACKED = { any: '+trk', new: '+new+trk', answer: '+rpl+trk' } as const;

function protocolName(family: 4 | 6, protocol: FlowProtocol | undefined): string {
  if (protocol === undefined) return family === 4 ? 'ip' : 'ipv6';
  return family === 4 ? protocol.kind : `${protocol.kind}6`;
}

function protocolText(protocol: FlowProtocol): string[] {
  if (protocol.kind === 'icmp') return protocol.type === undefined ? [] : [`icmp_type=${protocol.type}`];
  const { srcPort, dstPort, acknowledges, begins } = protocol;
  return [
    ...(srcPort === undefined ? [] : [`tp_src=${bitsText(srcPort)}`]),
    ...(dstPort === undefined ? [] : [`tp_dst=${bitsText(dstPort)}`]),
    ...(acknowledges === true ? ['tcp_flags=+ack'] : []),
    ...(begins === true ? ['tcp_flags=-fin+syn-rst-ack'] : []),
  ];
}

function bitsText({ port, mask }: PortBits): string {
  return mask === 0xffff ? String(port) : `0x${port.toString(16)}/0x${mask.toString(16)}`;
}

function actionsText(flow: Flow, mark: FlowMark): string {
  return flow.actions.length === 0 ? 'drop' : flow.actions.map((action) => actionText(action, mark)).join(',');
}

function actionText(action: FlowAction, { table, zone = 0 }: FlowMark): string {
  switch (action.kind) {
    case 'normal':
      return 'NORMAL';
    case 'goto':
      return `goto_table:${action.table}`;
    case 'output':
      return `output:${action.port}`;
    case 'track':
      return `ct(table=${table},zone=${zone},nat)`;
    case 'divert': {
      const text = formatAddress(action.address);
      const onward = action.table === undefined ? '' : `table=${action.table},`;
      const host = action.address.family === 4 ? text : `[${text}]`;
      return `ct(commit,${onward}zone=${zone},nat(dst=${host}:${action.port}))`;
    }
    case 'to-mac':
      return `set_field:${action.mac}->eth_dst`;
    default:
      return action satisfies never;
  }
}

/** What a listing tells of a flow, without what changes while it is there. */
export function flowKey(flow: Flow, mark: FlowMark): string {
  return `table=${mark.table},priority=${mark.priority + flow.above},${matchText(flow, mark)} actions=${actionsText(flow, mark)}`;
}

/** `add` with what it is, `delete_strict` with what it is found by. A flow of others with the same match and priority stays. */
export function modText(
  mod: FlowMod,
  mark: FlowMark,
): { readonly command: 'add' | 'delete_strict'; readonly flow: string } {
  const where = `table=${mark.table},priority=${mark.priority + mod.flow.above}`;
  const match = matchText(mod.flow, mark);
  return mod.kind === 'add'
    ? {
        command: 'add',
        flow: `cookie=${mark.cookie},${mod.seconds === 0 ? '' : `hard_timeout=${mod.seconds},`}${where},${match},actions=${actionsText(mod.flow, mark)}`,
      }
    : { command: 'delete_strict', flow: `${ours(mark)},${where},${match}` };
}

/** Lines of a file for `ovs-ofctl --bundle add-flows`. */
export function bundleText(mods: readonly FlowMod[], mark: FlowMark): string {
  return mods
    .map((mod) => {
      const { command, flow } = modText(mod, mark);
      return `${command} ${flow}\n`;
    })
    .join('');
}

/** Left out of listings where it is a flow's priority. */
const DEFAULT_PRIORITY = 32_768;

interface ListedFlow {
  /** What is neither match nor action: cookie, times, counters. */
  readonly facts: string;
  readonly priority: number;
  /** Without the priority. */
  readonly match: string;
  readonly actions: string;
}

function* listedFlows(output: string): Generator<ListedFlow> {
  for (const line of output.split('\n')) {
    // ` cookie=0x1, duration=2s, table=0, hard_timeout=60, priority=9,ip,nw_src=198.18.0.2 actions=drop`; headings have no actions.
    const [, before, actions] = /^ (.*?)\s?actions=(.*)$/.exec(line) ?? [];
    if (before === undefined || actions === undefined) continue;
    const comma = before.lastIndexOf(', ');
    const [, priority, match = ''] = /^(?:priority=(\d+),?)?(.*)$/.exec(before.slice(comma < 0 ? 0 : comma + 2)) ?? [];
    const facts = comma < 0 ? '' : before.slice(0, comma);
    yield { facts, priority: Number(priority ?? DEFAULT_PRIORITY), match, actions };
  }
}

function fact(facts: string, name: string): string | undefined {
  return new RegExp(`(?:^|[ ,])${name}=([^, ]*)`).exec(facts)?.[1];
}

/** Flows of `dump-flows` by `flowKey`, with the milliseconds left to them; one without an end has for ever. */
export function readFlows(output: string): Map<string, number> {
  const flows = new Map<string, number>();
  for (const { facts, priority, match, actions } of listedFlows(output)) {
    const seconds = fact(facts, 'hard_timeout');
    const pastMs = Number.parseFloat(fact(facts, 'duration') ?? '0') * 1000;
    // What cannot be read is as good as over: it is made anew.
    const leftMs = seconds === undefined ? Number.POSITIVE_INFINITY : Math.max(0, Number(seconds) * 1000 - pastMs) || 0;
    flows.set(`table=${fact(facts, 'table') ?? '0'},priority=${priority},${match} actions=${actions}`, leftMs);
  }
  return flows;
}

/** `flow_count=3` of `dump-aggregate`. */
export function readCount(output: string): number | undefined {
  const count = /\bflow_count=(\d+)/.exec(output)?.[1];
  return count === undefined ? undefined : Number(count);
}

/** Undefined for what is no cookie, and so nobody's. */
function cookieOf(text: string): bigint | undefined {
  return /^(?:0x[0-9a-f]{1,16}|\d{1,20})$/i.test(text) ? BigInt(text) : undefined;
}

/** The first flow that has one of these priorities and another cookie, in a listing of our table. */
export function readStranger(output: string, priorities: ReadonlySet<number>, cookie: string): string | undefined {
  for (const { facts, priority, match, actions } of listedFlows(output)) {
    if (!priorities.has(priority) || cookieOf(fact(facts, 'cookie') ?? '0x0') === cookieOf(cookie)) continue;
    return `priority=${priority},${match} actions=${actions}`.slice(0, 200);
  }
  return undefined;
}
