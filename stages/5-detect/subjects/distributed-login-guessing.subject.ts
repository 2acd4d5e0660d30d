/**
 * Many addresses each fail at an account or two of one service: spraying or stuffing that is spread so thin that no address stands out. People who mistype
 * look the same one by one; what tells them is that most of the others get in.
 */
import { interactionOf } from '@netsentinel/contracts/interaction';
import type { Event } from '@netsentinel/contracts/event';
import type { Evidence } from '../rule-finding.ts';
import { webLoginOf } from '../web-login.ts';
import {
  rememberingWatch,
  type Facts,
  type Sighting,
  type SubjectDefinition,
  type SubjectFinding,
} from './subject.types.ts';

const WINDOW_MS = 30 * 60_000;
const SOURCES = 12;
const ACCOUNTS = 12;
/** Where the log names no accounts, so many failures stand in for them. */
const UNNAMED_FAILURES = 24;
/** Whoever tries more is told of as one attacker. */
const MAX_ACCOUNTS_EACH = 2;
const MAX_TRIES_EACH = 4;
const MAX_SOURCES = 256;
const MAX_EVIDENCE = 31;
const MAX_SERVICES = 1000;
const MAX_NAME = 128;

/** What one address did lately; more tries than are of interest are not kept. */
interface Source {
  readonly failures: Evidence[];
  readonly accounts: Set<string>;
  gotIn: boolean;
  lastMs: number;
  told: boolean;
}

interface Memory {
  /** By actor, the longest quiet first. */
  readonly sources: Map<string, Source>;
}

export const distributedLoginGuessing: SubjectDefinition = {
  id: 'distributed-login-guessing',
  title: 'Logins tried from many addresses',
  severity: 'medium',
  confidence: 75,
  techniques: ['T1110.003', 'T1110.004'],
  tactics: ['TA0006'],
  falsePositives: 'A service that refuses everybody, since it cannot reach its directory of accounts.',
  memoryMs: WINDOW_MS,
  look: (event) => (event.netsentinel.decoy !== undefined ? undefined : (loginSighting(event) ?? webSighting(event))),
  create: () => rememberingWatch<Memory>(MAX_SERVICES, step),
};

function loginSighting(event: Event): Sighting | undefined {
  const { outcome, dataset, module } = event.event;
  if ((outcome !== 'failure' && outcome !== 'success') || event.source?.ip === undefined) return undefined;
  if (interactionOf(event) !== 'login') return undefined;
  const where = event.host?.name ?? event.destination?.ip ?? '';
  const service = event.process?.name ?? module ?? dataset;
  return { subject: `${where}\n${service}`, facts: { outcome, user: event.user?.name } };
}

function webSighting(event: Event): Sighting | undefined {
  const login = webLoginOf(event);
  if (login === undefined || event.source?.ip === undefined) return undefined;
  const status = event.http?.response?.status_code ?? 0;
  const outcome = login.outcome === 'unknown' ? (status >= 200 && status < 400 ? 'success' : undefined) : login.outcome;
  if (outcome === undefined) return undefined;
  const site = event.url?.domain ?? event.host?.name ?? event.destination?.ip ?? '';
  return { subject: `${site}\n${event.event.dataset}`, facts: { outcome, user: login.user } };
}

function step(
  facts: Facts,
  seen: Evidence,
  before: Memory | undefined,
): { readonly memory: Memory; readonly finding?: SubjectFinding | undefined } {
  const memory = before ?? { sources: new Map<string, Source>() };
  const source = sourceOf(memory, seen);
  if (facts['outcome'] !== 'failure') {
    source.gotIn = true;
    return { memory };
  }
  if (source.failures.length <= MAX_TRIES_EACH) source.failures.push(seen);
  const user = String(facts['user'] ?? '').slice(0, MAX_NAME);
  if (user !== '' && source.accounts.size <= MAX_ACCOUNTS_EACH) source.accounts.add(user);
  if (source.told || !isGentle(source)) return { memory };
  const summary = spreadOver(memory, seen.timeMs);
  if (summary === undefined) return { memory };
  source.told = true;
  const others = [...memory.sources.values()].filter(isGentle).flatMap(({ failures }) => failures.slice(-1));
  return { memory, finding: { summary, evidence: others.slice(-MAX_EVIDENCE) } };
}

function sourceOf({ sources }: Memory, { actor, timeMs }: Evidence): Source {
  const known = sources.get(actor);
  const source =
    known !== undefined && isNear(known.lastMs, timeMs)
      ? known
      : { failures: [], accounts: new Set<string>(), gotIn: false, lastMs: timeMs, told: false };
  source.lastMs = Math.max(source.lastMs, timeMs);
  sources.delete(actor);
  sources.set(actor, source);
  if (sources.size > MAX_SOURCES)
    for (const oldest of sources.keys()) {
      sources.delete(oldest);
      break;
    }
  return source;
}

function isNear(aMs: number, bMs: number): boolean {
  return Math.abs(aMs - bMs) <= WINDOW_MS;
}

function isGentle({ failures, accounts, gotIn }: Source): boolean {
  return !gotIn && failures.length > 0 && failures.length <= MAX_TRIES_EACH && accounts.size <= MAX_ACCOUNTS_EACH;
}

/** In words; undefined where it is not spread, or too many get in. Asked for each failure: nothing is made before there are enough. */
function spreadOver({ sources }: Memory, timeMs: number): string | undefined {
  let gentle = 0;
  let welcome = 0;
  for (const source of sources.values()) {
    if (!isNear(source.lastMs, timeMs)) continue;
    if (source.gotIn) welcome++;
    else if (isGentle(source)) gentle++;
  }
  if (gentle < SOURCES || welcome * 2 > gentle) return undefined;
  const accounts = new Set<string>();
  let failures = 0;
  for (const source of sources.values()) {
    if (!isNear(source.lastMs, timeMs) || !isGentle(source)) continue;
    failures += source.failures.length;
    for (const account of source.accounts) accounts.add(account);
  }
  if (accounts.size === 0 ? failures < UNNAMED_FAILURES : accounts.size < ACCOUNTS) return undefined;
  const where = accounts.size === 0 ? '' : ` at ${accounts.size} accounts`;
  return `${gentle} addresses failed to log in${where} within ${WINDOW_MS / 60_000} minutes, each a few times`;
}
