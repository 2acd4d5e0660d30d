/**
 * Decides from an incident what should be done. Pure: what had been done and the time come in, planned actions come out; the outbox
 * (`dispatcher.ts`) sees to it that they reach the enforcer, which checks everything again.
 */
import { createHash } from 'node:crypto';
import type { Action, ActionStatus, UsualTraffic } from '@netsentinel/contracts/action';
import type { Severity } from '@netsentinel/contracts/detection';
import type { Incident } from '@netsentinel/contracts/incident';
import { measureOf } from '@netsentinel/contracts/measure-words';
import { coversActor, formatNetwork, networksOverlap, parseNetwork, type Network } from '@netsentinel/kernel/address';
import { evidenceOf } from './evidence.ts';
import type { RespondConfig } from './respond.config.ts';

/** Nobody attacks from here, whatever an event says: this host, link-local, multicast, unspecified. */
const NEVER = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
  '::/128',
  '::1/128',
  'fe80::/10',
  'ff00::/8',
].map((text) => parseNetwork(text)!);

/** Detections that an action names. */
export const MAX_RULES = 32;

/** Severities that bring a block by score again; guesses at a password (`low`) do so once they become a brute force. */
const TELLING: ReadonlySet<Severity> = new Set(['medium', 'high', 'critical']);

export interface Policy extends Omit<RespondConfig, 'ignoreNetworks'> {
  readonly ignore: readonly Network[];
  /** What had been usual of a network. */
  readonly trafficOf?: (target: string) => UsualTraffic | undefined;
}

/** @param ownScanners networks that scan by the user's own order: nobody is blocked for doing what was asked of him */
export function compilePolicy(config: RespondConfig, ownScanners: readonly string[] = []): Policy {
  const ignored = [...config.ignoreNetworks, ...ownScanners].map((text) => parseNetwork(text)!);
  return { ...config, ignore: [...NEVER, ...ignored] };
}

/**
 * `previous`: all actions against this actor, of earlier incidents too, in any order. At most one action is planned at a time. While a playbook watches the
 * attacker at every place that could block, none is, unless they got into a real machine (ADR 0024); other measures of playbooks count for nothing here,
 * nor does what a person ordered about another address.
 */
export function planActions(incident: Incident, previous: readonly Action[], now: number, policy: Policy): Action[] {
  if (incident.status !== 'open' && incident.status !== 'contained') return [];
  if (!incident.sourceVerified || now - incident.lastSeen > policy.maxEvidenceAgeMs) return [];
  const isMine = (action: Action): boolean => action.incident === incident.id;
  const against = previous.filter((action) => coversActor(action.target, incident.actor));
  if (incident.inside !== 'machine' && against.some((action) => isWatching(action, now))) return [];
  const blocks = against.filter(isBlock);
  const mine = blocks.filter(isMine);
  const why = reasonToBlock(incident, answeredUntil(mine.filter(hasHeld), now), policy);
  const target = targetOf(incident.actor, policy);
  if (why === undefined || target === undefined) return [];
  // A person who takes a block back means it, and so does the enforcer with a refusal: this incident blocks no more. What a person asked too much of is their matter.
  if (mine.some(({ status, by }) => status === 'reverted' || (status === 'refused' && by === undefined))) return [];
  if (mine.some((action) => mustWait(action, now, policy))) return [];
  const until = Math.max(0, ...blocks.filter(isInForce).map((action) => action.expiresAt));
  if (until - now > Math.min(policy.renewWithinMs, policy.ttlMs / 2)) return [];
  const traffic = policy.trafficOf?.(target);
  const ttlMs = Math.min(policy.maxTtlMs, policy.ttlMs * 2 ** Math.min(30, blocks.filter(hasHeld).length));
  // Of all that the incident has, whomever it is about: no id comes twice.
  const ordinal = previous.filter((action) => isBlock(action) && isMine(action)).length;
  return [
    {
      id: `act-${createHash('sha256').update(`${incident.id}\n${ordinal}`).digest('hex').slice(0, 16)}`,
      incident: incident.id,
      actor: incident.actor,
      kind: 'block',
      target,
      responder: policy.responder,
      reason: `${why}: ${incident.title}`.slice(0, 1024),
      status: 'planned',
      rules: incident.detections.slice(-MAX_RULES).map(({ rule }) => rule),
      evidence: evidenceOf(incident),
      ...(traffic === undefined ? {} : { traffic }),
      createdAt: now,
      expiresAt: now + ttlMs,
      updatedAt: now,
    },
  ];
}

