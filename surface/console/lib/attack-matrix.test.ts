import { describe, expect, it } from 'vitest';
import { csvRowsOf, flatOf, matrixOf, navigatorLayer, shownOf, type Column } from './attack-matrix.ts';

const NAMES = {
  version: '18',
  techniques: { T1078: 'Valid Accounts', T1110: 'Brute Force', 'T1110.001': 'Guessing', 'T1110.003': 'Spraying' },
  tactics: { TA0001: 'Initial Access', TA0006: 'Credential Access' },
  matrix: [
    { tactic: 'TA0001', techniques: ['T1078'] },
    { tactic: 'TA0006', techniques: ['T1078', 'T1110', 'T1110.001', 'T1110.003'] },
  ],
};
const guessing = { id: 'guessing', title: 'Guessing' };
const COVERAGE = {
  techniques: [
    { id: 'T1110', rules: 2, off: 0, detections: [guessing] },
    { id: 'T1110.001', rules: 2, off: 0, detections: [guessing] },
  ],
};
const HITS = {
  from: 0,
  to: 1,
  isWhole: true,
  techniques: [{ id: 'T1078', incidents: 4, attackers: 2, lastSeen: 1000 }],
};
const MATRIX = matrixOf(NAMES, COVERAGE, HITS);

function idsOf(columns: readonly Column[]): string[][] {
  return columns.map(({ techniques }) => techniques.flatMap(({ id, below }) => [id, ...below.map((one) => one.id)]));
}

describe('the matrix', () => {
  it('has techniques under their tactics, with what looks for them and where they were seen', () => {
    expect(idsOf(MATRIX)).toEqual([['T1078'], ['T1078', 'T1110', 'T1110.001', 'T1110.003']]);
    expect(MATRIX[1]?.techniques[1]).toMatchObject({ name: 'Brute Force', covered: 3, hits: 0 });
    expect(MATRIX[0]?.techniques[0]).toMatchObject({ covered: 0, hits: 4, attackers: 2 });
  });

  it('shows what is asked for, and what stands above it', () => {
    expect(idsOf(shownOf(MATRIX, 'covered', ''))).toEqual([[], ['T1110', 'T1110.001']]);
    expect(idsOf(shownOf(MATRIX, 'hit', ''))).toEqual([['T1078'], ['T1078']]);
    expect(idsOf(shownOf(MATRIX, 'gaps', ''))).toEqual([['T1078'], ['T1078', 'T1110', 'T1110.003']]);
    expect(idsOf(shownOf(MATRIX, 'all', 'spray'))).toEqual([[], ['T1110', 'T1110.003']]);
  });

  it('claims no gap to who may not see what is looked for', () => {
    const blind = matrixOf(NAMES, undefined, HITS);
    expect(idsOf(shownOf(blind, 'gaps', ''))).toEqual([[], []]);
    expect(csvRowsOf(blind)[0]?.slice(3, 5)).toEqual([undefined, undefined]);
  });

  it('is exported with each technique once', () => {
    expect(flatOf(MATRIX).map(({ id }) => id)).toEqual(['T1078', 'T1110', 'T1110.001', 'T1110.003']);
    expect(csvRowsOf(MATRIX)[0]).toEqual([
      'T1078',
      'Valid Accounts',
      'Initial Access; Credential Access',
      0,
      0,
      4,
      2,
      '1970-01-01T00:00:01.000Z',
    ]);
    const layer = navigatorLayer(MATRIX, 'coverage', { version: '18', name: 'n', description: 'd' });
    expect(layer).toMatchObject({
      domain: 'enterprise-attack',
      versions: { attack: '18', layer: '4.5' },
      techniques: [
        { techniqueID: 'T1110', score: 3, showSubtechniques: true },
        { techniqueID: 'T1110.001', score: 3, comment: 'Guessing' },
      ],
    });
  });
});
