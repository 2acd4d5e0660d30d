/** The contract of every detection about a subject: its facts are right, it fires where its cases say so, and is silent where they say so. */
import { readdirSync, readFileSync } from 'node:fs';
import { Detection } from '@netsentinel/contracts/detection';
import type { PlaceOf } from '@netsentinel/contracts/place';
import { describe, expect, it } from 'vitest';
import { tacticsOf, technique } from '../attack.ts';
import { evidenceOf } from '../rule-finding.ts';
import { moveEvent, STORY_START, type MoveSketch } from '../test-moves.ts';
import { SUBJECTS } from './index.ts';
import { SubjectWatch } from './subject-watch.ts';

const FOLDER = new URL('.', import.meta.url);

interface Move extends MoveSketch {
  readonly from: string;
  readonly host?: string;
}
interface Cases {
  readonly fires: readonly (readonly Move[])[];
  readonly silent: readonly (readonly Move[])[];
}

/** First octets of an address → latitude, longitude, country. */
const PLACES: readonly (readonly [prefix: RegExp, latitude: number, longitude: number, country: string])[] = [
  [/^192\.0\.2\.\d{1,2}$/, 52.52, 13.4, 'Germany'],
  [/^198\.51\.100\./, -33.87, 151.21, 'Australia'],
  [/^203\.0\.113\.\d{1,2}$/, 52.39, 13.06, 'Germany'],
  [/^203\.0\.113\./, 40.71, -74.01, 'United States'],
  [/^233\.252\.0\.\d{1,2}$/, 19.43, -99.13, 'Mexico'],
  [/^233\.252\.0\./, -26.2, 28.04, 'South Africa'],
  [/^2001:db8:/, 35.68, 139.69, 'Japan'],
];

const placeOf: PlaceOf = (address) => {
  const found = PLACES.find(([prefix]) => prefix.test(address));
  if (found === undefined) return undefined;
  const [, latitude, longitude, country] = found;
  return { latitude, longitude, country, radiusKm: 0 };
};

it('lists every file of the folder, once', () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.subject.ts'));
  expect(SUBJECTS.map(({ id }) => `${id}.subject.ts`).sort()).toEqual(files.sort());
});

it('has nothing to say about travel where no place is known', () => {
  expect(new SubjectWatch({ placeOf: undefined }).has('impossible-travel')).toBe(false);
  expect(new SubjectWatch({ placeOf }).has('impossible-travel')).toBe(true);
});

describe.each(SUBJECTS.map((definition) => [definition.id, definition] as const))('%s', (id, definition) => {
  const cases = JSON.parse(readFileSync(new URL(`${id}.cases.json`, FOLDER), 'utf8')) as Cases;

  const run = (moves: readonly Move[]): Detection[] => {
    const watch = new SubjectWatch({ placeOf }, [definition]);
    let time = STORY_START;
    return moves.flatMap((move, index) => {
      time += (move.after ?? 1) * 1000;
      const event = moveEvent(move, time, index + 1, move.from);
      const seen = { ...event, ...(move.host === undefined ? {} : { host: { name: move.host } }) };
      return watch.look(seen).flatMap((one) => watch.observe(one, evidenceOf(seen)) ?? []);
    });
  };

  it('names techniques of ATT&CK and tactics that they serve', () => {
    for (const one of definition.techniques) expect(technique(one)?.id).toBe(one);
    const served = new Set(definition.techniques.flatMap((one) => tacticsOf(one).map((tactic) => tactic.id)));
    expect(definition.tactics.filter((tactic) => !served.has(tactic))).toEqual([]);
    expect(definition.falsePositives.length).toBeGreaterThan(10);
  });

  it.each(cases.fires.map((moves) => [JSON.stringify(moves), moves] as const))('fires: %s', (_name, moves) => {
    const found = run(moves);
    expect(found.length).toBeGreaterThan(0);
    for (const detection of found) expect(Detection.safeParse(detection).error).toBeUndefined();
  });

  it.each(cases.silent.map((moves) => [JSON.stringify(moves), moves] as const))('is silent: %s', (_name, moves) => {
    expect(run(moves)).toEqual([]);
  });

  it('remembers a bounded number of subjects', () => {
    const watch = definition.create({ placeOf })!;
    const seen = { id: 'x', timeMs: STORY_START, actor: '192.0.2.1', verified: true, session: undefined };
    for (let n = 0; n < 60_000; n++) watch.step(`s${n}`, { outcome: 'failure', user: 'u', address: '192.0.2.1' }, seen);
    expect(watch.subjects).toBeLessThanOrEqual(50_000);
  });
});
