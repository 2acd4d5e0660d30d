/** What the live channel tells while attacks go on: for tests and pictures of pages that show it. */
import type { Detection } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import { sampleEvent } from '@netsentinel/store/bench/sample-events';
import type { ApiHarness } from './api-harness.ts';

const EVERY_MS = 400;
const TYPES = ['ssh', 'telnet', 'http', 'redis', 'smb'];

/** The first or the last event of a visit to a decoy. */
export function visitEvent(
  session: string,
  what: 'connect' | 'disconnect',
  { address = '203.0.113.7', type = 'ssh', at = Date.now() } = {},
): Event {
  const event = sampleEvent(0, at, 1);
  return {
    ...event,
    source: { ...event.source, ip: address },
    event: {
      ...event.event,
      id: `${session}~${what}`,
      category: ['session'],
      type: [what === 'connect' ? 'start' : 'end'],
      action: `${type}-${what}`,
    },
    netsentinel: { ...event.netsentinel, decoy: { id: type, type }, session: { id: session } },
  };
}

/** A port scan. */
export function sampleAnomaly(id: string, change: Partial<Detection> = {}): Detection {
  return {
    id,
    rule: { id: 'port-scan', title: 'Port scan' },
    actor: '203.0.113.40',
    time: Date.now(),
    severity: 'low',
    confidence: 80,
    techniques: ['T1046'],
    tactics: ['TA0007'],
    summary: 'Probed 23 ports of this machine in 40 seconds',
    evidence: ['e'],
    sourceVerified: false,
    ...change,
  };
}

/** Somebody comes, somebody goes, somebody scans, until the answered function is called. The first visit, `ssh~inc-0`, does not end. */
export function playLive({ api: { live } }: ApiHarness): () => void {
  let n = 0;
  const session = (i: number): string => `ssh~live-${i}`;
  const who = (i: number): { address: string; type: string } => ({
    address: `198.51.100.${(i * 37) % 250}`,
    type: TYPES[i % TYPES.length]!,
  });
  const timer = setInterval(() => {
    const i = n++;
    if (i % 8 === 0) live.event(visitEvent('ssh~inc-0', 'connect', { address: '203.0.113.0' }));
    live.event(visitEvent(session(i), 'connect', who(i)));
    if (i >= 4) live.event(visitEvent(session(i - 4), 'disconnect', who(i - 4)));
    if (i % 5 === 2) live.anomaly(sampleAnomaly(`scan-${i}`, { actor: who(i).address }));
  }, EVERY_MS);
  return () => clearInterval(timer);
}
