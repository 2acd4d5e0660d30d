import { describe, expect, it } from 'vitest';
import { ManualClock } from '@netsentinel/kernel/clock';
import { DecoyOrders } from './decoy-orders.ts';

type Order = Parameters<ConstructorParameters<typeof DecoyOrders>[1]>[0];

function made(): { orders: DecoyOrders; sent: Order[]; clock: ManualClock } {
  const clock = new ManualClock();
  const sent: Order[] = [];
  return { orders: new DecoyOrders(clock, (order) => sent.push(order)), sent, clock };
}

describe('an order about a decoy', () => {
  it('is done when the launcher says so of this order', async () => {
    const { orders, sent } = made();
    const both = Promise.allSettled([orders.set('a', false), orders.set('b', true)]);
    expect(sent).toMatchObject([
      { t: 'decoy', decoy: 'a', listening: false },
      { t: 'decoy', decoy: 'b', listening: true },
    ]);
    const error = { code: 'LISTEN_IN_USE', fault: 'user', message: 'in use' } as const;
    orders.answered({ request: sent[1]!.request, error });
    orders.answered({ request: sent[0]!.request });
    orders.answered({ request: 99 });
    expect(await both).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'LISTEN_IN_USE' } },
    ]);
  });

  it('fails where nobody answers, or the platform stops', async () => {
    const { orders, clock } = made();
    const late = orders.set('a', false);
    clock.advance(30_000);
    await expect(late).rejects.toMatchObject({ code: 'DECOY_NOT_SWITCHED' });
    const waiting = orders.set('a', false);
    orders.close();
    await expect(waiting).rejects.toMatchObject({ code: 'DECOY_NOT_SWITCHED' });
  });
});
