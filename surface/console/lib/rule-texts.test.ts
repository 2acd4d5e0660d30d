import { parseAllDocuments } from 'yaml';
import { expect, it } from 'vitest';
import { onlyRule, ruleAt, ruleTexts } from './rule-texts.ts';

const TEXT = `title: Five in a row
correlation:
    type: event_count
---
title: 'A rule''s title'
detection: {}
--- # the last one
title: "Another"
detection: {}
---
title: Not here
filter: {}
`;

it('tells rules, correlations and filters of a text by their titles and lines', () => {
  expect(ruleTexts(TEXT)).toEqual([
    { line: 1, end: 3, title: 'Five in a row', kind: 'correlation' },
    { line: 5, end: 6, title: "A rule's title", kind: 'rule' },
    { line: 8, end: 9, title: 'Another', kind: 'rule' },
    { line: 11, end: 13, title: 'Not here', kind: 'filter' },
  ]);
  expect(ruleAt(TEXT, 9)?.title).toBe('Another');
  expect(ruleTexts('')).toEqual([]);
});

it('leaves one rule with its filters where it stood, and no empty document', () => {
  for (const { line, title } of ruleTexts(TEXT).filter(({ kind }) => kind === 'rule')) {
    const left = onlyRule(TEXT, { line });
    const documents = parseAllDocuments(left).map((one) => one.toJS() as { title: string } | null);
    expect(documents.map((one) => one?.title)).toEqual([title, 'Not here']);
    expect(left.split('\n')).toHaveLength(TEXT.split('\n').length);
    expect(left.split('\n')[line - 1]).toBe(TEXT.split('\n')[line - 1]);
  }
});
