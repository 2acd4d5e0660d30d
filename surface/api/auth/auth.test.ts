/** The bounds around signing in. */
import { describe, expect, it } from 'vitest';
import { ManualClock } from '@netsentinel/kernel/clock';
import { AttemptLimit } from './attempt-limit.ts';
import { Gate } from './gate.ts';
import { hashPassword, verifyPassword } from './passwords.ts';

describe('the attempt limit', () => {
  const spend = (limit: AttemptLimit, source: string): number[] => Array.from({ length: 11 }, () => limit.take(source));

  it('counts each source alone', () => {
    const limit = new AttemptLimit(new ManualClock());
    expect(spend(limit, '192.0.2.1')).toEqual([...Array<number>(10).fill(0), 6]);
    expect(limit.take('192.0.2.2')).toBe(0);
  });

  it('takes an IPv6 network for one source, and a mapped address for the IPv4 address that it is', () => {
    const limit = new AttemptLimit(new ManualClock());
    spend(limit, '2001:db8::1');
    expect(limit.take('2001:db8::ffff')).toBeGreaterThan(0);
    expect(limit.take('2001:db8:0:1::1')).toBe(0);
    spend(limit, '::ffff:192.0.2.1');
    expect(limit.take('192.0.2.1')).toBeGreaterThan(0);
  });

  it('gives back with time, never more than the burst', () => {
    const clock = new ManualClock();
    const limit = new AttemptLimit(clock);
    spend(limit, '192.0.2.1');
    clock.advance(3_000);
    expect(limit.take('192.0.2.1')).toBe(3);
    clock.advance(3_000);
    expect(limit.take('192.0.2.1')).toBe(0);
    clock.advance(86_400_000);
    expect(spend(limit, '192.0.2.1').filter((wait) => wait === 0)).toHaveLength(10);
  });

  it('forgets the longest idle of too many', () => {
    const limit = new AttemptLimit(new ManualClock());
    spend(limit, '192.0.2.1');
    spend(limit, '192.0.2.2');
    limit.take('192.0.2.1');
    for (let i = 0; i < 9_999; i++) limit.take(`10.0.${i >> 8}.${i & 255}`);
    expect(limit.take('192.0.2.2')).toBe(0);
    const kept = new AttemptLimit(new ManualClock());
    spend(kept, '192.0.2.1');
    for (let i = 0; i < 9_998; i++) kept.take(`10.0.${i >> 8}.${i & 255}`);
    expect(kept.take('192.0.2.1')).toBeGreaterThan(0);
  });
});

describe('the gate', () => {
  it('never runs more than it may, hands places on in order, and turns the rest away', async () => {
    const gate = new Gate(2, 3);
    const running: (() => void)[] = [];
    const order: number[] = [];
    let most = 0;
    const work = (n: number) =>
      gate.run(async () => {
        order.push(n);
        await new Promise<void>((resolve) => running.push(resolve));
        return n;
      });
    const all = [0, 1, 2, 3, 4, 5, 6].map(work);
    expect(await Promise.all(all.slice(5))).toEqual(['busy', 'busy']);
    while (running.length > 0) {
      most = Math.max(most, running.length);
      running.shift()!();
      // One who comes in the very moment in which a place is handed on must not slip in.
      if (order.length === 4) all.push(work(9));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(most).toBe(2);
    expect(order).toEqual([0, 1, 2, 3, 4, 9]);
    expect(await all[7]).toBe(9);
  });

  it('gives the place back when the work fails', async () => {
    const gate = new Gate(1, 0);
    await expect(gate.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await gate.run(async () => 1)).toBe(1);
  });
});

describe('passwords', () => {
  it('verifies what it hashed, and nothing where there is no account', async () => {
    const hash = (await hashPassword('correct horse'))!;
    expect(await verifyPassword(hash, 'correct horse')).toBe(true);
    expect(await verifyPassword(hash, 'wrong horse')).toBe(false);
    expect(await verifyPassword(undefined, 'no account has this password')).toBe(false);
  });

  it('turns a flood away', async () => {
    const answers = await Promise.all(Array.from({ length: 80 }, () => verifyPassword(undefined, 'x')));
    expect(answers.filter((a) => a === 'busy')).toHaveLength(14);
    expect(await Promise.all(Array.from({ length: 66 }, () => hashPassword('x')).concat(hashPassword('x')))).toContain(
      undefined,
    );
  });
});
