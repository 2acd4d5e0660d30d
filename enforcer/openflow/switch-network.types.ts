/** What a responder over switches offers besides measures: it tells what its switches know, and holds segments in them. */
import type { TopologyHost, TopologyLink, TopologySwitch } from '@netsentinel/contracts/topology';
import type { FlowAction, FlowSwitch } from './flow.types.ts';

/** What of a flow's match can be said on the way to a switch. */
export interface FlowWords {
  /** Ports of which only some bits are compared: a range is few flows. */
  readonly portMasks: boolean;
  /** Whether TCP's ACK is set: answers pass, and nobody begins a connection in their place. */
  readonly acknowledges: boolean;
}

export interface SegmentSwitch {
  /** With a cookie and priorities of their own, below those of every measure. */
  readonly place: FlowSwitch;
  readonly priorities: ReadonlySet<number>;
}

export interface NetworkReading {
  readonly switches: readonly TopologySwitch[];
  readonly links: readonly TopologyLink[];
  readonly hosts: readonly TopologyHost[];
  /** Addresses of controllers, and of switches that are not on this machine: cut off, nobody could change the network back. */
  readonly controllers: readonly string[];
}

export interface SwitchNetwork {
  readonly switches: readonly SegmentSwitch[];
  readonly words: FlowWords;
  /** How a packet that one of our flows lets pass goes on. */
  readonly onward: FlowAction;
  /** Asks the switches, within the time that is configured. What was said is checked; what is no answer is left out and told in `lacks`. Never rejects. */
  read(): Promise<NetworkReading>;
}
