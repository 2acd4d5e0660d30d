/**
 * Runs rules over event files: every event through the matcher as it is read, correlations once all is read, in the order in which things happened and
 * not in which files hold them.
 */
import { JsonTexts } from '@netsentinel/normalise/json/json-texts';
import { Correlator } from '@netsentinel/sigma/correlate/correlator';
import { fieldsOfCorrelations } from '@netsentinel/sigma/correlate/fields';
import { rolesOf, type Roles } from '@netsentinel/sigma/correlate/roles';
import { fieldOf, nativeEvent, type EventRecord } from '@netsentinel/sigma/event';
import { logsourceOf } from '@netsentinel/sigma/event-logsource';
import { timeOf } from '@netsentinel/sigma/event-time';
import { compileRules } from '@netsentinel/sigma/match/matcher';
import type { Correlation, Rule, RuleSet } from '@netsentinel/sigma/rule';
import { readEventFile, type EventFile } from './event-file.ts';

/** Where an event stands: `index` counts the events of its file from 0, broken ones included. */
export interface EventPlace {
  readonly file: string;
  readonly index: number;
}

export interface HuntMatch {
  readonly rule: Rule | Correlation;
  /** Of a correlation: the newest event that it rests on. */
  readonly place: EventPlace;
  /** When the event says that it happened, in milliseconds since the epoch. */
  readonly atMs: number | undefined;
  /** The event itself; undefined for correlations. */
  readonly event: unknown;
  /** What a correlation grouped by, and what it measured. */
  readonly group?: ReadonlyMap<string, string>;
  readonly measured?: number;
}

export interface HuntOptions {
  readonly rules: RuleSet;
  readonly files: readonly EventFile[];
  /** Whether an event meets only rules for its log source. */
  readonly routing: boolean;
  readonly onMatch: (match: HuntMatch) => void;
  /** An event that is no JSON object. */
  readonly onBad: (bad: { readonly file: string; readonly line: number; readonly reason: string }) => void;
  /** Bytes read from disk so far, over all files. */
  readonly onProgress?: (bytes: number) => void;
}

export interface HuntTotals {
  readonly files: number;
  readonly events: number;
  readonly bad: number;
  readonly matches: number;
  /** Matches that correlations could not see, since there were too many to keep. */
  readonly uncorrelated: number;
}

/** What a correlation needs of an event; the event itself is not kept. */
interface Hit {
  readonly place: EventPlace;
  readonly atMs: number;
  readonly ruleIds: readonly string[];
  readonly fields: ReadonlyMap<string, unknown>;
}

const maxHits = 1_000_000;

export async function hunt(options: HuntOptions): Promise<HuntTotals> {
  const { rules, files, routing } = options;
  const matcher = compileRules(rules.rules);
  const correlated = new Correlated(rules);
  const totals = { files: files.length, events: 0, bad: 0, matches: 0, uncorrelated: 0 };
  const report = (match: HuntMatch): void => {
    totals.matches++;
    options.onMatch(match);
  };
  let readBefore = 0;
  for (const { path, bytes } of files) {
    let index = 0;
    const bad = (line: number, reason: string): void => {
      totals.bad++;
      options.onBad({ file: path, line, reason });
    };
    const texts = new JsonTexts({
      onBad: ({ line, reason }) => {
        index++;
        bad(line, reason);
      },
      onText: (text, line) => {
        const place = { file: path, index: index++ };
        const event = parseEvent(text);
        if (event === undefined) return bad(line, 'this is no JSON object');
        totals.events++;
        const met: Rule[] = [];
        matcher.match(event, routing ? logsourceOf(event) : undefined, (rule) => met.push(rule));
        if (met.length === 0) return undefined;
        const atMs = timeOf(event);
        for (const rule of met) if (!correlated.suppresses(rule)) report({ rule, place, atMs, event });
        if (!correlated.keep(met, event, atMs, place)) totals.uncorrelated++;
        return undefined;
      },
    });
    for await (const chunk of readEventFile(path, (read) => options.onProgress?.(readBefore + read))) texts.push(chunk);
    texts.end();
    readBefore += bytes;
  }
  correlated.run((match) => report(match));
  return totals;
}

function parseEvent(text: string): EventRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? nativeEvent(value) : undefined;
  } catch {
    return undefined;
  }
}

/** The matches that correlations rest on, kept until all files are read. */
class Correlated {
  readonly #correlations: readonly Correlation[];
  readonly #roles: Roles;
  readonly #fields: readonly string[];
  readonly #hits: Hit[] = [];

  constructor({ correlations }: RuleSet) {
    this.#correlations = correlations;
    this.#roles = rolesOf({ correlations });
    this.#fields = fieldsOfCorrelations(correlations);
  }

  /** A rule that only exists for a correlation does not report by itself, unless that one asks for it (`generate`). */
  suppresses(rule: Rule | Correlation): boolean {
    return !this.#roles.reports(rule.id);
  }

  /** False when there was no room. */
  keep(met: readonly Rule[], event: EventRecord, atMs: number | undefined, place: EventPlace): boolean {
    const ruleIds = met.map(({ id }) => id).filter((id) => this.#roles.correlationsOf(id).length > 0);
    if (ruleIds.length === 0) return true;
    if (this.#hits.length === maxHits) return false;
    const fields = new Map(this.#fields.map((field) => [field, fieldOf(event, field)]));
    // An event that names no time happened when the one before it did.
    this.#hits.push({ place, atMs: atMs ?? this.#hits.at(-1)?.atMs ?? 0, ruleIds, fields });
    return true;
  }

  run(onMatch: (match: HuntMatch) => void): void {
    const correlator = new Correlator<Hit>(this.#correlations, { fieldOf: (hit, field) => hit.fields.get(field) });
    const report: Parameters<typeof correlator.finish>[0] = ({ correlation, group, measured, atMs, events }) => {
      const newest = events.at(-1);
      if (newest === undefined || this.suppresses(correlation)) return;
      onMatch({ rule: correlation, place: newest.place, atMs, event: undefined, group, measured });
    };
    // Sorting is stable: what happened at once stays in the order of the files.
    this.#hits.sort((a, b) => a.atMs - b.atMs);
    for (const hit of this.#hits) correlator.observe(hit, hit.atMs, hit.ruleIds, report);
    correlator.finish(report);
  }
}
