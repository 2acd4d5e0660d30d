import { expect, it } from 'vitest';
import { SensorEvent } from '@netsentinel/contracts/event';
import { lossEvent, probeEvent } from './probe-event.ts';
import type { ProbeBatch } from './probe.types.ts';

const batch: ProbeBatch = {
  kind: 'xmas',
  source: '198.51.100.9',
  sourcePort: 40_000,
  target: '192.0.2.1',
  ports: [22, 23, 80],
  total: 103,
  packets: 6,
  firstAt: Date.UTC(2026, 10, 21, 10),
  lastAt: Date.UTC(2026, 10, 21, 10) + 250,
};

it('is an event with the fields that others have too', () => {
  const event = probeEvent(batch, 'web');
  expect(SensorEvent.safeParse(event).error).toBeUndefined();
  expect(event).toMatchObject({
    '@timestamp': '2026-11-21T10:00:00.250Z',
    message: 'Xmas probe of 3 closed ports of 192.0.2.1',
    event: { action: 'xmas', type: ['connection', 'denied'], start: '2026-11-21T10:00:00.000Z', duration: 250_000_000 },
    source: { ip: '198.51.100.9', packets: 6 },
    destination: { ip: '192.0.2.1', port: 22 },
    network: { transport: 'tcp', type: 'ipv4' },
    netsentinel: { aggregated: 6, probe: { kind: 'xmas', touched: 3, total: 103, ports: '22-23,80', persona: 'web' } },
  });
});

it('tells a single packet and a ping as they were', () => {
  expect(probeEvent({ ...batch, kind: 'udp', ports: [161], packets: 1, total: 1 }, undefined)).toMatchObject({
    message: 'UDP probe of closed port 161 of 192.0.2.1',
    source: { port: 40_000 },
    network: { transport: 'udp' },
  });
  const ping = probeEvent({ ...batch, kind: 'echo', source: '2001:db8::9', ports: [], total: 0 }, undefined);
  expect(ping).toMatchObject({
    message: 'Ping of 192.0.2.1',
    event: { action: 'ping' },
    network: { transport: 'ipv6-icmp' },
  });
  expect(ping.destination).toEqual({ ip: '192.0.2.1' });
});

it('says what was lost', () => {
  const event = lossEvent({ unlisted: 900, dropped: 5 }, Date.UTC(2026, 10, 21));
  expect(SensorEvent.safeParse(event).error).toBeUndefined();
  expect(event.message).toContain('900 probes');
  expect(event.message).toContain('5 packets');
  expect(event.netsentinel?.aggregated).toBe(905);
});

it('stays within the size of an event whatever was scanned', () => {
  const ports = Array.from({ length: 32_768 }, (_, i) => i * 2);
  expect(JSON.stringify(probeEvent({ ...batch, ports, total: 32_768 }, undefined)).length).toBeLessThan(8192);
});
