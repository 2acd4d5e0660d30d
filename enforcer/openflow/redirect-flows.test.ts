import { formatNetwork, networkContains, parseAddress, parseNetwork, type Network } from '@netsentinel/kernel/address';
import { describe, expect, it } from 'vitest';
import { flowName, flowsOf, type FlowMeans } from './flow-plan.ts';
import type { Flow, FlowAction } from './flow.types.ts';
import type { Redirection } from './redirect-flows.ts';

const MAC = '02:00:00:00:00:0d';
const DECOY = '198.18.0.13';
const REDIRECT: Redirection = {
  services: [
    { kind: 'tcp', port: 22, decoyPort: 2222 },
    { kind: 'tcp', port: 80, decoyPort: 80 },
    { kind: 'udp', port: 53, decoyPort: 5353 },
  ],
  decoys: [DECOY, '2001:db8::d'].flatMap((text) => parseAddress(text) ?? []),
  mac: MAC,
  dropsOthers: false,
};

interface Packet {
  readonly kind: 'tcp' | 'udp' | 'icmp';
  /** `198.18.0.2 40000` */
  readonly from: string;
  readonly to: string;
  readonly flags: 'syn' | 'ack';
  readonly fragment: boolean;
  readonly mac: string;
  readonly tracked: ReadonlySet<string>;
}

const sent = (from: string, to: string, rest: Partial<Packet> = {}): Packet => ({
  kind: 'tcp',
  from,
  to,
  flags: 'syn',
  fragment: false,
  mac: 'as sent',
  tracked: new Set(),
  ...rest,
});
const end = (text: string) => ({ address: parseAddress(text.split(' ')[0] ?? ''), port: Number(text.split(' ')[1]) });
const network = (text: string): Network => parseNetwork(text) ?? { family: 4, base: 0n, prefix: 32 };

/** A switch with such flows, and connection tracking as Open vSwitch's: `send` answers how a packet leaves it, undefined where it does not. */
class Switch {
  readonly #flows: readonly Flow[];
  /** Both directions of each connection, as they come and as they leave. */
  readonly #known = new Map<string, { readonly from: string; readonly to: string; readonly isAnswer: boolean }>();
  readonly #answered = new Set<string>();

  constructor(flows: readonly Flow[]) {
    this.#flows = flows;
  }

  send(packet: Packet): Packet | 'untouched' | undefined {
    const met = this.#flows.filter((flow) => meets(flow, packet)).toSorted((a, b) => b.above - a.above);
    const [best, next] = met;
    if (best === undefined) return packet.tracked.size === 0 ? 'untouched' : undefined;
    if (next?.above === best.above && JSON.stringify(next.actions) !== JSON.stringify(best.actions))
      throw new Error(`two flows of one level disagree: ${flowName(best)}, ${flowName(next)}`);
    return this.#act(packet, best.actions);
  }

  #act(packet: Packet, [action, ...rest]: readonly FlowAction[]): Packet | 'untouched' | undefined {
    const { kind, from, to } = packet;
    switch (action?.kind) {
      case 'normal':
      case 'goto':
        return { ...packet, tracked: new Set() };
      case 'to-mac':
        return this.#act({ ...packet, mac: action.mac }, rest);
      case 'track': {
        const known = this.#known.get(`${kind} ${from} ${to}`);
        const pair = [from, to].toSorted().join();
        if (known?.isAnswer === true) this.#answered.add([known.from, known.to].toSorted().join());
        const state = known?.isAnswer === true ? 'answer' : this.#answered.has(pair) ? 'known' : 'new';
        const ends = known === undefined ? {} : { from: known.from, to: known.to };
        return this.send({ ...packet, ...ends, tracked: new Set(['any', state]) });
      }
      case 'divert': {
        const ends = { from, to: `${formatNetwork(host(action.address))} ${action.port}` };
        this.#known.set(`${kind} ${from} ${to}`, { ...ends, isAnswer: false });
        this.#known.set(`${kind} ${ends.to} ${from}`, { from: to, to: from, isAnswer: true });
        return action.table === undefined ? this.#act({ ...packet, ...ends }, rest) : { ...packet, ...ends };
      }
      case 'output':
      case undefined:
        return undefined;
      default:
        return action satisfies never;
    }
  }
}

