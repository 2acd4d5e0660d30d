/** What a kind of message means in ECS's words. */
import type { EcsEventFields } from '@netsentinel/contracts/parser';

export type Kind = Pick<EcsEventFields, 'action' | 'outcome' | 'category' | 'type'>;

const NETWORK = ['network'];
const LOGIN = ['authentication', 'network'];
const RULE = 'firewall-rule';

export const INFO: Kind = { action: RULE, category: NETWORK, type: ['info'] };
const DENIED: Kind = { action: RULE, outcome: 'success', category: NETWORK, type: ['connection', 'denied'] };
const ALLOWED: Kind = { action: RULE, outcome: 'success', category: NETWORK, type: ['connection', 'allowed'] };

/** `verdict` is told by the message itself. */
export const KINDS: Readonly<Record<string, Kind>> = {
  info: INFO,
  built: INFO,
  inner: INFO,
  duplicate: INFO,
  vpn: INFO,
  success: { ...INFO, outcome: 'success' },
  denied: DENIED,
  discarded: { ...DENIED, outcome: 'failure' },
  unrouted: { ...DENIED, outcome: 'failure' },
  allowed: ALLOWED,
  verdict: ALLOWED,
  start: { action: 'flow-creation', category: NETWORK, type: ['connection', 'start'] },
  end: { action: 'flow-expiration', category: NETWORK, type: ['connection', 'end'] },
  login: { action: 'logged-in', outcome: 'success', category: LOGIN, type: ['allowed', 'info'] },
  refused: { action: 'logon-failed', outcome: 'failure', category: LOGIN, type: ['denied', 'info'] },
  'vpn-start': { action: 'client-vpn-connected', category: NETWORK, type: ['connection', 'start'] },
  'vpn-end': { action: 'client-vpn-disconnected', category: NETWORK, type: ['connection', 'end'] },
  'vpn-done': { ...INFO, outcome: 'success' },
  'vpn-error': { action: 'error', outcome: 'failure', category: NETWORK, type: ['error'] },
  'vpn-failure': { ...INFO, outcome: 'failure' },
  'ike-start': { action: 'connection-started', category: NETWORK, type: ['start', 'connection'] },
  error: { action: 'error', category: NETWORK, type: ['error'] },
  drop: { action: 'drop', outcome: 'unknown', category: undefined, type: undefined },
  bypass: { action: 'bypass', outcome: 'unknown', category: NETWORK, type: ['info', 'change'] },
  created: { action: 'created', outcome: 'success', category: undefined, type: undefined },
  deleted: { action: 'deleted', outcome: 'success', category: NETWORK, type: ['info', 'deletion', 'user'] },
};

export function kindOf(name: string, verdict: string | undefined): Kind {
  if (name === 'verdict') return verdict === 'permitted' || verdict === 'est-allowed' ? ALLOWED : DENIED;
  return KINDS[name] ?? INFO;
}

/** By the severity that stands in the message's id; the devices' own names. */
export const LEVELS = [
  'emergency',
  'alert',
  'critical',
  'error',
  'warning',
  'notification',
  'informational',
  'debug',
] as const;
