import { CASEWORK_LIMITS, IncidentWork, noWork } from '@netsentinel/contracts/casework';
import { expect, it } from 'vitest';
import { assignWork, mergeWork, moveWork, noteWork } from './casework.ts';

const made = { at: 1, by: 'console:ada' };

it('grows by one entry and one version with each change, and by none where nothing changes', () => {
  let work = assignWork(noWork('i1'), 'ada', made);
  expect(assignWork(work, 'ada', made)).toBe(work);
  work = moveWork(work, 'in-work', '', made);
  expect(moveWork(work, 'in-work', 'again', made)).toBe(work);
  work = noteWork(assignWork(work, undefined, made), 'x', made);
  expect(work).not.toHaveProperty('assignee');
  expect([work.version, work.entries.length]).toEqual([4, 4]);
  expect(IncidentWork.parse(work)).toEqual(work);
});

it('lets nothing that people wrote be pushed out', () => {
  const full = {
    ...noWork('i1'),
    entries: Array.from({ length: CASEWORK_LIMITS.entries }, () => ({ ...made, kind: 'note', text: 'x' }) as const),
  };
  expect(() => noteWork(full, 'one more', made)).toThrow(/no more/);
  const crowded = { ...noWork('i2'), merged: Array.from({ length: CASEWORK_LIMITS.merged }, (_, i) => `m${i}`) };
  expect(() => mergeWork(noWork('i1'), crowded, '', made)).toThrow(/no more/);
});
