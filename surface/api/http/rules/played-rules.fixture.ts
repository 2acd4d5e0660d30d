/** Rules for tests of the API: cards without anything behind them, which hold to what the state keeps once they are read anew. */
import type { Exception } from '@netsentinel/contracts/exception';
import type { RuleCard } from '@netsentinel/contracts/rule-card';
import type { StateStore } from '@netsentinel/contracts/state-store';
import type { PersonsRules } from '../../api.types.ts';

export interface PlayedRules extends PersonsRules {
  /** Whether they can be read anew; they can. */
  canBeRead: boolean;
}

/** @param cards in their order */
export function playedRules(all: readonly RuleCard[], state: () => StateStore): PlayedRules {
  let cards = all;
  let exceptions: readonly Exception[] = [];
  const played: PlayedRules = {
    canBeRead: true,
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
    reload: async () => {
      if (!played.canBeRead) return;
      exceptions = await state().read.exceptions();
      const words = new Map((await state().read.ruleWords()).map((word) => [word.rule, word]));
      cards = all.map((card) => {
        const word = words.get(card.id);
        if (word === undefined || word.enabled) return card;
        return { ...card, enabled: false, off: { reason: word.reason, by: word.by, at: word.at } };
      });
    },
  };
  return played;
}
