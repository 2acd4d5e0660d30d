/** What the watcher sees: packets that open or probe something at one of our addresses, and what this machine answers that tells of its ports. */

/**
 * By the shape of the packet. `syn`: a SYN as tools make it (`nmap -sS`, masscan, zmap); `connect`: as a system's own stack makes it when a program
 * connects; `fin`, `null`, `xmas`, `odd`: flags that no stack sends; `fragment`: a TCP header that was cut into pieces; `ack`: a segment of no connection, told by
 * our own reset; `echo` and `timestamp`: ICMP that asks whether anybody is there.
 */
export type ProbeKind =
  | 'syn'
  | 'connect'
  | 'fin'
  | 'null'
  | 'xmas'
  | 'odd'
  | 'fragment'
  | 'ack'
  | 'udp'
  | 'echo'
  | 'timestamp';

export interface Probe {
  readonly t: 'probe';
  readonly kind: ProbeKind;
  readonly source: string;
  /** 0 where the protocol has no ports. */
  readonly sourcePort: number;
  readonly target: string;
  readonly port: number;
}

/** This machine took a connection: something serves the port, even where no socket of ours does (a port that is passed on to a container). */
export interface Served {
  readonly t: 'served';
  readonly address: string;
  readonly port: number;
}

/** A client gave up a connection. */
export interface Reset {
  readonly t: 'reset';
  readonly source: string;
  readonly sourcePort: number;
  readonly target: string;
  readonly port: number;
}

/** `probe` or `reset` for an incoming packet; `served`, or an `ack` probe, for what went out. */
export type Sight = Probe | Served | Reset;

/** Probes of one kind from one address to one of ours, gathered for a moment. */
export interface ProbeBatch {
  readonly kind: ProbeKind;
  readonly source: string;
  readonly sourcePort: number;
  readonly target: string;
  /** Ports that this source had not touched this way before, ascending; empty where the protocol has none. */
  readonly ports: readonly number[];
  /** All that it has touched this way, this batch included. */
  readonly total: number;
  readonly packets: number;
  /** Milliseconds since the epoch. */
  readonly firstAt: number;
  readonly lastAt: number;
}
