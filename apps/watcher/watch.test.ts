import { describe, expect, it } from 'vitest';
import type { SensorEvent } from '@netsentinel/contracts/event';
import { FLAG, icmp, ip4, tcp, udp } from '@netsentinel/sense/watcher/packet.fixture';
import { Watch } from './watch.ts';

const START = Date.UTC(2026, 10, 21);

function watching(options: { decoyPorts?: string[]; served?: string[]; dropped?: number } = {}) {
  const told: SensorEvent[] = [];
  let { dropped = 0 } = options;
  let isBusy = false;
  const watch = new Watch({
    addresses: { '192.0.2.1': 'web', '192.0.2.2': 'nas' },
    decoyPorts: options.decoyPorts ?? [],
    clientPortsFrom: 32_768,
    nameServers: ['198.51.100.53', '2001:db8::53'],
    statistics: () => {
      const now = dropped;
      dropped = 0;
      return { packets: 0, dropped: now };
    },
    tables: () => ({ tcp: new Set(options.served ?? []), udp: new Set() }),
    isBusy: () => isBusy,
    tell: (event) => void told.push(event),
  });
  return { watch, told, setBusy: (busy: boolean) => (isBusy = busy) };
}

const syn = (port: number, to = '192.0.2.1'): Buffer => ip4(6, tcp([40_000, port], FLAG.syn), { to });

describe('what comes', () => {
  it('is told by source, address and kind, with whose address it was', () => {
    const { watch, told } = watching();
    for (const port of [22, 23, 80]) watch.packet(syn(port), false, START);
    watch.packet(syn(445, '192.0.2.2'), false, START);
    watch.packet(ip4(17, udp([40_000, 161])), false, START);
    watch.packet(ip4(1, icmp(8)), false, START);
    watch.tick(START + 100);
    expect(told).toEqual([]);
    watch.tick(START + 200);
    expect(told.map(({ netsentinel }) => netsentinel?.probe)).toEqual([
      { kind: 'syn', touched: 3, total: 3, ports: '22-23,80', persona: 'web' },
      { kind: 'syn', touched: 1, total: 1, ports: '445', persona: 'nas' },
      { kind: 'udp', touched: 1, total: 1, ports: '161', persona: 'web' },
      { kind: 'echo', touched: 0, total: 0, persona: 'web' },
    ]);
  });

  it('is nothing where it is for others, from ourselves, or for a service', () => {
    const { watch, told } = watching({ served: ['443'] });
    watch.packet(syn(22, '192.0.2.77'), false, START);
    watch.packet(ip4(6, tcp([40_000, 22], FLAG.syn), { from: '192.0.2.2' }), false, START);
    watch.packet(syn(443), false, START);
    // A container's port: no socket of ours, but connections are taken.
    watch.packet(
      ip4(6, tcp([8080, 40_000], FLAG.syn | FLAG.ack), { from: '192.0.2.1', to: '198.51.100.9' }),
      true,
      START,
    );
    watch.packet(syn(8080), false, START);
    watch.packet(Buffer.from('nonsense'), false, START);
    watch.tick(START + 1000);
    watch.end(START + 2000);
    expect(told).toEqual([]);
  });

  it('is nothing where it answers what this machine asked a name server, and something from any other port of it', () => {
    const { watch, told } = watching();
    const late = udp([53, 1029]);
    watch.packet(ip4(17, late, { from: '198.51.100.53' }), false, START);
    watch.tick(START + 1000);
    expect(told).toEqual([]);
    watch.packet(ip4(17, udp([54, 1029]), { from: '198.51.100.53' }), false, START);
    watch.packet(ip4(17, late, { from: '198.51.100.9' }), false, START);
    watch.packet(ip4(6, tcp([53, 22], FLAG.syn), { from: '198.51.100.53' }), false, START);
    watch.end(START + 2000);
    expect(told.map(({ source, netsentinel }) => [source?.ip, netsentinel?.probe?.kind])).toEqual([
      ['198.51.100.53', 'udp'],
      ['198.51.100.9', 'udp'],
      ['198.51.100.53', 'syn'],
    ]);
  });

  it('is at a decoy what the decoy may not see: a connection that is reset at once, and what is no connection', () => {
    const { watch, told } = watching({ decoyPorts: ['tcp 22'], served: ['22'] });
    const connect = (from: number): Buffer => ip4(6, tcp([from, 22], FLAG.syn, [4, 2, 1, 1]));
    const reset = (from: number): Buffer => ip4(6, tcp([from, 22], FLAG.rst));
    // One that stays, one that is given up after a while: the decoy tells of both.
    watch.packet(connect(40_001), false, START);
    watch.packet(connect(40_002), false, START);
    watch.packet(reset(40_002), false, START + 5000);
    watch.packet(reset(40_003), false, START + 5000);
    watch.tick(START + 6000);
    expect(told).toEqual([]);
    watch.packet(connect(40_004), false, START + 6000);
    watch.packet(reset(40_004), false, START + 6001);
    watch.packet(syn(22), false, START + 6000);
    watch.tick(START + 7000);
    expect(told.map(({ netsentinel }) => netsentinel?.probe?.kind)).toEqual(['connect', 'syn']);
  });

  it('waits while nobody takes it, and is told at the end whatever waits', () => {
    const { watch, told, setBusy } = watching();
    setBusy(true);
    for (let host = 1; host <= 100; host++)
      watch.packet(ip4(6, tcp([40_000, 22], FLAG.syn), { from: `198.51.100.${host}` }), false, START);
    watch.tick(START + 1000);
    expect(told).toEqual([]);
    watch.end(START + 1001);
    expect(told).toHaveLength(100);
  });

  it('that the kernel dropped is told', () => {
    const { watch, told } = watching({ served: ['22'], dropped: 7 });
    watch.packet(syn(22), false, START);
    watch.tick(START);
    watch.tick(START + 2000);
    watch.tick(START + 4000);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ event: { action: 'uncounted' }, netsentinel: { aggregated: 7 } });
    expect(watch.lost).toBe(7);
  });
});
