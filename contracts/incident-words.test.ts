/** What the text filter takes for words, and where it looks for them. */
import { expect, it } from 'vitest';
import type { IncidentSummary } from './incident.ts';
import { holdsWords, wordsIn } from './incident-words.ts';

const incident: IncidentSummary = {
  id: 'i7',
  actor: '192.0.2.7',
  addresses: ['192.0.2.7', '2001:db8::7'],
  status: 'open',
  title: 'Crypto\0MINER, 100% ÜBER',
  severity: 'high',
  score: 80,
  firstSeen: 1,
  lastSeen: 2,
  tactics: ['TA0002'],
  techniques: ['T1059.004'],
  counts: { events: 9999, logins: 1, failures: 1, commands: 1 },
  version: 1,
};

it('takes at most eight words, in lower case', () => {
  expect(wordsIn(' A\tb\0C  \n')).toEqual(['a', 'b', 'c']);
  expect(wordsIn('1 2 3 4 5 6 7 8 9')).toHaveLength(8);
  expect(wordsIn(' ')).toEqual([]);
});

it('holds where every word stands somewhere in what a list shows', () => {
  for (const text of ['', '  ', 'miner crypto', 'über', '100%', 't1059 db8:: HIGH', 'ta0002 i7'])
    expect([text, holdsWords(incident, text)]).toEqual([text, true]);
  for (const text of ['miner gold', 'crypto-miner', '9999', 'lastSeen', '.*'])
    expect([text, holdsWords(incident, text)]).toEqual([text, false]);
});
