/**
 * A host calls the same stranger again and again at a steady pace and with messages of a size: nobody visits so, programs that wait for orders do. Much that
 * is harmless is as regular (time servers, updates, whatever keeps a connection alive): what many hosts call is no secret master, time servers are known by
 * the size of their messages, and names of update services count less; none of it is let pass by name alone.
 */
import { quote } from '../command-detector.ts';
import type { BehaviourDefinition, BehaviourInfo } from './behaviour.types.ts';
import { BoundedTable } from './bounded-table.ts';
import { hashOf, keyOf } from './key-hash.ts';
import { OnceOrMore } from './once-or-more.ts';
import { rhythmOf } from './rhythm.ts';
import type { Contact, Sighting, Stranger, TunnelRequest } from './sighting.ts';

const KEEP_MS = 24 * 60 * 60_000;
const MAX_CALLS = 48;
const MAX_EVIDENCE = 8;
const MAX_CALLERS = 8;
const MAX_ADDRESSES = 8;
/** A dozen calls over ten minutes at least; each few more are judged again, and after many calls without any beat less often. */
const FEWEST = 12;
const STRIDE = 4;
const LONG_STRIDE = 16;
const BEATLESS = 0.45;
const SHORTEST_MS = 10 * 60_000;
/** Calls that begin within this are one: pages open many connections at once. */
const AT_ONCE_MS = 1000;
const DECISION = 0.7;
const AGAIN_MS = 12 * 60 * 60_000;
/** From this many callers on it is something that everybody uses. */
const COMMON = 3;
const COMMON_COUNTS = 0.65;
const VERY_COMMON = 6;
const VERY_COMMON_COUNTS = 0.5;
/** A clock is told even so: names can lie. */
const UPDATE_COUNTS = 0.72;
const CLOCK_COUNTS = 0.5;
/** A packet of the network time protocol with its headers, and what a signature adds: some of them make a call. */
const CLOCK_BYTES = 76;
const CLOCK_SLACK = 24;
const UPDATES =
  /(?:^|\.)(?:windowsupdate\.com|microsoft\.com|msftconnecttest\.com|msftncsi\.com|apple\.com|ubuntu\.com|debian\.org|mozilla\.(?:com|org)|firefox\.com|google\.com|googleapis\.com|gstatic\.com|digicert\.com|github\.com|slack\.com|office\.com|office365\.com|live\.com)$/i;

const info: BehaviourInfo = {
  id: 'beaconing',
  title: 'Regular calls to a stranger',
  severity: 'medium',
  confidence: 60,
  techniques: ['T1071', 'T1029'],
  tactics: ['TA0011'],
  falsePositives:
    'Programs that ask for news at a steady pace: telemetry, monitoring, mail and chat clients, small devices.',
  on: ['contact', 'visit', 'greeting', 'lookup', 'tunnel-request'],
};

class Calls {
  readonly times: number[];
  /** In the order in which they came to be known, and without that of the first call: nothing but its time is kept of one that stays the only one. */
  readonly sizes: number[] = [];
  evidence: string[] | undefined;
  count = 1;
  reportedMs = Number.NEGATIVE_INFINITY;
  lastScore = 1;

  constructor(firstMs: number) {
    this.times = [firstMs];
  }

  get isDue(): boolean {
    return this.count >= FEWEST && this.count % this.#stride === 0;
  }

  get #stride(): number {
    return this.count > MAX_CALLS && this.lastScore < BEATLESS ? LONG_STRIDE : STRIDE;
  }

  /** False where it is one with another call. */
  add(seen: Sighting, size: number): boolean {
    const { timeMs } = seen;
    let at = this.times.length;
    while (at > 0 && this.times[at - 1]! > timeMs) at--;
    if (at > 0 && timeMs - this.times[at - 1]! < AT_ONCE_MS) return false;
    if (at < this.times.length && this.times[at]! - timeMs < AT_ONCE_MS) return false;
    if (at === this.times.length) this.times.push(timeMs);
    else this.times.splice(at, 0, timeMs);
    this.sizes.push(size);
    this.count++;
    // Some at a time: to move all of them for each call would cost more than to judge them.
    if (this.times.length >= 2 * MAX_CALLS) this.times.splice(0, MAX_CALLS);
    if (this.sizes.length >= 2 * MAX_CALLS) this.sizes.splice(0, MAX_CALLS);
    const stride = this.#stride;
    if (this.count < FEWEST - MAX_EVIDENCE || stride - (this.count % stride) > MAX_EVIDENCE) return true;
    this.evidence ??= [];
    if (this.evidence.length >= 2 * MAX_EVIDENCE) this.evidence.splice(0, MAX_EVIDENCE);
    this.evidence.push(seen.eventId);
    return true;
  }
}

