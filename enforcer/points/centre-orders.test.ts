import type { EnforcedBlock, Measure } from '@netsentinel/contracts/action';
import { ManualClock } from '@netsentinel/kernel/clock';
import { expect, it } from 'vitest';
import { CentreOrders } from './centre-orders.ts';

const held = (id: string, measure: Measure): EnforcedBlock => ({
  id,
  target: '198.18.5.5',
  measure,
  responder: 'map',
  mode: 'enforce',
  status: 'verified',
  reason: '',
  incident: '',
  appliedAt: 0,
  expiresAt: 3_600_000,
  actor: '',
  rules: [],
  detail: '',
});

it.each([
  ['the weaker first', [held('centre-old', 'redirect'), held('centre-new', 'block')], 'centre-old'],
  ['the stronger first', [held('centre-old', 'block'), held('centre-new', 'redirect')], 'centre-new'],
] as const)(
  'of two measures after a crash, %s, the stronger stays and nobody is said to have taken one back',
  (_, list, goes) => {
    const handled: unknown[] = [];
    const orders = new CentreOrders(
      { handle: (order) => void handled.push(order), list: () => [...list] },
      new ManualClock(),
    );
    orders.restart();
    expect(handled).toMatchObject([{ kind: 'revert', id: goes }]);
    expect(orders.onReply({ id: goes, status: 'reverted', at: 0 })).toBeUndefined();
    expect(orders.entries).toBe(1);
    // What a person there takes back is told, as ever.
    const stays = list.find(({ id }) => id !== goes)!.id;
    expect(orders.onReply({ id: stays, status: 'reverted', at: 0 })).toMatchObject({ network: '198.18.5.5' });
  },
);
