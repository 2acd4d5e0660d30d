import type { Event } from '@netsentinel/contracts/event';
import { Incident, summaryOf } from '@netsentinel/contracts/incident';
import type { Detection } from '@netsentinel/contracts/detection';
import { moveEvent, movesOf, STORY_START, type Move } from '@netsentinel/detect/test-moves';
import { describe, expect, it } from 'vitest';
import { foldEvent } from './fold.ts';
import { attack, tell } from './tell.fixture.ts';

/** What the watcher saw, from the attacker of `moveEvent`. */
function probeOf(sequence: number, kind: string, touched: number, total: number): Event {
  const time = new Date(STORY_START - 60_000 + sequence * 1000).toISOString();
  const { source, netsentinel } = moveEvent({ connect: true }, STORY_START, sequence);
  return {
    '@timestamp': time,
    event: {
      id: `watcher~w1~${sequence}`,
      kind: 'event',
      category: ['network'],
      dataset: 'netsentinel.watcher',
      ingested: time,
      sequence,
    },
    source,
    destination: { ip: '192.0.2.1', port: 23 },
    netsentinel: {
      sensor: { id: 'watcher', type: 'watcher' },
      source_verified: false,
      actor: netsentinel.actor,
      probe: { kind, touched, total },
    },
  };
}

describe('a known scanner', () => {
  const shodan = { id: 'shodan', name: 'Shodan', kind: 'research' } as const;
  const probing: Move[] = ['.env', '.git/config', 'shell.php', 'phpmyadmin/index.php', 'backup.sql'].map((path) => ({
    request: `GET /${path}`,
    status: 404,
  }));
  const by = (scanner: typeof shodan | undefined, moves: readonly Move[]): Incident[] =>
    tell(
      movesOf(moves).map((event) =>
        scanner === undefined ? event : { ...event, netsentinel: { ...event.netsentinel, scanner } },
      ),
    );

  it('is named, and its probing weighs little', () => {
    const [stranger] = by(undefined, probing);
    const [incident] = by(shodan, probing);
    expect(stranger).toMatchObject({ severity: 'medium', title: 'SSH probe from 198.51.100.7' });
    expect(incident).toMatchObject({
      severity: 'low',
      scanner: shodan,
      title: 'Shodan, a research scanner: SSH probe from 198.51.100.7',
    });
    expect(incident!.score).toBeLessThan(30);
    expect(Incident.safeParse(incident).error).toBeUndefined();
    expect(summaryOf(incident!).scanner).toEqual(shodan);
  });

  it('weighs as anybody where it does more than look', () => {
    const [incident] = by(shodan, attack);
    expect(incident).toMatchObject({ severity: 'critical', scanner: shodan });
    expect(incident!.title).toMatch(/^Shodan, a research scanner: SSH break-in by brute force from/);
    const [exploit] = by(shodan, [{ request: 'GET /?x=${jndi:ldap://192.0.2.1/a}' }]);
    const [same] = by(undefined, [{ request: 'GET /?x=${jndi:ldap://192.0.2.1/a}' }]);
    expect([exploit!.severity, exploit!.score]).toEqual([same!.severity, same!.score]);
  });
});

describe('probes of closed ports', () => {
  const scanned = (incident: Incident | undefined): string[] =>
    incident!.timeline.filter(({ kind }) => kind === 'probe').map(({ title }) => title);

  it('open nothing alone, and join the story of who breaks in', () => {
    const touch = probeOf(1, 'syn', 1, 1);
    expect(tell([touch])).toEqual([]);
    const [incident] = tell([touch, ...movesOf(attack)]);
    expect(scanned(incident)).toEqual(['SYN scan of 192.0.2.1: 1 port']);
    expect(incident!.firstSeen).toBe(Date.parse(touch['@timestamp']));
  });

  it('are in the title: all of it, or what they did besides', () => {
    const found = (event: Event): Detection => ({
      id: `port-scan~${event.event.id}`,
      rule: { id: 'port-scan', title: 'Port scan' },
      actor: event.netsentinel.actor,
      time: Date.parse(event['@timestamp']),
      severity: 'medium',
      confidence: 60,
      techniques: ['T1046'],
      tactics: ['TA0007'],
      summary: 'scanned',
      evidence: [event.event.id],
      sourceVerified: false,
    });
    const scan = probeOf(1, 'syn', 100, 100);
    const alone = foldEvent(undefined, scan, [found(scan)], { before: [] })!;
    expect(alone.title).toBe('Port scan from 198.51.100.7');
    const [connect] = movesOf([{ connect: true }]);
    expect(foldEvent(alone, connect!, [], { before: [] })!.title).toBe(
      'SSH probe from 198.51.100.7, scanned our ports',
    );
  });

  it('are one entry for each kind of scan, however many batches tell of it', () => {
    const [incident] = tell([
      ...movesOf(attack),
      probeOf(1, 'syn', 100, 100),
      probeOf(2, 'udp', 5, 5),
      probeOf(3, 'syn', 900, 1000),
      probeOf(4, 'echo', 0, 0),
      probeOf(5, 'echo', 0, 0),
      // The watcher has begun to count anew.
      probeOf(6, 'udp', 3, 3),
    ]);
    expect(scanned(incident).toSorted()).toEqual([
      'Ping of 192.0.2.1',
      'SYN scan of 192.0.2.1: 1000 ports',
      'UDP scan of 192.0.2.1: 3 ports',
      'UDP scan of 192.0.2.1: 5 ports',
    ]);
  });
});