export const beaconing: BehaviourDefinition = {
  ...info,
  create({ maxEntries }) {
    const pairs = new OnceOrMore<Calls>({ maxEntries, keepMs: KEEP_MS });
    const callers = new OnceOrMore<number[]>({ maxEntries, keepMs: KEEP_MS });
    /** Of addresses, from what was looked up. */
    const names = new BoundedTable<string>({ maxEntries, keepMs: KEEP_MS });
    return {
      observe(seen: Sighting, report) {
        if (seen.kind === 'lookup') {
          for (const address of seen.addresses.slice(0, MAX_ADDRESSES)) names.set(hashOf(address), seen.name);
          return;
        }
        const called = calledBy(seen);
        if (called === undefined) return;
        const { actorHash, timeMs } = seen;
        // Where flows are told, they say it better than what went through them.
        if (called.flow !== undefined && pairs.has(keyOf(actorHash, called.flow))) return;
        const who = callers.meet(called.key, actorHash, callersFrom);
        if (who !== undefined && who.length < MAX_CALLERS && !who.includes(actorHash)) who.push(actorHash);
        const calls = pairs.meet(keyOf(actorHash, called.key), timeMs, callsFrom);
        if (calls === undefined || !calls.add(seen, called.size)) return;
        if (!calls.isDue || timeMs - calls.reportedMs < AGAIN_MS) return;
        const times = calls.times.slice(-MAX_CALLS);
        const spanMs = times.at(-1)! - times[0]!;
        if (spanMs < SHORTEST_MS) return;
        const rhythm = rhythmOf(times, calls.sizes.slice(-MAX_CALLS));
        const name = seen.kind === 'contact' ? names.get(seen.targetHash) : called.host;
        const score = rhythm.score * weightOf(seen, name, calls, who?.length ?? 1);
        calls.lastScore = score;
        if (score < DECISION) return;
        calls.reportedMs = timeMs;
        report({
          summary: `${seen.source} called ${nameOf(seen, name)} ${calls.count} times, every ${sayPause(rhythm.periodMs)} (jitter ${Math.round(rhythm.jitter * 100)} %), for ${sayPause(spanMs)}`,
          evidence: calls.evidence?.slice(-MAX_EVIDENCE) ?? [],
          confidence: Math.round(40 + 50 * score),
          verified: seen.event.netsentinel.source_verified,
        });
      },
      expire(nowMs) {
        pairs.expire(nowMs);
        callers.expire(nowMs);
        names.expire(nowMs);
      },
      get stats() {
        return { held: pairs.stats.held, evicted: pairs.stats.evicted };
      },
    };
  },
};

const callsFrom = (firstMs: number): Calls => new Calls(firstMs);
const callersFrom = (first: number): number[] => [first];

interface Called {
  readonly key: number;
  /** The key of the flow that it went through, where it is not one itself. */
  readonly flow: number | undefined;
  readonly host: string | undefined;
  readonly size: number;
}

/** Undefined for whatever is no call from inside to a stranger. */
function calledBy(seen: Sighting): Called | undefined {
  switch (seen.kind) {
    case 'contact':
      return byContact(seen);
    case 'visit':
    case 'greeting':
      return seen.stranger === undefined ? undefined : byName(seen.stranger);
    case 'tunnel-request':
      return byProxy(seen);
    default:
      return undefined;
  }
}

function byContact({ fromInside, toInside, transport, targetHash, port, bytesOut }: Contact): Called | undefined {
  if (!fromInside || toInside || (transport !== 'tcp' && transport !== 'udp')) return undefined;
  return { key: keyOf(targetHash, port), flow: undefined, host: undefined, size: bytesOut };
}

function byName({ host, target, port, size }: Stranger): Called {
  return { key: hashOf(host), flow: keyOf(hashOf(target), port), host, size };
}

function byProxy({ fromInside, host, bytes }: TunnelRequest): Called | undefined {
  if (!fromInside) return undefined;
  return { key: hashOf(host), flow: undefined, host, size: bytes };
}

function nameOf(seen: Sighting, name: string | undefined): string {
  const quoted = quote(name ?? '');
  if (seen.kind === 'contact')
    return `${seen.target} ${name === undefined ? '' : `(${quoted}) `}port ${seen.port}/${seen.transport}`;
  return seen.kind === 'tunnel-request' ? `${quoted} through the proxy ${seen.proxy}` : quoted;
}

function weightOf(seen: Sighting, name: string | undefined, { sizes }: Calls, callers: number): number {
  let weight = callers >= VERY_COMMON ? VERY_COMMON_COUNTS : callers >= COMMON ? COMMON_COUNTS : 1;
  if (name !== undefined && UPDATES.test(name)) weight *= UPDATE_COUNTS;
  if (seen.kind !== 'contact') return weight;
  const isClock = seen.port === 123 && sizes.every((size) => size % CLOCK_BYTES <= CLOCK_SLACK);
  // Questions to a resolver have a look of their own in what they ask: tunnels and drawn names are found there.
  return isClock || seen.port === 53 ? weight * CLOCK_COUNTS : weight;
}

function sayPause(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
