import type { Logger } from '@netsentinel/contracts/log';
import { parseNetwork } from '@netsentinel/kernel/address';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { FakeFirewall, FakeResponder } from '@netsentinel/testkit/fake-responder';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Lane } from './lane.ts';

describe('a lane', () => {
  let clock: ManualClock;
  let firewall: FakeFirewall;
  let told: unknown[];
  let lane: Lane;
  const second = async (): Promise<void> => {
    clock.advance(1000);
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  beforeEach(() => {
    clock = new ManualClock();
    firewall = new FakeFirewall(clock);
    told = [];
    const log: Logger = { ...silentLogger, error: (message, fields) => told.push([message, fields]) };
    const intended = { remainingMs: () => undefined, all: () => [], count: () => 0 };
    const responder = new FakeResponder(firewall, { intended, onMended: () => {} });
    lane = new Lane({ id: 'fake', mode: 'enforce', responder, intended, clock, log, onBack: () => {} });
  });
  afterEach(() => lane.close());

  it('tells once that its responder is unavailable, again for another reason, and again after it was back', async () => {
    const unavailable = (reason: string): unknown => [
      'A responder is unavailable',
      { responder: 'fake', reason, hint: 'Stop failing.' },
    ];
    await lane.start();
    firewall.failure = 'away';
    await lane.touch(parseNetwork('198.18.1.1')!, false);
    for (let i = 0; i < 5; i++) await second();
    expect(told).toEqual([unavailable('away')]);
    firewall.failure = 'forbidden';
    for (let i = 0; i < 5; i++) await second();
    expect(told).toEqual([unavailable('away'), unavailable('forbidden')]);
    firewall.failure = undefined;
    for (let i = 0; i < 5; i++) await second();
    firewall.failure = 'forbidden';
    for (let i = 0; i < 5; i++) await second();
    expect(told).toEqual([unavailable('away'), unavailable('forbidden'), unavailable('forbidden')]);
  });
});
