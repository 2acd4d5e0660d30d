import { ManualClock } from '@netsentinel/kernel/clock';
import { sampleBlock, sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { expect, it } from 'vitest';
import { StatusBoard } from './status-board.ts';

it('counts blocks in force, and nothing else as one', () => {
  const clock = new ManualClock();
  const board = new StatusBoard({ clock, decoys: [], collectors: [], responseMode: 'enforce' });
  const incident = sampleIncident('i1', clock.now());
  const block = sampleBlock('a1', incident, clock.now());
  board.action(block);
  board.action({ ...block, id: 'a2', measure: 'redirect' });
  board.action({ ...block, id: 'a3', status: 'planned' });
  expect(board.status().blocksInForce).toBe(1);
  clock.advance(3_600_000);
  expect(board.status().blocksInForce).toBe(0);
});
