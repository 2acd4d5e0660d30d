/**
 * What a background event tells of the network, read once for all behaviours: that one host contacted another, looked up a name, or asked for an address
 * of its own. Whoever wrote it down, Zeek, Suricata or a firewall (`read-sighting.ts`).
 */
import type { Event } from '@netsentinel/contracts/event';
import type { AlarmDegree } from './alarm-degree.ts';

export type SightingKind =
  | 'contact'
  | 'lookup'
  | 'lease'
  | 'login'
  | 'visit'
  | 'greeting'
  | 'tunnel-request'
  | 'refusal'
  | 'alarm'
  | 'probe';

/** What all have in common. */
export interface Seen {
  /** May be made for whoever asks: to be asked only where it is needed. */
  readonly event: Event;
  readonly eventId: string;
  /** When it began, event time. */
  readonly timeMs: number;
  /** Whom it is about: the actor of `source`. */
  readonly actor: string;
  /** Of `actor`, for keys. */
  readonly actorHash: number;
  readonly source: string;
}

/** One flow, as far as it goes. */
export interface Contact extends Seen {
  readonly kind: 'contact';
  readonly target: string;
  readonly targetHash: number;
  /** 0 where the protocol has none. */
  readonly port: number;
  readonly sourcePort: number;
  readonly transport: string;
  /** `failed`: refused, denied, or nobody answered. `unknown`: what was written down does not tell. */
  readonly outcome: 'answered' | 'failed' | 'unknown';
  readonly fromInside: boolean;
  readonly toInside: boolean;
  readonly bytesOut: number;
  readonly bytesIn: number;
  readonly durationMs: number;
}

/** One question to the domain name system, with its answer where it is known. */
export interface Lookup extends Seen {
  readonly kind: 'lookup';
  readonly name: string;
  /** As the parser tells it; names without one are left out. */
  readonly domain: string;
  /** Below the domain: `www`, or nothing. */
  readonly below: string;
  readonly type: string;
  /** `NOERROR`, `NXDOMAIN` …; undefined for a question whose answer was not seen. */
  readonly code: string | undefined;
  /** Texts that came back, without the length that Zeek puts before them. */
  readonly texts: readonly string[];
  /** Addresses that came back. */
  readonly addresses: readonly string[];
}

/** A client was given, or asked for, an address of its own. */
export interface Lease extends Seen {
  readonly kind: 'lease';
  readonly wanted: string;
}

/** A login at another host, as the network shows it. */
export interface Login extends Seen {
  readonly kind: 'login';
  readonly target: string;
  readonly service: string;
  readonly isAccepted: boolean;
}

/** Whom a host inside asked for by the name of a site outside. The flow that it went through may be told besides. */
export interface Stranger {
  readonly target: string;
  readonly port: number;
  readonly host: string;
  readonly size: number;
}

/** A web request that was answered, whatever is in it. */
export interface Visit extends Seen {
  readonly kind: 'visit';
  readonly path: string;
  readonly query: string;
  readonly agent: string;
  readonly status: number;
  readonly stranger: Stranger | undefined;
}

/** A stranger was asked for by the name of a site, and no more is known of it. */
export interface Greeting extends Seen {
  readonly kind: 'greeting';
  readonly stranger: Stranger;
}

/** A web proxy was asked to reach a host. */
export interface TunnelRequest extends Seen {
  readonly kind: 'tunnel-request';
  readonly proxy: string;
  /** Name or address of whom the proxy is to reach. */
  readonly host: string;
  readonly isGranted: boolean;
  readonly fromInside: boolean;
  readonly proxyInside: boolean;
  readonly bytes: number;
}

/** A service would not serve a client, or the client broke its protocol: no login, and no packet that a firewall stopped. */
export interface Refusal extends Seen {
  readonly kind: 'refusal';
  /** What the service calls it: `smtp-abuse`, `dns-denied`. */
  readonly what: string;
}

/** A guard of somebody else's (an intrusion detection system, an application firewall) has something to say. */
export interface Alarm extends Seen {
  readonly kind: 'alarm';
  readonly name: string;
  readonly degree: AlarmDegree;
}

/** Our own watcher saw ports probed that nobody serves. */
export interface ProbeSighting extends Seen {
  readonly kind: 'probe';
  readonly target: string;
  /** By the shape of the packets: `syn`, `fin`, `echo` … */
  readonly probe: string;
  /** Ports that were not touched this way before. */
  readonly touched: number;
}

export type Sighting =
  | Contact
  | Lookup
  | Lease
  | Login
  | Visit
  | Greeting
  | TunnelRequest
  | Refusal
  | Alarm
  | ProbeSighting;
