/** The running rules as people see them by the API, and what they may say of them. */
import type { PersonsRules } from '@netsentinel/api/api.types';
import type { Clock } from '@netsentinel/contracts/clock';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { refusalOf } from './exception-check.ts';
import type { LiveRules, ReadRules } from './live-rules.ts';
import { ownRulesFile, ownRulesPath } from './own-rule-files.ts';
import { checkOwnRules, faultsOf } from './own-rules.ts';
import { RuleCatalogue } from './rule-catalogue.ts';
import type { Library } from './rule-library.ts';
import { firstFaults } from './rule-faults.ts';
import { openRuleTrial } from './rule-trial.ts';

export interface RulesForPeopleOptions {
  readonly live: Pick<LiveRules, 'latest' | 'reload' | 'suppose' | 'alone'>;
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
    checkOwn: (text, signal) => checkOwnRules(text, content, clock, signal),
    faultsOfOwn: (name, before, after) => {
      const [is, would] = [live.suppose(before), live.suppose(after)];
      if (is === undefined || would === undefined)
        throw new NetSentinelError('RULES_NOT_READ', 'operational', 'the rules of this installation cannot be read');
      const text = after.find((one) => one.name === name);
      const said = text === undefined ? undefined : live.alone(ownRulesFile(text));
      return faultsOf({
        name,
        says: said === undefined ? [] : [...said.rules, ...said.correlations],
        before: is,
        after: would,
        setOf: (path) => live.latest?.library.folders.find((one) => path.startsWith(`${one.path}/`))?.set ?? path,
      });
    },
    own: (name) => {
      const { latest } = live;
      const own = latest?.library.own.find((one) => one.name === name);
      if (latest === undefined || own === undefined) return undefined;
      const failed = latest.all.failed.filter(({ path }) => path === ownRulesPath(name));
      const faults = failed.map(({ line, error }) => ({ line, error: withinSets(error, latest.library) }));
      return { version: own.version, faults: firstFaults(faults) };
    },
  };
}

/** The same with files as they are called within their sets: where those lie on this machine is not people's business. */
function withinSets(error: string, { folders }: Library): string {
  return folders.reduce((text, { set, path }) => text.replaceAll(`${path}/`, `${set}/`), error);
}
