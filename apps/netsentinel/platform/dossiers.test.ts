/** What is kept in memory of attackers, and what is asked of the store for it. */
import { newActorState, packActorState } from '@netsentinel/detect/actor-state';
import type { StateReader, StoredActor } from '@netsentinel/contracts/state-store';
import { ManualClock } from '@netsentinel/kernel/clock';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { beforeEach, describe, expect, it } from 'vitest';
import { Dossiers } from './dossiers.ts';

const NEW = '192.0.2.1';
const KNOWN = '203.0.113.7';
const FORMER = '198.51.100.1';

const incident = { ...sampleIncident('inc-1', 0), actor: KNOWN, status: 'open' as const };
let asked: (readonly string[])[];
let dossiers: Dossiers;

beforeEach(() => {
  asked = [];
  const stored: Record<string, StoredActor> = {
    [KNOWN]: { state: packActorState(newActorState()), incident, hasIncidents: true },
    [FORMER]: { hasIncidents: true },
  };
  const read = {
    actors: async (actors: readonly string[]) => {
      asked.push(actors);
      return actors.map((actor) => stored[actor] ?? { hasIncidents: false });
    },
  } as unknown as StateReader;
  dossiers = new Dossiers(read, new ManualClock(), { maxActors: 10, maxBytes: 1_000_000 });
});

describe('dossiers', () => {
  it('are read together, once, and come in the order of who was asked for', async () => {
    await dossiers.open([KNOWN]);
    const [first, second, third] = await dossiers.open([NEW, KNOWN, NEW]);
    expect(asked).toEqual([[KNOWN], [NEW]]);
    expect(second?.incident).toEqual(incident);
    expect(first?.incident).toBeUndefined();
    expect(third).toBe(first);
  });

  it('know that nothing was done against newcomers, and not what was against others', async () => {
    const all = await dossiers.open([NEW, KNOWN, FORMER]);
    expect(all.map(({ actions }) => actions)).toEqual([[], undefined, undefined]);
  });

  it('answer for an incident that is in memory and goes on, and for no other', async () => {
    expect(dossiers.openIncident(KNOWN, 'inc-1')).toBeUndefined();
    await dossiers.open([KNOWN]);
    expect(dossiers.openIncident(KNOWN, 'inc-1')).toEqual(incident);
    expect(dossiers.openIncident(KNOWN, 'inc-2')).toBeUndefined();
    dossiers.replaceIncident({ ...incident, status: 'closed' });
    expect(dossiers.openIncident(KNOWN, 'inc-1')).toBeUndefined();
  });
});
