import { describe, expect, it } from 'vitest';
import type { Action } from '@netsentinel/contracts/action';
import type { Event } from '@netsentinel/contracts/event';
import type { Incident } from '@netsentinel/contracts/incident';
import type { Aftermath } from './aftermath.ts';
import { judgeStory, type Told } from './story-check.ts';

const STRANGER = '198.18.16.1';

function event(actor: string, action: string, more: { session?: string; command?: string } = {}): Event {
  return {
    event: { id: `${actor}${action}${more.command ?? ''}`, action, outcome: 'success' },
    ...(more.command === undefined ? {} : { process: { command_line: more.command } }),
    netsentinel: { actor, session: { id: more.session ?? 's1' } },
  } as unknown as Event;
}

function incident(more: Partial<Incident> = {}): Incident {
  const counts = { events: 3, logins: 1, failures: 0, commands: 2 };
  return { id: 'i1', actor: STRANGER, sessions: [{ id: 's1' }], counts, ...more } as unknown as Incident;
}

const action = { id: 'a1', actor: STRANGER, target: STRANGER } as Action;
const events = [
  event(STRANGER, 'ssh-login'),
  event(STRANGER, 'ssh-command', { command: 'echo 1' }),
  event(STRANGER, 'ssh-command', { command: 'echo 2' }),
];
const session = {
  source: STRANGER,
  password: 'p',
  startedAt: 100,
  loggedIn: true,
  answered: ['echo 1', 'echo 2'],
  cut: false,
};

function judge(over: { aftermath?: Partial<Aftermath>; told?: Told; goneAt?: number } = {}) {
  const aftermath = {
    stream: { events, lost: 0, doubled: 0, lives: 1 },
    incidents: [incident()],
    actions: [action],
    ...over.aftermath,
  } as Aftermath;
  const told = over.told ?? { incidents: new Set(['i1']), actions: new Map([['a1', STRANGER]]) };
  const { faults } = judgeStory(aftermath, [session], told, over.goneAt ?? 0);
  return Object.fromEntries(Object.entries(faults).filter(([, count]) => count > 0));
}

const streamOf = (kept: readonly Event[]): Aftermath['stream'] => ({ events: kept, lost: 0, doubled: 0, lives: 1 });

describe('the check of a story', () => {
  it('finds nothing where all is well', () => {
    expect(judge()).toEqual({});
  });

  it('misses an answered command at the end only where the decoy host lived on', () => {
    const aftermath = {
      stream: streamOf(events.slice(0, 2)),
      incidents: [incident({ counts: { ...incident().counts, commands: 1 } })],
    };
    expect(judge({ aftermath })).toEqual({ unheard: 1 });
    expect(judge({ aftermath, goneAt: 200 })).toEqual({});
  });

  it('finds a hole wherever the decoy host died', () => {
    const aftermath = {
      stream: streamOf([events[0]!, events[2]!]),
      incidents: [incident({ counts: { ...incident().counts, commands: 1 } })],
    };
    expect(judge({ aftermath, goneAt: 200 })).toEqual({ holes: 1 });
  });

  it('finds torn, forgotten and miscounted incidents', () => {
    expect(judge({ aftermath: { incidents: [incident(), incident({ id: 'i2' })] } })).toEqual({ torn_incidents: 1 });
    expect(judge({ aftermath: { incidents: [incident({ sessions: [] })] } })).toEqual({ torn_incidents: 1 });
    expect(judge({ aftermath: { incidents: [] } })).toEqual({ torn_incidents: 1, told_unkept: 1 });
    expect(judge({ aftermath: { incidents: [incident({ counts: { ...incident().counts, logins: 2 } })] } })).toEqual({
      miscounted: 1,
    });
  });

  it('finds an attacker that was not blocked, a block without a reason, and words that were not kept', () => {
    expect(judge({ aftermath: { actions: [] } })).toEqual({ unanswered: 1, told_unkept: 1 });
    expect(judge({ aftermath: { actions: [action, { ...action, id: 'a2', actor: '198.18.16.9' }] } })).toEqual({
      groundless: 1,
    });
  });
});
