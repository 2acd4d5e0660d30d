import type { Event } from '@netsentinel/contracts/event';
import { Incident, summaryOf } from '@netsentinel/contracts/incident';
import { moveEvent, movesOf, STORY_START } from '@netsentinel/detect/test-moves';
import { describe, expect, it } from 'vitest';
import { attack, tell } from './tell.fixture.ts';

describe('an attack by SSH', () => {
  const [incident, ...others] = tell(movesOf(attack));

  it('is one incident that keeps its schema', () => {
    expect(others).toEqual([]);
    expect(Incident.safeParse(incident).error).toBeUndefined();
  });

  it('reads as what happened', () => {
    expect(incident).toMatchObject({
      title:
        'SSH break-in by brute force from 198.51.100.7, logged in as root, brought in and ran a file, planted an SSH key, cleared the history',
      severity: 'critical',
      sourceVerified: true,
      status: 'open',
      firstSeen: STORY_START + 1000,
      counts: { events: 15, logins: 1, failures: 5, commands: 4 },
      addresses: ['198.51.100.7'],
    });
    expect(incident?.score).toBeGreaterThanOrEqual(90);
  });

  it('names nobody where the login had no name', () => {
    const [unnamed] = tell(movesOf([{ connect: true }, { login: '', password: '', ok: true }]));
    expect(unnamed?.title).toBe('SSH break-in from 198.51.100.7, logged in');
  });

  it('stays a break-in by its service, whatever fails elsewhere afterwards', () => {
    const elsewhere = ['a', 'b', 'c', 'd', 'e', 'f'].map((password, at) => {
      const event = moveEvent({ login: 'root', password }, STORY_START + 60_000 + at * 1000, 100 + at);
      event.network = { protocol: 'ftp' };
      event.netsentinel.session = { id: `ftp-${at}` };
      return event;
    });
    const [known] = tell([...movesOf([{ connect: true }, { login: 'root', password: 'x', ok: true }]), ...elsewhere]);
    expect(known?.detections.map(({ rule }) => rule)).toContain('login-brute-force');
    expect(known?.title).toBe('SSH break-in from 198.51.100.7, logged in as root');
    expect(known?.timeline.filter(({ kind }) => kind === 'login-failed')).toMatchObject([
      { count: 6, protocol: 'ftp' },
    ]);
  });

  it('keeps where they got in when hundreds of connections follow', () => {
    const after = Array.from({ length: 2000 }, (_, at) => {
      const event = moveEvent(
        at % 2 === 0 ? { connect: true } : { login: `user${at}`, password: `${at}` },
        STORY_START + 60_000 + at * 30_000,
        100 + at,
      );
      event.netsentinel.session = { id: `later-${at >> 1}` };
      event.netsentinel.decoy = { id: 'telnet-1', type: 'telnet' };
      event.network = { protocol: 'telnet' };
      return event;
    });
    const [known] = tell([...movesOf([{ connect: true }, { login: 'root', password: 'x', ok: true }, 'id']), ...after]);
    expect(known?.title).toBe('SSH break-in from 198.51.100.7, logged in as root');
    expect(known?.timeline.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['login', 'command']));
    expect(known?.credentials.filter(({ accepted }) => accepted)).toHaveLength(1);
  });

  it('knows the tactics in the order in which they were reached', () => {
    expect(incident?.tactics).toEqual(['TA0043', 'TA0006', 'TA0001', 'TA0007', 'TA0011', 'TA0002', 'TA0005', 'TA0003']);
    expect(incident?.techniques).toEqual(
      expect.arrayContaining(['T1110.001', 'T1078', 'T1082', 'T1105', 'T1098.004', 'T1070.003']),
    );
  });

  it('keeps session, credentials, commands, files and fingerprints', () => {
    expect(incident?.sessions).toEqual([
      {
        id: 's1',
        decoy: 'ssh-1',
        protocol: 'ssh',
        start: STORY_START + 1000,
        end: STORY_START + 15_000,
        user: 'root',
        client: 'SSH-2.0-Go',
      },
    ]);
    expect(incident?.credentials.at(-1)).toMatchObject({ user: 'root', password: '123456', accepted: true, count: 1 });
    expect(incident?.commands.map((one) => one.techniques.length > 0)).toEqual([true, true, true, true]);
    expect(incident?.files).toMatchObject([{ path: '/tmp/x.sh', url: 'http://192.0.2.9/x.sh', direction: 'download' }]);
    expect(incident?.fingerprints.map((one) => one.kind)).toEqual(['hassh', 'ssh-client']);
  });

  it('tells it in order, failures in one line', () => {
    const kinds = incident?.timeline.filter((entry) => entry.kind !== 'detection').map((entry) => entry.kind);
    expect(kinds).toEqual([
      'connect',
      'login-failed',
      'login',
      'command',
      'command',
      'file',
      'execute',
      'command',
      'command',
      'disconnect',
    ]);
    expect(incident?.timeline.find((entry) => entry.kind === 'login-failed')).toMatchObject({
      title: '5 failed logins, the last as root with password 5',
      count: 5,
    });
    const times = incident?.timeline.map((entry) => entry.time) ?? [];
    expect([...times].sort((a, b) => a - b)).toEqual(times);
  });

  it('shows the list what it needs', () => {
    expect(summaryOf(incident!)).toMatchObject({ id: incident!.id, score: incident!.score, title: incident!.title });
  });
});

describe('where the attacker got in', () => {
  const real = (event: Event): Event => {
    const { decoy: _, ...rest } = event.netsentinel;
    return { ...event, netsentinel: rest };
  };
  const [tried, decoy] = movesOf([
    { login: 'root', password: 'x' },
    { login: 'root', password: 'y', ok: true },
  ]);

  it('is told: at decoys, on a machine, or nowhere', () => {
    expect(tell([tried!])[0]!.inside).toBeUndefined();
    expect(tell([tried!, decoy!])[0]!.inside).toBe('decoy');
    const [machine, again] = movesOf([{ login: 'root', ok: true }, 'id'], 10);
    expect(tell([decoy!, real(machine!), again!])[0]!.inside).toBe('machine');
  });
});
