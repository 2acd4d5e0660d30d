import { ManualClock } from '@netsentinel/kernel/clock';
import { formatNetwork } from '@netsentinel/kernel/address';
import { silentLogger } from '@netsentinel/kernel/log';
import { expect, it } from 'vitest';
import { AllowedHosts } from './allowed-hosts.ts';

const MINUTE = 60_000;

it('keeps the addresses of names current, and protects them while nobody answers', async () => {
  const clock = new ManualClock();
  let answer: readonly string[] | undefined = ['198.18.5.5', '2001:db8::5', 'nonsense'];
  let changes = 0;
  const hosts = new AllowedHosts({
    hosts: ['partner.example'],
    clock,
    log: silentLogger,
    onChange: () => (changes += 1),
    resolve: () => (answer === undefined ? Promise.reject(new Error('away')) : Promise.resolve(answer)),
  });
  const known = (): string[] => hosts.assets().map(({ network }) => formatNetwork(network));
  const later = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += MINUTE) {
      clock.advance(MINUTE);
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await hosts.start();
  expect(known()).toEqual(['198.18.5.5', '2001:db8::5']);
  expect(hosts.assets()[0]?.why).toBe('the host partner.example on the allow list');
  answer = undefined;
  await later(3 * 60 * MINUTE);
  expect(known()).toEqual(['198.18.5.5', '2001:db8::5']);
  answer = ['198.18.6.6'];
  await later(MINUTE);
  // What was said hours ago is over once there is a new answer.
  expect(known()).toEqual(['198.18.6.6']);
  answer = ['198.18.7.7'];
  await later(MINUTE);
  expect(known()).toEqual(['198.18.6.6', '198.18.7.7']);
  expect(changes).toBeGreaterThan(100);
  hosts.close();
});

it('a name server that answers with thousands of addresses takes no protection from those that it named before', async () => {
  const clock = new ManualClock();
  let answer = ['198.18.5.5'];
  const warned: string[] = [];
  const hosts = new AllowedHosts({
    hosts: ['partner.example'],
    clock,
    log: { ...silentLogger, warn: (message) => void warned.push(message) },
    onChange: () => {},
    resolve: () => Promise.resolve(answer),
  });
  const known = (): string[] => hosts.assets().map(({ network }) => formatNetwork(network));
  await hosts.start();
  // Nothing but single addresses is believed, and not all of those.
  for (let round = 0; round < 30; round++) {
    answer = ['0.0.0.0/0', '::/0', ...Array.from({ length: 5_000 }, (_, i) => `20.${round}.${i >> 8}.${i & 255}`)];
    clock.advance(MINUTE);
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(known()).toContain('198.18.5.5');
  }
  expect(known().length).toBeLessThanOrEqual(256);
  expect(known().filter((text) => text.includes('/'))).toEqual([]);
  expect(warned).toContain('A host on the allow list has more addresses than are protected; the newest are not');
  hosts.close();
});