/** True for actions that may be in force now, as far as the platform knows. */
export function isInForce(action: Action): boolean {
  return (
    action.status === 'planned' ||
    action.status === 'awaiting-approval' ||
    action.status === 'simulated' ||
    action.status === 'applied' ||
    action.status === 'verified'
  );
}

function isBlock(action: Action): boolean {
  return measureOf(action) === 'block';
}

function hasHeld(action: Action): boolean {
  return isInForce(action) || action.status === 'expired';
}

/**
 * True where a playbook has the attacker end at what is ours instead of services, at every place that a block would keep them from: a block would end
 * the watching. What is only simulated, or waits for a person, keeps nobody away; what is slowed or mirrored reaches services still. Places that
 * take no part, or have failed, are told as parts of the action; before anything is told, it is on its way everywhere.
 */
function isWatching(action: Action, now: number): boolean {
  const measure = measureOf(action);
  if (measure !== 'redirect' && measure !== 'tarpit') return false;
  const { status, expiresAt, parts = [] } = action;
  // One that only simulates would carry no block either.
  const live = parts.filter((part) => part.status !== 'simulated');
  return expiresAt > now && isOn(status) && live.every((part) => isOn(part.status));
}

/** On its way, or in force. */
function isOn(status: ActionStatus): boolean {
  return status === 'planned' || status === 'applied' || status === 'verified';
}

/** A firewall that fails is left alone for a while; an order that only came too late (`expiresAt` is past) need not wait. */
function mustWait(action: Action, now: number, policy: Policy): boolean {
  if (action.status !== 'failed' || action.expiresAt <= now) return false;
  return isWithin(now - action.updatedAt, policy.retryFailedMs);
}

/**
 * Up to when a block has answered what the attacker did: the planning of the latest one while it is in force, its end where it has ended.
 * Whoever is let back in starts anew: neither a mere contact, nor the end of a session that the block had cut, brings the next block.
 */
function answeredUntil(blocks: readonly Action[], now: number): number {
  // One planned after now is from before the clock was set back: it says nothing about what comes after it.
  const past = blocks.filter((one) => one.createdAt <= now);
  return Math.max(-Infinity, ...past.map((one) => (one.expiresAt <= now ? one.expiresAt : one.createdAt)));
}

/** False also where the clock was set back since. */
function isWithin(elapsedMs: number, ms: number): boolean {
  return elapsedMs >= 0 && elapsedMs < ms;
}

/** The /24 around an IPv4 address, the /48 around an IPv6 one. */
function around({ family, base }: Network): Network {
  const [width, prefix] = family === 4 ? [32, 24] : [128, 48];
  const hostBits = BigInt(width - prefix);
  return { family, base: (base >> hostBits) << hostBits, prefix };
}

function reasonToBlock(incident: Incident, answered: number, policy: Policy): string | undefined {
  const named = incident.detections.find((row) => row.last > answered && policy.blockOn.includes(row.rule));
  if (named !== undefined) return named.title;
  if (incident.score < policy.blockFrom) return undefined;
  const isNew =
    answered === -Infinity || incident.detections.some((row) => row.last > answered && TELLING.has(row.severity));
  return isNew ? `score ${incident.score}` : undefined;
}

/** The IPv4 address or IPv6 /64 that the actor is, or the network around it; undefined for nobody and for what must never be blocked. */
export function targetOf(
  actor: string,
  policy: Pick<Policy, 'ignore'>,
  scope: 'address' | 'network' = 'address',
): string | undefined {
  const own = parseNetwork(actor);
  if (own === undefined || own.prefix < (own.family === 4 ? 32 : 64)) return undefined;
  const network = scope === 'address' ? own : around(own);
  if (policy.ignore.some((one) => networksOverlap(one, network))) return undefined;
  return formatNetwork(network);
}
