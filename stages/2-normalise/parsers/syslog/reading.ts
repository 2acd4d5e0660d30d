/** What a reader of one program's messages finds in a message, beside time, host and program. */
import type { EcsEndpoint, EcsEventFields, EcsGroup } from '@netsentinel/contracts/parser';
import type { Sessions } from './sessions.ts';

export interface UserFields extends EcsGroup {
  name?: string | undefined;
  id?: string | undefined;
  effective?: { name: string } | undefined;
}

/**
 * `outcome: 'failure'` together with a `source` says that this address did something wrong, or tried something that was denied: whoever reads on counts it.
 * So one act is blamed once, and an address out of attacker's text is never a source.
 */
export interface Reading {
  /** `alert` where a guard says that this was an attack. */
  kind?: 'alert' | undefined;
  /** Of an alert: 1 is the worst, 4 informational. */
  severity?: number | undefined;
  /** Of an alert: what the guard calls it. */
  rule?: string | undefined;
  category?: readonly string[] | undefined;
  type?: readonly string[] | undefined;
  outcome?: EcsEventFields['outcome'];
  action?: string | undefined;
  reason?: string | undefined;
  source?: EcsEndpoint | undefined;
  destination?: EcsEndpoint | undefined;
  /** `tcp`, `udp`. */
  transport?: string | undefined;
  user?: UserFields | undefined;
  group?: { id?: string | undefined; name?: string | undefined } | undefined;
  /** Below `system.auth`, named as Elastic's `system` integration does. */
  auth?: EcsGroup | undefined;
}

export interface MessageContext {
  readonly program: string;
  readonly host: string | undefined;
  readonly pid: number | undefined;
  /** When it was said; milliseconds since the epoch. */
  readonly ms: number | undefined;
  /** What earlier lines of the same process said. */
  readonly sessions: Sessions;
}

/** Undefined where the message tells nothing that we have a name for. */
export type MessageReader = (message: string, context: MessageContext) => Reading | undefined;

/**
 * Longer messages are not looked into: daemons cut names long before, and what is cut elsewhere could end in an address of the attacker's choice. It also bounds
 * what a pattern may cost.
 */
export const MAX_MESSAGE = 8192;

/** What the program's own log file says of a message, in the words of its syslog reader. */
export function readBounded(read: (message: string) => Reading | undefined, message: string): Reading | undefined {
  return message.length > MAX_MESSAGE ? undefined : read(message);
}

/** @param otherwise of messages that tell nothing that we have a name for */
export function eventOfReading(
  reading: Reading | undefined,
  otherwise: { readonly category: readonly string[]; readonly type: readonly string[] },
  original: string,
): EcsEventFields {
  return {
    kind: reading?.kind ?? 'event',
    severity: reading?.severity,
    category: reading?.category ?? otherwise.category,
    type: reading?.type ?? otherwise.type,
    outcome: reading?.outcome,
    action: reading?.action,
    reason: reading?.reason,
    original,
  };
}

export const LOGIN = ['authentication'] as const;
export const INFO = ['info'] as const;
export const START = ['start'] as const;
export const DENIED = ['denied'] as const;

/** A login that failed, or was not allowed. */
export function failedLogin(source: EcsEndpoint | undefined, user?: string, action = 'login'): Reading {
  return {
    category: LOGIN,
    type: START,
    outcome: 'failure',
    action,
    source,
    user: user === undefined || user === '' ? undefined : { name: user },
  };
}

export function login(source: EcsEndpoint | undefined, user?: string, action = 'login'): Reading {
  return { ...failedLogin(source, user, action), outcome: 'success' };
}

/** A connection that was refused, or came to nothing in a way that no honest client's does. */
export function refusedConnection(source: EcsEndpoint | undefined, action = 'connection-refused'): Reading {
  return { category: ['network'], type: ['connection', 'denied'], outcome: 'failure', action, source };
}

/** A guard says that this was an attack. */
export function alarm(source: EcsEndpoint | undefined, rule: string, { severity = 1, isDenied = false } = {}): Reading {
  return {
    kind: 'alert',
    severity,
    rule,
    category: ['intrusion_detection', 'network'],
    type: [isDenied ? 'denied' : 'info'],
    outcome: isDenied ? 'failure' : undefined,
    source,
  };
}