const host = ({ family, value }: { readonly family: 4 | 6; readonly value: bigint }): Network => ({
  family,
  base: value,
  prefix: family === 4 ? 32 : 128,
});

function meets({ family, src, dst, fragment, tracked, protocol }: Flow, packet: Packet): boolean {
  const [from, to] = [end(packet.from), end(packet.to)];
  if (from.address?.family !== family || to.address === undefined) return false;
  if (src !== undefined && !networkContains(src, from.address)) return false;
  if (dst !== undefined && !networkContains(dst, to.address)) return false;
  if (fragment === true && !packet.fragment) return false;
  if (tracked !== undefined && !packet.tracked.has(tracked)) return false;
  if (protocol === undefined) return true;
  if (protocol.kind !== packet.kind) return false;
  if (protocol.kind === 'icmp') return true;
  const ports = [
    [protocol.srcPort, from.port],
    [protocol.dstPort, to.port],
  ] as const;
  if (ports.some(([want, port]) => want !== undefined && want.port !== port)) return false;
  return protocol.begins !== true || packet.flags === 'syn';
}

const means = (redirect: Redirection = REDIRECT): FlowMeans => ({
  management: [],
  mirrorPort: undefined,
  redirect,
  onward: { kind: 'normal' },
});
const place = (target = '198.18.0.2', redirect = REDIRECT): Switch =>
  new Switch(flowsOf(network(target), 'redirect', means(redirect)));
const ATTACKER = '198.18.0.2 40000';
const VICTIM = '198.18.0.1 22';

