/**
 * A host looks for its master under names that a program drew: one domain after the other that does not exist and looks like no name that people make. A
 * sequential test as for scans (Krishnan et al., "Crossing the Threshold: Detecting Network Malfeasance via Sequential Hypothesis Testing", 2013, of
 * names that do not exist), where each name weighs what the model of names says of it. Only the owner's part of a name is looked at, as content
 * networks draw the rest.
 */
import { quote } from '../command-detector.ts';
import type { BehaviourDefinition, BehaviourInfo } from './behaviour.types.ts';
import { BoundedTable } from './bounded-table.ts';
import { randomness } from './name-model.ts';
import type { Lookup, Sighting } from './sighting.ts';

const KEEP_MS = 2 * 60 * 60_000;
const MAX_NAMES = 256;
const MAX_EVIDENCE = 16;
/** Bits. One name says little, whatever it looks like, and what is not there is already odd. */
const MOST = 5;
const LEAST = -4;
const MISSING = 1;
const ANSWERED = -2;
/** False alarms in one of a million walks. */
const DECISION = 20;
const FEWEST = 5;
/** Domains made of words look like names: only their number shows them. */
const BURST = 40;
const BURST_MS = 60 * 60_000;
/** Where everybody can have a name below: there it is this one that was drawn. */
const SHARED =
  /\.?((?:ddns|hopto|zapto|serveftp|servebeer|myftp|no-ip|noip|dyndns|dynserv|homeunix|mooo|duckdns|dynu|yi|3322)\.(?:net|org|com|biz|info|cc))$/;

const info: BehaviourInfo = {
  id: 'generated-domains',
  title: 'Lookups of generated domains',
  severity: 'medium',
  confidence: 75,
  techniques: ['T1568.002', 'T1071.004'],
  tactics: ['TA0011'],
  falsePositives: 'Programs that test with invented names whether the resolver lies, and crawlers of old lists.',
  on: ['lookup'],
};

class Searcher {
  readonly names = new Set<string>();
  readonly evidence: string[] = [];
  missing = 0;
  bits = 0;
  /** Missing names of which the model says that they were drawn. */
  drawn = 0;
  sinceMs: number;
  nextReport = 1;

  constructor(sinceMs: number) {
    this.sinceMs = sinceMs;
  }
}

export const generatedDomains: BehaviourDefinition = {
  ...info,
  create({ maxEntries }) {
    const searchers = new BoundedTable<Searcher>({ maxEntries, keepMs: KEEP_MS });
    return {
      observe(seen: Sighting, report) {
        if (seen.kind !== 'lookup' || seen.code === undefined) return;
        const isMissing = seen.code === 'NXDOMAIN';
        if (!isMissing && seen.code !== 'NOERROR') return;
        const { actorHash, timeMs } = seen;
        const searcher = isMissing
          ? searchers.getOrAdd(actorHash, () => new Searcher(timeMs))
          : searchers.get(actorHash);
        if (searcher === undefined) return;
        const label = labelOf(seen);
        if (label === undefined || searcher.names.has(label)) return;
        if (searcher.names.size >= MAX_NAMES || timeMs - searcher.sinceMs > BURST_MS) startAnew(searcher, timeMs);
        searcher.names.add(label);
        const bits = Math.min(MOST, Math.max(LEAST, randomness(label)));
        if (!isMissing) {
          searcher.bits = Math.max(0, searcher.bits + Math.min(0, bits) + ANSWERED);
          return;
        }
        searcher.missing++;
        if (bits > 0) searcher.drawn++;
        searcher.bits = Math.max(0, searcher.bits + bits + MISSING);
        searcher.evidence.push(seen.eventId);
        if (searcher.evidence.length > MAX_EVIDENCE) searcher.evidence.shift();
        const isDrawn = searcher.bits >= DECISION && searcher.drawn >= FEWEST;
        if ((!isDrawn && searcher.missing < BURST) || searcher.missing < searcher.nextReport) return;
        searcher.nextReport = searcher.missing * 4;
        report({
          summary: `${seen.source} looked up ${searcher.missing} domains that do not exist, ${searcher.drawn} of them with names that look drawn at random, lately ${quote(seen.name)}`,
          evidence: searcher.evidence,
          confidence: isDrawn ? info.confidence : 50,
          verified: seen.event.netsentinel.source_verified,
        });
      },
      expire: (nowMs) => searchers.expire(nowMs),
      get stats() {
        return searchers.stats;
      },
    };
  },
};

/** What was reported stays so; the rest is counted again. */
function startAnew(searcher: Searcher, timeMs: number): void {
  searcher.names.clear();
  searcher.missing = 0;
  searcher.drawn = 0;
  searcher.sinceMs = timeMs;
  searcher.nextReport = searcher.nextReport === 1 ? 1 : MAX_NAMES / 2;
}

/** Undefined for names of the local network, which nobody registers. */
function labelOf({ domain, below }: Lookup): string | undefined {
  const dot = domain.indexOf('.');
  if (dot <= 0 || LOCAL.has(domain.slice(domain.lastIndexOf('.') + 1).toLowerCase())) return undefined;
  if (below !== '' && SHARED.test(domain)) return below.slice(below.lastIndexOf('.') + 1);
  return domain.slice(0, dot);
}

const LOCAL = new Set(
  'arpa corp domain home internal intranet invalid lan local localdomain localhost test workgroup'.split(' '),
);
