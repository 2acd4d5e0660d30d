/** The running rules as people see them by the API, and what they may say of them. */
import type { PersonsRules } from '@netsentinel/api/api.types';
import type { Clock } from '@netsentinel/contracts/clock';
import { refusalOf } from './exception-check.ts';
import type { LiveRules, ReadRules } from './live-rules.ts';
import { RuleCatalogue } from './rule-catalogue.ts';
import { openRuleTrial } from './rule-trial.ts';

export interface RulesForPeopleOptions {
  readonly live: Pick<LiveRules, 'latest' | 'reload'>;
  /** The rules that are run; asked once those that `live` read last are in force. */
  readonly running: () => readonly { readonly id: string }[];
  /** The product's `content` folder. */
  readonly content: string;
  readonly clock: Clock;
}

export function rulesForPeople({ live, running, content, clock }: RulesForPeopleOptions): PersonsRules {
  let known: { readonly of: ReadRules; readonly catalogue: RuleCatalogue } | undefined;

  /** Made when somebody first asks after a reading: most readings nobody looks at. */
  function catalogue(): RuleCatalogue | undefined {
    const { latest } = live;
    if (latest === undefined) return undefined;
    if (known?.of !== latest)
      known = { of: latest, catalogue: new RuleCatalogue(latest, new Set(running().map(({ id }) => id))) };
    return known.catalogue;
  }

  return {
    list: () => catalogue()?.cards ?? [],
    get: (id) => catalogue()?.get(id),
    written: (id) => {
      const word = live.latest?.library.written.find(({ rule }) => rule === id);
      return word === undefined ? undefined : { ...word, enabled: false };
    },
    reload: () => live.reload(),
    refusalOf,
    tryOut: (text, signal) => openRuleTrial(text, content, clock, signal),
  };
}
