import type { Action, ActionStatus, Order } from '@netsentinel/contracts/action';
import type { StateStore, StateTransaction } from '@netsentinel/contracts/state-store';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { describe, expect, it } from 'vitest';
import { createDispatcher } from './dispatcher.ts';

const NOW = Date.UTC(2026, 10, 21, 10);

function actionOf(id: string, status: ActionStatus = 'planned'): Action {
  return {
    id,
    incident: 'inc-1',
    actor: '198.51.100.7',
    kind: 'block',
    target: '198.51.100.7',
    responder: 'nftables',
    reason: 'because',
    status,
    createdAt: NOW,
    expiresAt: NOW + 3_600_000,
    updatedAt: NOW,
  };
}

/** What is durable, and an enforcer that keeps what it was sent; either may be cut off. */
function world(actions: readonly Action[]) {
  const stored = new Map(actions.map((one) => [one.id, one]));
  const link = { up: true, failing: false };
  const asked: string[] = [];
  const counts = { transactions: 0 };
  const clock = new ManualClock(NOW);
  const sent: Order[] = [];
  const told: Action[] = [];
  const reader = {
    action: async (id: string) => {
      asked.push(id);
      return stored.get(id);
    },
    actions: async ({ status }: { status: readonly ActionStatus[] }) =>
      [...stored.values()].filter((one) => status.includes(one.status)),
  };
  const state = {
    read: reader,
    transaction: async <T>(work: (tx: StateTransaction) => Promise<T>): Promise<T> => {
      if (link.failing) throw new Error('disk full');
      counts.transactions++;
      return work({
        ...reader,
        putAction: async (one: Action) => void stored.set(one.id, one),
      } as unknown as StateTransaction);
    },
  } as unknown as StateStore;
  const dispatcher = createDispatcher({
    orders: {
      send: (order) => {
        if (link.up) sent.push(order);
        return link.up;
      },
    },
    state,
    clock,
    log: silentLogger,
    onAction: (action) => told.push(action),
  });
  return { stored, link, sent, told, asked, counts, clock, state, dispatcher };
}

