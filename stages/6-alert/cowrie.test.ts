/**
 * Real attackers' sessions, as Cowrie recorded them, become incidents. The logs are no part of the project: `NETSENTINEL_CORPUS` names
 * where they are, and without it this says "skipped".
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event, SensorEvent } from '@netsentinel/contracts/event';
import { Incident } from '@netsentinel/contracts/incident';
import { createDetectors } from '@netsentinel/detect/detectors';
import { newActorState, rememberBefore, type ActorState } from '@netsentinel/detect/actor-state';
import { normaliseSensorEvent } from '@netsentinel/normalise/decoy/decoy.parser';
import { describe, expect, it } from 'vitest';
import { foldEvent } from './fold.ts';

const folder = join(process.env['NETSENTINEL_CORPUS'] ?? '', '13-honeypot');
const present = process.env['NETSENTINEL_CORPUS'] !== undefined && existsSync(folder);

interface CowrieLine {
  readonly eventid?: string;
  readonly timestamp?: string;
  readonly session?: string;
  readonly src_ip?: string;
  readonly [field: string]: unknown;
}

/** Only for this test: the collector for other honeypots' logs is another stage's. */
function fromCowrie(
  line: CowrieLine,
): (Partial<SensorEvent> & { action: string; outcome?: 'success' | 'failure' }) | undefined {
  const text = (name: string): string => {
    const value = line[name];
    return typeof value === 'string' ? value : '';
  };
  switch (line.eventid) {
    case 'cowrie.session.connect':
      return { action: 'ssh-connect' };
    case 'cowrie.session.closed':
      return { action: 'ssh-disconnect' };
    case 'cowrie.client.version':
      return { action: 'ssh-client', netsentinel: { ssh: { client_version: text('version').slice(0, 1024) } } };
    case 'cowrie.login.success':
    case 'cowrie.login.failed':
      return {
        action: 'ssh-login',
        outcome: line.eventid.endsWith('success') ? 'success' : 'failure',
        user: { name: text('username').slice(0, 1024) },
        netsentinel: { credential: { method: 'password', password: text('password').slice(0, 1024) } },
      };
    case 'cowrie.command.input':
      return { action: 'ssh-command', process: { command_line: text('input').slice(0, 16_384) } };
    case 'cowrie.session.file_download':
      return {
        action: 'ssh-download',
        url: { original: text('url').slice(0, 16_384) },
        file: { path: text('outfile') },
      };
    case 'cowrie.direct-tcpip.request':
      return {
        action: 'ssh-forward',
        netsentinel: {
          forward: { kind: 'direct-tcpip', host: text('dst_ip').slice(0, 1024), port: Number(line['dst_port']) || 0 },
        },
      };
    default:
      return undefined;
  }
}

interface Told {
  readonly incidents: Incident[];
  readonly commandSessions: Set<string>;
  readonly rejected: number;
}

function tellAll(): Told {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /cowrie\.json(\.[\w-]+)?$/.test(name),
  );
  const detectors = createDetectors();
  const actors = new Map<string, { state: ActorState; incident: Incident | undefined }>();
  const incidents = new Map<string, Incident>();
  const commandSessions = new Set<string>();
  let sequence = 0;
  let rejected = 0;
  for (const name of files.sort())
    for (const row of readFileSync(join(folder, name), 'utf8').split('\n')) {
      const line = parse(row);
      const facts = line === undefined ? undefined : fromCowrie(line);
      if (line?.src_ip === undefined || line.timestamp === undefined || facts === undefined) continue;
      const { action, outcome, netsentinel, ...rest } = facts;
      const result = normaliseSensorEvent(
        {
          '@timestamp': new Date(line.timestamp).toISOString(),
          event: { kind: 'event', dataset: 'cowrie', action, ...(outcome === undefined ? {} : { outcome }) },
          source: { ip: line.src_ip },
          network: { protocol: 'ssh' },
          ...rest,
          netsentinel: { decoy: { id: 'cowrie', type: 'ssh' }, session: { id: line.session ?? '' }, ...netsentinel },
        },
        {
          sensor: { id: 'cowrie', type: 'ssh' },
          epoch: 'm1abcdef',
          sequence: ++sequence,
          receivedAt: Date.UTC(2026, 10, 21),
          sourceVerified: true,
        },
      );
      if (!result.ok) {
        rejected++;
        continue;
      }
      const event: Event = result.value;
      const actor = actors.get(event.netsentinel.actor) ?? { state: newActorState(), incident: undefined };
      actors.set(event.netsentinel.actor, actor);
      if (action === 'ssh-command' && event.process?.command_line?.trim() !== '')
        commandSessions.add(line.session ?? '');
      const detections = detectors.process(event, actor.state);
      actor.incident = foldEvent(actor.incident, event, detections, { before: actor.state.before });
      if (actor.incident === undefined) rememberBefore(actor.state, event);
      else incidents.set(actor.incident.id, actor.incident);
    }
  return { incidents: [...incidents.values()], commandSessions, rejected };
}

function parse(row: string): CowrieLine | undefined {
  try {
    const value: unknown = JSON.parse(row);
    return typeof value === 'object' && value !== null ? (value as CowrieLine) : undefined;
  } catch {
    return undefined;
  }
}

describe.skipIf(!present)('sessions that Cowrie recorded', () => {
  const told: Told = present ? tellAll() : { incidents: [], commandSessions: new Set(), rejected: 0 };

  it('become incidents that keep their schema', () => {
    expect(told.incidents.length).toBeGreaterThan(500);
    for (const incident of told.incidents) expect(Incident.safeParse(incident).error).toBeUndefined();
  });

  it('are each in an incident where commands were given', () => {
    const inIncidents = new Set(told.incidents.flatMap((incident) => incident.commands.map((one) => one.session)));
    const missing = [...told.commandSessions].filter((session) => !inIncidents.has(session));
    expect(told.commandSessions.size).toBeGreaterThan(200);
    // Incidents forget their oldest commands beyond their bound.
    expect(missing.length).toBeLessThanOrEqual(told.commandSessions.size * 0.05);
  });

  it('have sensible techniques for nearly all sessions with commands', () => {
    const bySession = new Map<string, Set<string>>();
    for (const incident of told.incidents)
      for (const { session, techniques } of incident.commands) {
        const known = bySession.get(session) ?? new Set();
        for (const one of techniques) known.add(one);
        bySession.set(session, known);
      }
    const recognised = [...bySession.values()].filter((techniques) => techniques.size > 0).length;
    expect(recognised / bySession.size).toBeGreaterThan(0.9);
    const all = new Set([...bySession.values()].flatMap((techniques) => [...techniques]));
    expect([...all]).toEqual(
      expect.arrayContaining(['T1105', 'T1059.004', 'T1082', 'T1222.002', 'T1070.003', 'T1562.004', 'T1057']),
    );
  });
});
