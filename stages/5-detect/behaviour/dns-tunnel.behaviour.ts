/**
 * Data that leaves, or orders that come, in the names of lookups: below one domain ever other names, long, and of characters that are no words. Content networks
 * draw names too, but one host meets few of them, and asks for addresses, not for texts.
 */
import { quote } from '../command-detector.ts';
import type { BehaviourDefinition, BehaviourInfo, Report } from './behaviour.types.ts';
import { BoundedTable } from './bounded-table.ts';
import { hashOf, keyOf } from './key-hash.ts';
import { randomness } from './name-model.ts';
import type { Lookup, Sighting } from './sighting.ts';

const KEEP_MS = 2 * 60 * 60_000;
const MAX_NAMES = 512;
const MAX_EVIDENCE = 16;
/** A label shorter than this carries next to nothing. */
const MIN_CODED = 12;
/** Answers that can carry data of any kind. */
const CARRIERS = new Set(['TXT', 'NULL', 'CNAME', 'MX', 'KEY', 'PRIVATE', 'A6', 'SRV', 'ANY']);
/** With carriers: fifteen names are no accident. Without: as much as a small file, in long names. */
const BY_CARRIER = { names: 12, characters: 220 };
const BY_NAME = { names: 40, characters: 1600, mean: 26 };
/** So many names that no product asks for by accident. */
const CERTAIN = 40;
/** Of the different names below the domain so many are coded. */
const CODED_SHARE = 0.7;
/** Security products that ask about files and senders by hash. */
const HASH_SERVICES =
  /(?:^|\.)(?:arpa|sophosxl\.net|sophosxl\.com|mcafee\.com|trendmicro\.com|spamhaus\.(?:org|net)|surbl\.org|uribl\.com|dnswl\.org|barracudacentral\.org|senderscore\.com|avast\.com|e5\.sk|cymru\.com|spameatingmonkey\.net)$/i;

const info: BehaviourInfo = {
  id: 'dns-tunnel',
  title: 'Data in DNS names',
  severity: 'medium',
  confidence: 75,
  techniques: ['T1071.004', 'T1572', 'T1048.003'],
  tactics: ['TA0011', 'TA0010'],
  falsePositives:
    'Products that ask about files or senders by hash, and services that give each client a name of its own.',
  on: ['lookup'],
};

class Channel {
  readonly names = new Set<number>();
  readonly evidence: string[] = [];
  coded = 0;
  characters = 0;
  carriers = 0;
  nextReport = 1;
}

export const dnsTunnel: BehaviourDefinition = {
  ...info,
  create({ maxEntries }) {
    const told = new BoundedTable<true>({ maxEntries, keepMs: KEEP_MS });
    const channels = new BoundedTable<Channel>({ maxEntries, keepMs: KEEP_MS });
    const observeText = (seen: Lookup, text: string, report: Report): void => {
      const key = keyOf(seen.actorHash, hashOf(seen.domain));
      if (told.get(key) !== undefined) return;
      told.getOrAdd(key, () => true);
      report({
        summary: `${seen.source} got a text of ${text.length} characters from ${quote(seen.name)} that looks like coded data: ${quote(text.slice(0, 60))}`,
        evidence: [],
        confidence: 50,
        verified: seen.event.netsentinel.source_verified,
      });
    };
    return {
      observe(seen: Sighting, report) {
        if (seen.kind !== 'lookup') return;
        const text = seen.texts.find(isCodedText);
        if (text !== undefined) observeText(seen, text, report);
        if (seen.below === '') return;
        const isCoded = isCodedName(seen) && !HASH_SERVICES.test(seen.domain);
        const key = keyOf(seen.actorHash, hashOf(seen.domain));
        const channel = isCoded ? channels.getOrAdd(key, () => new Channel()) : channels.get(key);
        if (channel === undefined || channel.names.size >= MAX_NAMES) return;
        const hash = hashOf(seen.below);
        if (channel.names.has(hash)) return;
        channel.names.add(hash);
        if (!isCoded) return;
        channel.coded++;
        channel.characters += seen.below.length;
        if (CARRIERS.has(seen.type)) channel.carriers++;
        channel.evidence.push(seen.eventId);
        if (channel.evidence.length > MAX_EVIDENCE) channel.evidence.shift();
        if (!isTunnel(channel) || channel.coded < channel.nextReport) return;
        channel.nextReport = Math.max(CERTAIN, channel.coded * 4);
        report({
          summary: `${seen.source} looked up ${channel.coded} different names below ${quote(seen.domain)} that look like coded data, ${channel.characters} characters in all, lately ${quote(seen.name)} (${seen.type})`,
          evidence: channel.evidence,
          ...(channel.coded >= CERTAIN && 2 * channel.carriers >= channel.coded ? { severity: 'high' } : {}),
          verified: seen.event.netsentinel.source_verified,
        });
      },
      expire(nowMs) {
        channels.expire(nowMs);
        told.expire(nowMs);
      },
      get stats() {
        return channels.stats;
      },
    };
  },
};

function isTunnel({ names, coded, characters, carriers }: Channel): boolean {
  if (coded < BY_CARRIER.names || characters < BY_CARRIER.characters || coded < CODED_SHARE * names.size) return false;
  if (2 * carriers >= coded) return true;
  return coded >= BY_NAME.names && characters >= BY_NAME.characters && characters / coded >= BY_NAME.mean;
}

/** An address that is asked about backwards, as block lists are. */
const BACKWARDS = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?:\.|$)/;

function isCodedName({ below }: Lookup): boolean {
  if (below.length < MIN_CODED || BACKWARDS.test(below) || below.includes('_')) return false;
  let bits = 0;
  let characters = 0;
  for (const label of below.split('.')) {
    if (label.length < 6) continue;
    bits += randomness(label);
    characters += label.length;
  }
  return characters >= MIN_CODED && bits > 0;
}

/** Orders, or a program, come whole in a text; keys and proofs of ownership do too, but say what they are. */
const MIN_TEXT = 80;
const MIN_BITS = 4.8;
const SAYS_WHAT_IT_IS = /^"?[a-z0-9_-]{1,40}[=:]|[; ]/i;

function isCodedText(text: string): boolean {
  return text.length >= MIN_TEXT && !SAYS_WHAT_IT_IS.test(text) && entropyOf(text) >= MIN_BITS;
}

/** Bits a character. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const one of text) counts.set(one, (counts.get(one) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
