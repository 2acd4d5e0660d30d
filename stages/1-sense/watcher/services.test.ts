import { expect, it } from 'vitest';
import { Services } from './services.ts';

const NONE = new Set<string>();
const OURS = '192.0.2.1';

it('counts touches of ports that nobody serves', () => {
  const services = new Services([], 32_768);
  services.update({ tcp: new Set(['22', `${OURS} 80`, '127.0.0.1 5432']), udp: new Set(['53']) }, 0);
  const touched = (port: number): boolean => services.isTouched('syn', OURS, port);
  expect([22, 80, 5432, 23].map(touched)).toEqual([false, false, true, true]);
  expect([53, 54].map((port) => services.isTouched('udp', OURS, port))).toEqual([false, true]);
});

it('counts at a port of a decoy all but late segments', () => {
  const services = new Services(['tcp 22', `tcp ${OURS} 80`], 32_768);
  services.update({ tcp: new Set(['22', `${OURS} 80`]), udp: NONE }, 0);
  expect((['connect', 'ack', 'syn', 'fin'] as const).map((kind) => services.isTouched(kind, OURS, 22))).toEqual([
    true,
    false,
    true,
    true,
  ]);
  expect([services.isDecoys('tcp', OURS, 80), services.isDecoys('tcp', '192.0.2.2', 80)]).toEqual([true, false]);
  // At the address of another persona nobody serves it.
  expect(services.isTouched('connect', '192.0.2.2', 80)).toBe(true);
});

it('knows ports that are passed on by the connections that are taken there', () => {
  const services = new Services(['tcp 22'], 32_768);
  services.tookConnection(OURS, 8080);
  services.tookConnection(OURS, 22);
  expect(services.isTouched('connect', OURS, 8080)).toBe(false);
  expect(services.isTouched('connect', '192.0.2.2', 8080)).toBe(true);
  expect(services.isTouched('syn', OURS, 22)).toBe(true);
});

it('takes late answers to a client that is gone for no scan, for a minute', () => {
  const services = new Services([], 32_768);
  services.update({ tcp: NONE, udp: new Set(['40000', `${OURS} 40001`]) }, 0);
  services.update({ tcp: NONE, udp: NONE }, 30_000);
  expect(services.isTouched('udp', OURS, 40_000)).toBe(false);
  expect(services.isTouched('udp', OURS, 40_001)).toBe(false);
  services.update({ tcp: NONE, udp: NONE }, 61_000);
  expect(services.isTouched('udp', OURS, 40_000)).toBe(true);
  // A reset of ours that answers the last segment of our own client.
  expect(services.isTouched('ack', OURS, 40_000)).toBe(false);
  expect(services.isTouched('ack', OURS, 80)).toBe(true);
});
