/** What guard takes and answers: a request as it came, and what shall become of it. Adapters turn a framework's words into these. */
import type { Address } from '@netsentinel/kernel/address';
import type { WebFinding } from '@netsentinel/detect/web/web-inspection.types';

/** A request as it came over the wire: nothing decoded. */
export interface GuardRequest {
  readonly method: string;
  /** The request target: `/path?query`, or a whole URL. */
  readonly target: string;
  /** Names in lower case. A name that came more than once has a list, or its values joined by `, `. */
  readonly headers: RequestHeaders;
  /** Address of the peer of the connection; undefined where it has gone already. */
  readonly peer: string | undefined;
}
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Who sent a request, once proxies are seen through. */
export interface Client {
  /** Canonical text; `-` where nobody knows. */
  readonly address: string;
  /** Who is counted and blocked: the address itself for IPv4, its /64 for IPv6. */
  readonly actor: string;
  /** Undefined where nobody knows. */
  readonly parsed: Address | undefined;
}

export type BlockReason = 'blocklist' | 'no-blocklist' | 'inspection' | 'honeytoken' | 'slow-body';

/** What the client is answered instead of the application. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Decided {
  readonly client: Client;
  /** Of inspection, whether it blocks or watches. */
  readonly findings: readonly WebFinding[];
}
export interface Allowed extends Decided {
  readonly action: 'allow';
  /** For the response: `RateLimit` and `RateLimit-Policy` where there are limits. */
  readonly headers: Readonly<Record<string, string>>;
}
export interface Blocked extends Decided {
  readonly action: 'block';
  readonly reason: BlockReason;
  readonly answer: Answer;
}
export interface Limited extends Decided {
  readonly action: 'limit';
  /** Name of the limit that is used up. */
  readonly limit: string;
  readonly answer: Answer;
}
/** A decoy was touched; the answer is the decoy's page. */
export interface Touched extends Decided {
  readonly action: 'honeytoken';
  /** The decoy's path or field. */
  readonly honeytoken: string;
  readonly answer: Answer;
}
export type Decision = Allowed | Blocked | Limited | Touched;
export type Refused = Exclude<Decision, Allowed>;

/** Where guard tells what an operator should know; attacker text stands in `fields` only. */
export type GuardLog = (
  level: 'info' | 'warn',
  message: string,
  fields: Readonly<Record<string, string | number | undefined>>,
) => void;
