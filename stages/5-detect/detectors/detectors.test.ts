/** The contract of every detector: its facts are right, it fires where its cases say so, and is silent where they say so. */
import { readdirSync, readFileSync } from 'node:fs';
import { Detection } from '@netsentinel/contracts/detection';
import { describe, expect, it } from 'vitest';
import { newActorState, packActorState, unpackActorState } from '../actor-state.ts';
import { tacticsOf, technique } from '../attack.ts';
import { createDetectors } from '../detectors.ts';
import { movesOf, type Move } from '../test-moves.ts';
import { DETECTORS } from './index.ts';

const FOLDER = new URL('.', import.meta.url);
const files = readdirSync(FOLDER);

interface Cases {
  readonly fires: readonly (Move | Move[])[];
  readonly silent: readonly (Move | Move[])[];
}

it('lists every file of the folder, once', () => {
  const ids = files.filter((name) => name.endsWith('.detector.ts')).map((name) => name.replace('.detector.ts', ''));
  expect(DETECTORS.map((one) => one.id).sort()).toEqual(ids.sort());
});

describe.each(DETECTORS.map((definition) => [definition.id, definition] as const))('%s', (id, definition) => {
  const cases = JSON.parse(readFileSync(new URL(`${id}.cases.json`, FOLDER), 'utf8')) as Cases;

  it('names techniques of ATT&CK and tactics that they serve', () => {
    expect(definition.techniques.length).toBeGreaterThan(0);
    for (const one of definition.techniques) expect(technique(one)?.id).toBe(one);
    const served = new Set(definition.techniques.flatMap((one) => tacticsOf(one).map((tactic) => tactic.id)));
    expect(definition.tactics.filter((tactic) => !served.has(tactic))).toEqual([]);
    expect(definition.tactics.length).toBeGreaterThan(0);
    expect(definition.falsePositives.length).toBeGreaterThan(10);
  });

  it('has cases of both kinds', () => {
    expect(cases.fires.length).toBeGreaterThan(0);
    expect(cases.silent.length).toBeGreaterThan(0);
  });

  const run = (moves: Move | Move[]): Detection[] => {
    const detectors = createDetectors([definition]);
    let state = newActorState();
    const found: Detection[] = [];
    for (const event of movesOf(Array.isArray(moves) ? moves : [moves])) {
      found.push(...detectors.process(event, state));
      // Whatever it remembers must survive the store.
      state = unpackActorState(packActorState(state));
    }
    return found;
  };

  it.each(cases.fires.map((moves) => [JSON.stringify(moves), moves] as const))('fires: %s', (_name, moves) => {
    const found = run(moves);
    expect(found.length).toBeGreaterThan(0);
    for (const detection of found) expect(Detection.safeParse(detection).error).toBeUndefined();
  });

  it.each(cases.silent.map((moves) => [JSON.stringify(moves), moves] as const))('is silent: %s', (_name, moves) => {
    expect(run(moves)).toEqual([]);
  });
});
