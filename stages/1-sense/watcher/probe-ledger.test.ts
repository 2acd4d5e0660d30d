import { describe, expect, it } from 'vitest';
import { ProbeLedger, type LedgerLimits } from './probe-ledger.ts';
import type { Probe, ProbeBatch, ProbeKind } from './probe.types.ts';

const LIMITS: LedgerLimits = { maxTallies: 100, newPerSecond: 10, newAtOnce: 20, maxBatches: 1000 };
const always = (): boolean => true;

function probe(
  port: number,
  { source = '198.51.100.9', kind = 'syn' }: { source?: string; kind?: ProbeKind } = {},
): Probe {
  return { t: 'probe', kind, source, sourcePort: 40_000, target: '192.0.2.1', port };
}

const portsOf = (batches: readonly ProbeBatch[]): number => batches.reduce((sum, { ports }) => sum + ports.length, 0);

describe('a scan', () => {
  it('of all ports is a few dozen batches, and every port is counted once', () => {
    const ledger = new ProbeLedger();
    const batches: ProbeBatch[] = [];
    // 20 seconds, each port asked twice, in an order of its own.
    for (let i = 0; i < 2 * 65_536; i++) {
      const nowMs = Math.floor(i / 6.5);
      ledger.see(probe(((i >> 1) * 40_503) & 0xffff), nowMs);
      if (i % 650 === 0) batches.push(...ledger.due(nowMs, always));
    }
    batches.push(...ledger.due(Number.POSITIVE_INFINITY, always));
    expect(portsOf(batches)).toBe(65_536);
    expect(batches.at(-1)?.total).toBe(65_536);
    expect(batches.reduce((sum, { packets }) => sum + packets, 0)).toBe(2 * 65_536);
    expect(batches.length).toBeLessThan(40);
    expect(batches[0]!.ports).toEqual(batches[0]!.ports.toSorted((a, b) => a - b));
  });

  it('is told soon after its first packet, and not before', () => {
    const ledger = new ProbeLedger();
    ledger.see(probe(22), 1000);
    expect(ledger.due(1100, always)).toEqual([]);
    expect(ledger.due(1200, always)).toMatchObject([
      { ports: [22], total: 1, packets: 1, firstAt: 1000, lastAt: 1000 },
    ]);
    expect(ledger.due(5000, always)).toEqual([]);
    ledger.see(probe(23), 5000);
    expect(ledger.due(5399, always)).toEqual([]);
    expect(ledger.due(5400, always)).toMatchObject([{ ports: [23], total: 2 }]);
  });

  it('does not count what is served, nor tell of that alone', () => {
    const ledger = new ProbeLedger();
    const isTouched = (_kind: ProbeKind, _target: string, port: number): boolean => port !== 80;
    ledger.see(probe(80), 0);
    expect(ledger.due(1000, isTouched)).toEqual([]);
    ledger.see(probe(80), 1000);
    ledger.see(probe(81), 1000);
    expect(ledger.due(2000, isTouched)).toMatchObject([{ ports: [81], total: 1 }]);
  });

  it('asks who serves the ports only where there is something to tell', () => {
    const ledger = new ProbeLedger();
    let asked = 0;
    ledger.due(0, always, () => asked++);
    ledger.see(probe(22), 0);
    ledger.due(100, always, () => asked++);
    expect(asked).toBe(0);
    ledger.due(200, always, () => asked++);
    expect(asked).toBe(1);
  });

  it('is a new one after a long quiet time', () => {
    const ledger = new ProbeLedger();
    ledger.see(probe(22), 0);
    ledger.due(1000, always);
    ledger.see(probe(22), 2000);
    expect(ledger.due(3000, always)).toEqual([]);
    ledger.expire(700_000);
    expect(ledger.held).toBe(0);
    ledger.see(probe(22), 700_000);
    expect(ledger.due(701_000, always)).toMatchObject([{ ports: [22], total: 1 }]);
  });

  it('of pings has no ports', () => {
    const ledger = new ProbeLedger();
    for (let i = 0; i < 5; i++) ledger.see(probe(0, { kind: 'echo' }), i);
    expect(ledger.due(1000, always)).toMatchObject([{ kind: 'echo', ports: [], total: 0, packets: 5 }]);
    // Port 0 of TCP is a port.
    ledger.see(probe(0), 1000);
    expect(ledger.due(2000, always)).toMatchObject([{ kind: 'syn', ports: [0], total: 1 }]);
  });
});

describe('a flood of forged sources', () => {
  const flood = (ledger: ProbeLedger, count: number, nowMs: number): void => {
    for (let i = 0; i < count; i++)
      ledger.see(probe(80, { source: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}` }), nowMs);
  };

  it('is told at a steady rate, and counted beyond what there is room for', () => {
    const ledger = new ProbeLedger(LIMITS);
    flood(ledger, 1000, 0);
    expect(ledger.held).toBe(100);
    expect(ledger.takeUnlisted()).toBe(900);
    expect(ledger.takeUnlisted()).toBe(0);
    expect(ledger.due(1000, always)).toHaveLength(20);
    expect(ledger.due(1100, always)).toHaveLength(1);
    expect(ledger.due(2100, always)).toHaveLength(10);
    // Those that were told make room for others.
    flood(ledger, 1000, 2100);
    expect(ledger.held).toBe(100);
  });

  it('does not hide who touches several ports', () => {
    const ledger = new ProbeLedger(LIMITS);
    flood(ledger, 90, 0);
    for (const port of [1, 2, 3, 4]) ledger.see(probe(port), 0);
    const told = ledger.due(1000, always);
    expect(told).toHaveLength(21);
    expect(told.at(-1)).toMatchObject({ source: '198.51.100.9', ports: [1, 2, 3, 4] });
  });

  it('leaves no more sets of many ports than there is room for', () => {
    const ledger = new ProbeLedger({ ...LIMITS, maxTallies: 40 });
    for (let host = 1; host <= 10; host++) {
      for (let port = 0; port < 100; port++) ledger.see(probe(port, { source: `10.0.0.${host}` }), host);
      ledger.due(host + 10_000, always);
    }
    expect(ledger.held).toBeLessThanOrEqual(4);
  });
});