describe('the outbox', () => {
  it('sends what is planned, as an order that says all', () => {
    const { sent, dispatcher } = world([]);
    dispatcher.dispatch([actionOf('a'), actionOf('b', 'refused')]);
    expect(sent).toEqual([
      {
        kind: 'block',
        actor: '198.51.100.7',
        id: 'a',
        target: '198.51.100.7',
        expiresAt: NOW + 3_600_000,
        reason: 'because',
        incident: 'inc-1',
        sourceVerified: true,
      },
    ]);
  });

  it('sends again at a new connection whatever is not final', async () => {
    const all: ActionStatus[] = [
      'planned',
      'simulated',
      'applied',
      'verified',
      'refused',
      'failed',
      'expired',
      'reverted',
    ];
    const { sent, link, dispatcher } = world(all.map((status) => actionOf(status, status)));
    link.up = false;
    dispatcher.dispatch([actionOf('planned')]);
    expect(sent).toEqual([]);
    link.up = true;
    expect(await dispatcher.onConnected()).toBe(4);
    expect(sent.map((order) => (order.kind === 'block' ? order.id : ''))).toEqual([
      'planned',
      'simulated',
      'applied',
      'verified',
    ]);
  });

  it('asks nobody about blocks whose time is over', async () => {
    const { sent, stored, told, dispatcher } = world([
      { ...actionOf('old', 'verified'), expiresAt: NOW },
      actionOf('new'),
    ]);
    expect(await dispatcher.onConnected()).toBe(1);
    expect(sent).toMatchObject([{ id: 'new' }]);
    expect(stored.get('old')).toMatchObject({ status: 'expired', updatedAt: NOW });
    expect(told.map((action) => action.id)).toEqual(['old']);
  });

  it('keeps what the enforcer says, and tells once', async () => {
    const { stored, told, dispatcher } = world([actionOf('a')]);
    const reply = { id: 'a', status: 'applied', at: NOW + 5 } as const;
    await dispatcher.onReply(reply);
    await dispatcher.onReply(reply);
    expect(stored.get('a')).toMatchObject({ status: 'applied', updatedAt: NOW + 5 });
    expect(told).toHaveLength(1);
    await dispatcher.onReply({ id: 'a', status: 'expired', detail: 'its time was over', at: NOW + 9 });
    expect(stored.get('a')).toMatchObject({ status: 'expired', detail: 'its time was over' });
  });

  it.each([
    ['verified', 'applied', NOW - 1, 'verified'],
    ['verified', 'failed', NOW + 5, 'failed'],
    ['applied', 'failed', NOW - 3_600_000, 'failed'],
    ['verified', 'failed', NOW - 3_600_000, 'failed'],
    ['failed', 'applied', NOW + 5, 'applied'],
    ['expired', 'failed', NOW + 5, 'expired'],
    ['expired', 'applied', NOW + 5, 'expired'],
    ['reverted', 'verified', NOW + 5, 'reverted'],
    ['refused', 'applied', NOW + 5, 'refused'],
    ['applied', 'planned', NOW + 5, 'applied'],
    ['planned', 'refused', NOW - 500, 'refused'],
    ['applied', 'reverted', NOW - 500, 'reverted'],
  ] satisfies [ActionStatus, ActionStatus, number, ActionStatus][])(
    '%s, then “%s” at %i: %s',
    async (known, said, at, expected) => {
      const { stored, dispatcher } = world([actionOf('a', known)]);
      await dispatcher.onReply({ id: 'a', status: said, at });
      expect(stored.get('a')?.status).toBe(expected);
    },
  );

  it('ignores answers to what nobody asked, and survives a store that fails', async () => {
    const { stored, told, link, dispatcher } = world([actionOf('a')]);
    await dispatcher.onReply({ id: 'other', status: 'applied', at: NOW });
    link.failing = true;
    await dispatcher.onReply({ id: 'a', status: 'applied', at: NOW });
    expect(told).toEqual([]);
    expect(stored.get('a')?.status).toBe('planned');
    link.failing = false;
    await dispatcher.onReply({ id: 'a', status: 'applied', at: NOW });
    expect(told).toHaveLength(1);
  });

  it('changes what belongs together in one transaction, and in the order of the answers', async () => {
    const { stored, state, sent } = world([actionOf('a')]);
    const order: string[] = [];
    const dispatcher = createDispatcher({
      orders: { send: (one) => sent.push(one) > 0 },
      state,
      clock: new ManualClock(NOW),
      log: silentLogger,
      commit: async (actions, write) => {
        order.push(`commit ${actions.map(({ status }) => status).join(' ')}`);
        await state.transaction(write);
      },
      onAction: (action) => order.push(`told ${action.status}`),
    });
    await Promise.all([
      dispatcher.onReply({ id: 'a', status: 'applied', at: NOW + 1 }),
      dispatcher.onReply({ id: 'a', status: 'verified', at: NOW + 2 }),
      dispatcher.onReply({ id: 'a', status: 'expired', at: NOW + 3 }),
    ]);
    // What is said while the first is being stored is stored together.
    expect(order).toEqual([
      'commit applied',
      'told applied',
      'commit verified expired',
      'told verified',
      'told expired',
    ]);
    expect(stored.get('a')?.status).toBe('expired');
  });

  it('asks the store for nothing that was just sent, and goes by what is stored', async () => {
    const { stored, link, asked, told, dispatcher } = world([actionOf('a')]);
    dispatcher.dispatch([stored.get('a')!]);
    link.failing = true;
    await dispatcher.onReply({ id: 'a', status: 'applied', at: NOW + 1 });
    link.failing = false;
    // What could not be stored was never so.
    await dispatcher.onReply({ id: 'a', status: 'applied', at: NOW + 2 });
    await dispatcher.onReply({ id: 'a', status: 'verified', at: NOW + 3 });
    expect(asked).toEqual([]);
    expect(told.map(({ status, updatedAt }) => [status, updatedAt])).toEqual([
      ['applied', NOW + 2],
      ['verified', NOW + 3],
    ]);
    await dispatcher.onReply({ id: 'a', status: 'expired', at: NOW + 4 });
    expect(asked).toEqual(['a']);
    expect(stored.get('a')?.status).toBe('expired');
  });

  it('goes by the newest word where an older one is sent again at a connection', async () => {
    const { stored, dispatcher } = world([actionOf('a')]);
    dispatcher.dispatch([stored.get('a')!]);
    const connected = dispatcher.onConnected();
    await dispatcher.onReply({ id: 'a', status: 'verified', at: NOW + 9 });
    await connected;
    await dispatcher.onReply({ id: 'a', status: 'applied', at: NOW + 1 });
    expect(stored.get('a')?.status).toBe('verified');
  });

  it('stores what the enforcer says of very many in few transactions', async () => {
    const actions = Array.from({ length: 100 }, (_, i) => actionOf(`a${i}`));
    const { stored, counts, clock, dispatcher } = world(actions);
    dispatcher.dispatch(actions);
    const say = (status: ActionStatus): Promise<unknown> =>
      Promise.all(actions.map(({ id }) => dispatcher.onReply({ id, status, at: NOW + 1 })));
    const applied = say('applied');
    // The first word by itself, and what came while that was being stored.
    while (counts.transactions < 2) await new Promise((resolve) => setImmediate(resolve));
    const verified = say('verified');
    await new Promise((resolve) => setImmediate(resolve));
    expect(counts.transactions).toBe(2);
    clock.advance(50);
    while (counts.transactions === 2) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(50);
    await Promise.all([applied, verified]);
    expect(counts.transactions).toBe(3);
    expect([...stored.values()].every(({ status }) => status === 'verified')).toBe(true);
  });

  it('asks to take a block back', () => {
    const { sent, link, dispatcher } = world([]);
    expect(dispatcher.revert('a', 'mistake', 'admin')).toBe(true);
    expect(sent).toEqual([{ kind: 'revert', id: 'a', reason: 'mistake', by: 'admin' }]);
    link.up = false;
    expect(dispatcher.revert('a', 'mistake', 'admin')).toBe(false);
  });
});
