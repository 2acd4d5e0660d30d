/** Rules for tests of the API: cards without anything behind them, which hold to what the state keeps once they are read anew. */
import type { Exception } from '@netsentinel/contracts/exception';
import type { OwnRules } from '@netsentinel/contracts/own-rules';
import type { RuleCard } from '@netsentinel/contracts/rule-card';
import type { RuleFault } from '@netsentinel/contracts/rule-trial';
import type { StateStore } from '@netsentinel/contracts/state-store';
import type { PersonsRules } from '../../api.types.ts';

export interface PlayedRules extends PersonsRules {
  /** Whether they can be read anew; they can. */
  canBeRead: boolean;
  /** What is wrong with texts beside all others; nothing. */
  faults: readonly RuleFault[];
}

/** @param cards in their order */
export function playedRules(all: readonly RuleCard[], state: () => StateStore): PlayedRules {
  let cards = all;
  let exceptions: readonly Exception[] = [];
  let own: readonly OwnRules[] = [];
  const played: PlayedRules = {
    canBeRead: true,
    faults: [],
    list: () => cards,
    get: (id) => {
      const card = cards.find((one) => one.id === id);
      if (card === undefined) return undefined;
      const about = exceptions.filter(({ rules }) => rules.includes(id));
      const empty = { tags: [], falsePositives: [], references: [] };
      return { ...card, ...empty, file: 'x.yml', line: 1, text: 'title: x', exceptions: about };
    },
    written: () => undefined,
    refusalOf: () => undefined,
    tryOut: () => Promise.reject(new Error('not played')),
    // Ids are read, and nothing else.
    checkOwn: async (text) => {
      const rules = [...text.matchAll(/^id: (\S+)$/gm)].map(([, id = '']) => id);
      return rules.length > 0
        ? { faults: [], rules }
        : { faults: [{ line: 1, error: 'there is no rule in it' }], rules };
    },
    faultsOfOwn: () => played.faults,
    own: (name) => {
      const found = own.find((one) => one.name === name);
      return found && { version: found.version, faults: [] };
    },
    reload: async () => {
      if (!played.canBeRead) return;
      exceptions = await state().read.exceptions();
      const words = new Map((await state().read.ruleWords()).map((word) => [word.rule, word]));
      own = await state().read.ownRules();
      const ownCards = own.flatMap(({ rules }) =>
        rules.map((id): RuleCard => ({ id, kind: 'rule', title: id, techniques: [], set: 'own-rules', enabled: true })),
      );
      cards = [...all, ...ownCards].map((card) => {
        const word = words.get(card.id);
        if (word === undefined || word.enabled) return card;
        return { ...card, enabled: false, off: { reason: word.reason, by: word.by, at: word.at } };
      });
    },
  };
  return played;
}
