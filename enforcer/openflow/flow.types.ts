/**
 * The words of OpenFlow that responders share, and what `OpenflowFirewall` needs of a way to a switch. Flows of ours have one cookie,
 * one table and priorities that nobody else uses there; they end by themselves in the switch (`hard_timeout`).
 */
import type { Address, Network } from '@netsentinel/kernel/address';
import type { CommandResult } from '../program.ts';

/** A flow as we make it: IP packets of which all that is given holds. It is one flow with its priority and match, whatever it does. */
export interface Flow {
  readonly family: 4 | 6;
  readonly src?: Network;
  readonly dst?: Network;
  /** Hardware addresses: six pairs of lower-case hexadecimal digits with colons. */
  readonly srcMac?: string;
  readonly dstMac?: string;
  readonly protocol?: FlowProtocol;
  /** Parts of a packet that came in several. */
  readonly fragment?: true;
  /**
   * Only packets that come from the action `track`: `any`, those of connections that nobody answered yet (`new`), or those of the one who answers,
   * errors about them as well (`answer`).
   */
  readonly tracked?: 'any' | 'new' | 'answer';
  /** Added to the configured priority. */
  readonly above: number;
  /** Applied in order; none drops. */
  readonly actions: readonly FlowAction[];
}

/** Ports of which these bits are so; the mask 0xffff: this port alone. */
export interface PortBits {
  readonly port: number;
  readonly mask: number;
}

export type FlowProtocol =
  | {
      readonly kind: 'tcp' | 'udp';
      readonly srcPort?: PortBits;
      readonly dstPort?: PortBits;
      /** Packets with ACK, none of which begins a connection; `tcp` alone. */
      readonly acknowledges?: true;
      /** Packets with SYN and none of FIN, RST and ACK: the first of a connection; `tcp` alone. */
      readonly begins?: true;
    }
  /** Messages of ICMP, or of ICMPv6 where the family is 6; of all types where none is given. */
  | { readonly kind: 'icmp'; readonly type?: number };

/**
 * `normal`: as the switch would without OpenFlow, by the addresses it learned. `goto`: what the flows of that table say. `output`: a copy to the
 * port of this number. `track`: what connection tracking, in a zone of ours, knows of the connection is looked up, what it knows to translate is translated, and the packet
 * comes to our flows anew. `divert`: a connection begins here whose packets go to this address and port instead; the packet goes on by the actions that
 * follow, or by the flows of `table`. `to-mac`: the frame goes to this hardware address.
 */
export type FlowAction =
  | { readonly kind: 'normal' }
  | { readonly kind: 'goto'; readonly table: number }
  | { readonly kind: 'output'; readonly port: number }
  | { readonly kind: 'track' }
  | { readonly kind: 'divert'; readonly address: Address; readonly port: number; readonly table?: number }
  | { readonly kind: 'to-mac'; readonly mac: string };

export type FlowMod =
  /** `seconds`: until the switch ends it; 0: never. */
  | { readonly kind: 'add'; readonly flow: Flow; readonly seconds: number }
  | { readonly kind: 'delete'; readonly flow: Flow };

export type SwitchLook =
  /** `flows`: with our cookie, whatever they are. */
  | { readonly ok: true; readonly flows: number }
  | { readonly ok: false; readonly reason: string; readonly hint: string };

/** A way to one switch. Nothing here rejects: what goes wrong is the answer. */
export interface FlowSwitch {
  /** As people know it: `br0`, `dpid 1`. */
  readonly name: string;
  /** Whether it answers and how many flows of ours it has; cheap, asked every second or two. */
  look(): Promise<SwitchLook>;
  /** A flow of others in our table at one of these priorities, which a flow of ours could replace; undefined where there is none. */
  stranger(priorities: ReadonlySet<number>): Promise<string | undefined>;
  /** A flow of ours as `read` names it. */
  key(flow: Flow): string;
  /** Flows with our cookie and the milliseconds left to them, by `key`; only those of a network where one is given. */
  read(only?: Network): Promise<ReadonlyMap<string, number> | undefined>;
  /** Makes the changes in order, all or none where the switch can. */
  write(mods: readonly FlowMod[]): Promise<CommandResult>;
  /** Replaces all flows with our cookie by these, none of which is missing at any moment; all or none where the switch can. */
  replace(mods: readonly FlowMod[]): Promise<CommandResult>;
  /** Why the switch does not take such flows, or undefined where it does; leaves none. Without it: it takes whatever we make. */
  tries?(flows: readonly Flow[]): Promise<string | undefined>;
  /** What `write` would do, as a person would type it. */
  plan(mod: FlowMod): string;
}
