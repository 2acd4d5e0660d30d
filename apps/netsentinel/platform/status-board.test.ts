import { DECOY_SENSOR } from '@netsentinel/contracts/own-sensors';
import { ManualClock } from '@netsentinel/kernel/clock';
import { sampleDecoy } from '@netsentinel/testkit/api-harness';
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

it('tells of each decoy what its host says while that is linked, and nothing of decoys that are not ours', () => {
  const decoys = [sampleDecoy('ssh', 2222), sampleDecoy('web', 8080)];
  const board = new StatusBoard({ clock: new ManualClock(), decoys, collectors: [], responseMode: 'enforce' });
  const standing = () =>
    board.decoys().map(({ id, healthy, listening, connections }) => [id, healthy, listening, connections]);
  expect(standing()).toEqual([
    ['ssh', false, false, 0],
    ['web', false, false, 0],
  ]);
  board.sensors.linked(DECOY_SENSOR, true);
  board.listening({ ssh: 3, 'made-up': 9, ['__proto__']: 1 });
  expect(standing()).toEqual([
    ['ssh', true, true, 3],
    ['web', true, false, 0],
  ]);
  expect(board.status().decoys).toMatchObject([
    { id: 'ssh', type: 'ssh', listen: '0.0.0.0:2222', connections: 3, healthy: true },
    { id: 'web', connections: 0 },
  ]);
  expect(board.decoys()[0]).toMatchObject({ product: '', version: '' });
  board.described({ ssh: { host: 'srv1', service: 'ssh', product: 'OpenSSH', version: '9.2p1' } });
  board.switched('web', false);
  expect(board.decoys()).toMatchObject([
    { product: 'OpenSSH', stopped: false },
    { product: '', stopped: true },
  ]);
  board.sensors.linked(DECOY_SENSOR, false);
  expect(standing()[0]).toEqual(['ssh', false, false, 0]);
});
