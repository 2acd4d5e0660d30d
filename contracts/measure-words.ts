/** Measures as people are told of them. Apart from their schema, which the console has no use for. */
import type { Action, Measure } from './action.ts';

interface MeasureWords {
  /** `redirect`: "redirect of 203.0.113.7 refused". */
  readonly noun: string;
  /** `a redirect`. */
  readonly one: string;
  /** "to redirect 203.0.113.7". */
  readonly verb: string;
  /** "redirected 203.0.113.7". */
  readonly done: string;
  /** Where it puts the attacker, said after the address; empty where it puts them nowhere. */
  readonly where: string;
  /** Whether the attacker reaches no service of ours meanwhile. */
  readonly contains: boolean;
}

/** The strongest first, as in `Measure`. */
export const MEASURE_WORDS: Readonly<Record<Measure, MeasureWords>> = {
  block: { noun: 'block', one: 'a block', verb: 'block', done: 'blocked', where: '', contains: true },
  isolate: { noun: 'isolation', one: 'an isolation', verb: 'isolate', done: 'isolated', where: '', contains: true },
  tarpit: { noun: 'tarpit', one: 'a tarpit', verb: 'hold', done: 'held', where: ' in a tarpit', contains: true },
  redirect: {
    noun: 'redirect',
    one: 'a redirect',
    verb: 'redirect',
    done: 'redirected',
    where: ' to a decoy',
    contains: false,
  },
  'rate-limit': {
    noun: 'rate limit',
    one: 'a rate limit',
    verb: 'rate-limit',
    done: 'rate-limited',
    where: '',
    contains: false,
  },
  mirror: { noun: 'mirror', one: 'a mirror', verb: 'mirror', done: 'mirrored', where: '', contains: false },
  capture: {
    noun: 'capture',
    one: 'a capture',
    verb: 'capture the packets of',
    done: 'captured the packets of',
    where: '',
    contains: false,
  },
};

const STRONGEST_FIRST = Object.keys(MEASURE_WORDS);

/** Whether `one` goes before `other` where both are ordered. */
export function isStronger(one: Measure, other: Measure): boolean {
  return STRONGEST_FIRST.indexOf(one) < STRONGEST_FIRST.indexOf(other);
}

/** What an action is. */
export function measureOf({ measure = 'block' }: Pick<Action, 'measure'>): Measure {
  return measure;
}

export function wordsOfMeasure(action: Pick<Action, 'measure'>): MeasureWords {
  return MEASURE_WORDS[measureOf(action)];
}
