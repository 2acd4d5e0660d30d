/** What is remembered of attackers, and what remains when there are more of them than memory. */
import { expect, it } from 'vitest';
import { Actors } from './actors.ts';
import { hostileIncident } from './report/hostile-incident.fixture.ts';

const MANY = 200;
const roomy = { maxActors: 10, maxBytes: 1e9, maxPackedBytes: 1e9, maxShortBytes: 1e9 };

function filled(limits: typeof roomy): Actors {
  const actors = new Actors(limits);
  for (let at = 0; at < MANY; at++) {
    const known = actors.open(`a${at}`);
    known.state.lastSeen = at;
    const timeline = Array.from({ length: 100 }, () => hostileIncident('high').timeline[0]!);
    if (at % 2 === 0) known.incident = { ...hostileIncident('high'), id: `inc-${at}`, actor: `a${at}`, timeline };
    actors.weigh(`a${at}`);
  }
  return actors;
}

it('packs away those that have not moved for long, and takes them out as they were', () => {
  const actors = filled(roomy);
  expect(actors.omitted).toEqual({ forgotten: 0, shortened: 0, lost: 0, worstLost: undefined });
  expect([...actors.incidents()]).toHaveLength(MANY / 2);
  const known = actors.open('a2');
  expect(known.state.lastSeen).toBe(2);
  expect(known.incident?.timeline).toHaveLength(100);
});

it('keeps of incidents a short form, and forgets who had none, when there is no room', () => {
  const actors = filled({ ...roomy, maxPackedBytes: 200_000 });
  const { forgotten, shortened, lost } = actors.omitted;
  expect(forgotten).toBeGreaterThan(50);
  expect(shortened).toBeGreaterThan(50);
  expect(lost).toBe(0);
  expect([...actors.incidents()]).toHaveLength(MANY / 2);
  const { incident } = actors.open('a0');
  expect(incident?.timeline).toHaveLength(8);
  expect(incident?.omitted).toMatchObject({ timeline: 92, commands: 4 });
});

it('counts what is lost when even that has no room', () => {
  const actors = filled({ ...roomy, maxPackedBytes: 0, maxShortBytes: 50_000 });
  const { lost } = actors.omitted;
  expect(lost).toBeGreaterThan(10);
  expect([...actors.incidents()].length + lost).toBe(MANY / 2);
});

it('loses the least when there is no room, whenever they were seen', () => {
  const actors = new Actors({ ...roomy, maxActors: 1, maxPackedBytes: 0, maxShortBytes: 60_000 });
  for (let at = 0; at < MANY; at++) {
    const score = (at * 37) % 100;
    actors.open(`a${at}`).incident = { ...hostileIncident('high'), id: `inc-${at}`, actor: `a${at}`, score };
    actors.weigh(`a${at}`);
  }
  const { lost, worstLost } = actors.omitted;
  // The latest is at hand, whatever it weighs.
  const kept = [...actors.incidents()].filter(({ actor }) => actor !== `a${MANY - 1}`).map(({ score }) => score);
  expect(lost).toBeGreaterThan(10);
  expect(kept.length + lost).toBe(MANY - 1);
  expect(worstLost?.severity).toBe('high');
  expect(Math.min(...kept)).toBeGreaterThanOrEqual(worstLost!.score);
});

it('keeps incidents that are over beside the ones that took their place', () => {
  const actors = new Actors(roomy);
  actors.open('a').incident = hostileIncident('low');
  actors.close({ ...hostileIncident('high'), id: 'before' });
  expect([...actors.incidents()].map(({ id }) => id)).toEqual(['before', 'inc-low']);
});