describe('redirecting in a switch', () => {
  it.each([
    ['tcp', ATTACKER, VICTIM, `${DECOY} 2222`],
    ['tcp', ATTACKER, '198.18.7.7 80', `${DECOY} 80`],
    ['udp', ATTACKER, '198.18.0.1 53', `${DECOY} 5353`],
    ['tcp', '2001:db8::2 40000', '2001:db8::1 22', '2001:db8::d 2222'],
    ['tcp', ATTACKER, `${DECOY} 22`, `${DECOY} 2222`],
  ] as const)('has %s from %s to %s end at %s, and answers come from where was asked', (kind, from, to, decoy) => {
    const ours = place(from.includes(':') ? '2001:db8::2' : '198.18.0.2');
    const expected = { from, to: decoy, mac: MAC };
    expect(ours.send(sent(from, to, { kind }))).toMatchObject(expected);
    // Asked again before there is an answer.
    expect(ours.send(sent(from, to, { kind }))).toMatchObject(expected);
    const answer = ours.send(sent(decoy, from, { kind, flags: 'ack' }));
    expect(answer).toMatchObject({ from: to, to: from, mac: 'as sent' });
    expect(ours.send(sent(from, to, { kind, flags: 'ack' }))).toMatchObject(expected);
  });

  it('cuts what went to the real service before, in both directions', () => {
    const ours = place();
    expect(ours.send(sent(ATTACKER, VICTIM, { flags: 'ack' }))).toBeUndefined();
    expect(ours.send(sent(VICTIM, ATTACKER, { flags: 'ack' }))).toBeUndefined();
    expect(ours.send(sent('198.18.0.1 53', ATTACKER, { kind: 'udp' }))).toBeUndefined();
  });

  it('touches neither other ports, nor others, nor what the network itself serves', () => {
    const ours = place();
    for (const [from, to] of [
      [ATTACKER, '198.18.0.1 443'],
      ['198.18.0.3 40000', VICTIM],
      [VICTIM, '198.18.0.3 40000'],
      ['198.18.0.1 40000', '198.18.0.2 22'],
      ['198.18.0.2 22', '198.18.0.1 40000'],
    ] as const)
      expect(ours.send(sent(from, to))).toBe('untouched');
  });

  it('lets the decoy speak with the network besides, and drops fragments, which have no ports', () => {
    const ours = place();
    expect(ours.send(sent(`${DECOY} 2222`, ATTACKER, { flags: 'ack' }))).toMatchObject({ from: `${DECOY} 2222` });
    expect(ours.send(sent(ATTACKER, '198.18.0.1 443', { fragment: true }))).toBeUndefined();
  });

  it('takes a network that decoy and victim are in', () => {
    const ours = place('198.18.0.0/24');
    expect(ours.send(sent(ATTACKER, VICTIM))).toMatchObject({ to: `${DECOY} 2222`, mac: MAC });
    expect(ours.send(sent(`${DECOY} 2222`, ATTACKER, { flags: 'ack' }))).toMatchObject({ from: VICTIM });
    expect(ours.send(sent(ATTACKER, VICTIM, { flags: 'ack' }))).toMatchObject({ to: `${DECOY} 2222` });
    expect(ours.send(sent(ATTACKER, '198.18.0.1 443'))).toBe('untouched');
  });

  it('gives a family without a decoy no answer at these ports', () => {
    const ours = place('2001:db8::/64', { ...REDIRECT, decoys: REDIRECT.decoys.slice(0, 1) });
    expect(ours.send(sent('2001:db8::2 40000', '2001:db8::1 22'))).toBeUndefined();
    expect(ours.send(sent('2001:db8::1 22', '2001:db8::2 40000'))).toBeUndefined();
    expect(ours.send(sent('2001:db8::2 40000', '2001:db8::1 443'))).toBe('untouched');
  });

  it('drops other ports where that is asked, but for ICMP', () => {
    const ours = place('198.18.0.2', { ...REDIRECT, dropsOthers: true });
    expect(ours.send(sent(ATTACKER, '198.18.0.1 443'))).toBeUndefined();
    expect(ours.send(sent('198.18.0.1 443', ATTACKER))).toBeUndefined();
    expect(ours.send(sent(ATTACKER, '198.18.0.1 0', { kind: 'icmp' }))).toMatchObject({ to: '198.18.0.1 0' });
    expect(ours.send(sent(ATTACKER, VICTIM))).toMatchObject({ to: `${DECOY} 2222` });
  });

  it('leaves frames their address where none is given, and the later table meets what is translated', () => {
    const { mac: _, ...routed } = REDIRECT;
    expect(place('198.18.0.2', routed).send(sent(ATTACKER, VICTIM))).toMatchObject({ mac: 'as sent' });
    const flows = flowsOf(network('198.18.0.2'), 'redirect', { ...means(), onward: { kind: 'goto', table: 7 } });
    const actions = flows.flatMap((flow) => flow.actions);
    expect(actions.filter(({ kind }) => kind === 'divert')).toHaveLength(3);
    expect(actions.filter((action) => action.kind === 'divert' && action.table !== 7)).toEqual([]);
  });

  it('makes no flow twice, and every other measure but the mirror is stronger or refused', () => {
    const all = means({ ...REDIRECT, services: [...REDIRECT.services, { kind: 'tcp', port: 23, decoyPort: 2222 }] });
    const flows = flowsOf(network('198.18.0.2'), 'redirect', all);
    expect(new Set(flows.map(flowName)).size).toBe(flows.length);
    const levels = flows.map(({ above }) => above);
    const level = (measure: 'block' | 'isolate' | 'mirror'): number[] =>
      flowsOf(network('198.18.0.2'), measure, { ...all, mirrorPort: 7 }).map(({ above }) => above);
    expect(Math.min(...levels)).toBeGreaterThan(Math.max(...level('mirror')));
    expect(Math.max(...levels)).toBeLessThan(Math.min(...level('isolate'), ...level('block')));
    // As many as the configuration says are kept free.
    expect(Math.max(...level('block'))).toBeLessThanOrEqual(15);
  });
});
