/**
 * Tells background from what somebody may care about, by each event alone: it needs no memory, so it is done where the file is read, and background goes
 * no further.
 */
import type { Enricher } from '@netsentinel/contracts/enricher';
import type { Event } from '@netsentinel/contracts/event';
import { interactionOf } from '@netsentinel/contracts/interaction';
import { sightingOf } from '@netsentinel/detect/behaviour/read-sighting';
import type { Sighting } from '@netsentinel/detect/behaviour/sighting';
import { createDetectors } from '@netsentinel/detect/detectors';
import { SubjectWatch } from '@netsentinel/detect/subjects/subject-watch';
import { webFindings } from '@netsentinel/detect/web-request';
import type { NetworksConfig } from '@netsentinel/enrich/enrich.config';
import { nativeEvent } from '@netsentinel/sigma/event';
import type { Rule } from '@netsentinel/sigma/rule';
import { RuleMatcher } from '../rules/rule-matcher.ts';
import { withActor } from '../rules/with-actor.ts';
import type { EventSifter, Notable } from './piece.types.ts';

/** What is known of addresses. */
export interface EnrichmentSetup {
  /** The product's `content` folder. */
  readonly content: string;
  readonly networks: NetworksConfig;
}

/** Plain values, so that it may go to another thread. */
export interface SifterSetup {
  readonly rules: readonly Rule[];
  /** Where the rules lie that come with the product. */
  readonly ownRules: string;
  /** Undefined: nothing is known. */
  readonly enrichment: EnrichmentSetup | undefined;
  /** Whether somebody knows where addresses are. */
  readonly judgesTravel: boolean;
  /** Every event is handed on whole. */
  readonly isWhole: boolean;
}

const NONE: readonly never[] = [];

/** For who wants to see every event. */
export const everything: EventSifter = {
  sift: (event) => ({
    event,
    isBrief: false,
    met: NONE,
    isMove: true,
    web: undefined,
    seen: undefined,
    subjects: NONE,
  }),
};

export async function createSifter(setup: SifterSetup): Promise<EventSifter> {
  const { enrichment } = setup;
  if (enrichment === undefined) return new Sifter(setup, (event) => event);
  const { createEnrichment } = await import('@netsentinel/enrich/enrichers/index');
  return new Sifter(setup, await createEnrichment(enrichment.content, enrichment.networks));
}

class Sifter implements EventSifter {
  readonly #enrich: Enricher['enrich'];
  readonly #detectors = createDetectors();
  readonly #matcher: RuleMatcher;
  readonly #numbers: ReadonlyMap<Rule, number>;
  readonly #subjects: SubjectWatch;
  readonly #isWhole: boolean;

  constructor({ rules, ownRules, judgesTravel, isWhole }: SifterSetup, enrich: Enricher['enrich']) {
    this.#enrich = enrich;
    this.#matcher = new RuleMatcher(ownRules);
    this.#matcher.use(rules);
    this.#numbers = new Map(rules.map((rule, number) => [rule, number]));
    // Only asked whom an event is about: where addresses are is for those who judge.
    this.#subjects = new SubjectWatch({ placeOf: judgesTravel ? () => undefined : undefined });
    this.#isWhole = isWhole;
  }

  sift(read: Event): Notable | undefined {
    const given = this.#enrich(read);
    const event = withActor(given);
    const met = this.#matcher.met(event, nativeEvent(event));
    const isMove = this.#detectors.concerns(given.netsentinel.decoy === undefined ? given : event);
    const seen = sightingOf(event);
    const subjects = this.#subjects.look(event);
    if (!isMove && met === undefined && subjects.length === 0) {
      if (seen === undefined) return undefined;
      if (!this.#isWhole && !needsEvent(seen))
        return { event, isBrief: true, met: NONE, isMove: false, web: undefined, seen, subjects: NONE };
    }
    return {
      event,
      isBrief: false,
      met: met === undefined ? NONE : met.map((rule) => this.#numbers.get(rule)!),
      isMove,
      // Whoever gets it looks at these, and has less time than we.
      web: isMove && interactionOf(event) === 'request' ? webFindings(event) : undefined,
      seen,
      subjects,
    };
  }
}

/** Who watches ARP looks into its record. */
function needsEvent(seen: Sighting): boolean {
  return seen.kind === 'contact' && seen.transport === 'arp';
}
