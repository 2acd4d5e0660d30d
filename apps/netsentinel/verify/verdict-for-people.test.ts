import { expect, it } from 'vitest';
import { DecoyVerdict } from '@netsentinel/contracts/decoy-test';
import { verdictForPeople } from './verdict-for-people.ts';
import type { CheckOutcome, VerifyFinding } from './verify.types.ts';

const finding = (decoy: string, weight: number, outcome: CheckOutcome, mend?: string): VerifyFinding => ({
  decoy,
  check: 'ssh-banner',
  title: 'Its banner',
  weight,
  ...(mend === undefined ? {} : { mend }),
  outcome,
});

it('counts by decoy, puts the weightiest tell first, and stays within what is kept', () => {
  const tell = (text: string): CheckOutcome => ({ result: 'tell', tell: text });
  const verdict = verdictForPeople({
    score: 65,
    findings: [
      finding('ssh-1', 30, tell('a'), 'turn it off'),
      finding('ssh-1', 50, tell('b'.repeat(9_000))),
      finding('ssh-1', 10, { result: 'alike' }),
      finding('web', 10, { result: 'skipped', reason: 'no ssh here' }),
    ],
    unreachable: [{ decoy: 'smb', reason: 'connect ECONNREFUSED' }],
    notLookedAt: [{ decoy: 'tftp', reason: 'no check knows it' }],
  });
  expect(verdict.decoys).toEqual([
    { decoy: 'ssh-1', score: 65, tells: 2, alike: 1, skipped: 0 },
    { decoy: 'web', score: 0, tells: 0, alike: 0, skipped: 1 },
    { decoy: 'tftp', score: 0, tells: 0, alike: 0, skipped: 0, unseen: 'no check knows it' },
    { decoy: 'smb', score: 0, tells: 0, alike: 0, skipped: 0, unseen: 'connect ECONNREFUSED' },
  ]);
  expect(verdict.tells.map(({ weight, mend }) => [weight, mend])).toEqual([
    [50, undefined],
    [30, 'turn it off'],
  ]);
  const many = Array.from({ length: 600 }, (_, n) => finding(`d${n}`, 20, tell('c')));
  expect(() => DecoyVerdict.parse(verdict)).not.toThrow();
  expect(() =>
    DecoyVerdict.parse(verdictForPeople({ score: 100, findings: many, unreachable: [], notLookedAt: [] })),
  ).not.toThrow();
});
