/** The contract of every behaviour: its facts are right, it fires where its cases say so, is silent where they say so, and stays within its bounds. */
import { readdirSync, readFileSync } from 'node:fs';
import { Detection } from '@netsentinel/contracts/detection';
import { describe, expect, it } from 'vitest';
import { tacticsOf, technique } from '../attack.ts';
import { BEHAVIOURS } from './index.ts';
import { Behaviours } from './behaviours.ts';
import { sightingOf } from './read-sighting.ts';
import { trafficOf, type Traffic } from './test-traffic.ts';

const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'];
const FOLDER = new URL('.', import.meta.url);

interface Case {
  readonly name: string;
  readonly traffic: readonly Traffic[];
  /** Whom the finding must be about; default: the only one there is. */
  readonly actor?: string;
  /** What the summary must say. */
  readonly says?: string;
  /** The worst that must be found; default: no matter. */
  readonly severity?: string;
}

interface Cases {
  readonly fires: readonly Case[];
  readonly silent: readonly Case[];
}

it('lists every file of the folder, once', () => {
  const ids = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.behaviour.ts'))
    .map((name) => name.replace('.behaviour.ts', ''));
  expect(BEHAVIOURS.map((one) => one.id).sort()).toEqual(ids.sort());
});

describe.each(BEHAVIOURS.map((definition) => [definition.id, definition] as const))('%s', (id, definition) => {
  const cases = JSON.parse(readFileSync(new URL(`${id}.cases.json`, FOLDER), 'utf8')) as Cases;
  const byName = (list: readonly Case[]): (readonly [string, Case])[] => list.map((one) => [one.name, one]);

  it('names techniques of ATT&CK and tactics that they serve', () => {
    expect(definition.techniques.length).toBeGreaterThan(0);
    for (const one of definition.techniques) expect(technique(one)?.id).toBe(one);
    const served = new Set(definition.techniques.flatMap((one) => tacticsOf(one).map((tactic) => tactic.id)));
    expect(definition.tactics.filter((tactic) => !served.has(tactic))).toEqual([]);
    expect(definition.tactics.length).toBeGreaterThan(0);
    expect(definition.falsePositives.length).toBeGreaterThan(10);
  });

  const run = ({ traffic }: Case): Detection[] => {
    const behaviours = new Behaviours([definition]);
    const found: Detection[] = [];
    for (const event of trafficOf(traffic))
      behaviours.observe(event, Date.parse(event['@timestamp']), (detection) => found.push(detection));
    return found;
  };

  it.each(byName(cases.fires))('fires: %s', (_name, one) => {
    const found = run(one);
    expect(found.length).toBeGreaterThan(0);
    for (const detection of found) {
      expect(Detection.safeParse(detection).error).toBeUndefined();
      expect(detection.actor).toBe(one.actor ?? one.traffic[0]!.from);
    }
    expect(new Set(found.map((detection) => detection.id)).size).toBe(found.length);
    expect(found[0]!.summary).toContain(one.says ?? '');
    const worst = SEVERITIES.findLast((severity) => found.some((detection) => detection.severity === severity));
    expect(worst).toBe(one.severity ?? worst);
  });

  it.each(byName(cases.silent))('is silent: %s', (_name, one) => {
    expect(run(one).filter((detection) => detection.severity !== 'low')).toEqual([]);
  });

  it('holds no more than it may, and forgets what was not seen for long', () => {
    const behaviour = definition.create({ maxEntries: 10 });
    const traffic = (cases.fires[0] ?? cases.silent[0])!.traffic;
    let latest = 0;
    for (let host = 1; host <= 60; host++)
      for (const event of trafficOf(
        traffic.map((one) => ({ ...one, from: `10.9.0.${host}`, to: one.to ?? `203.0.113.${host}` })),
      )) {
        latest = Math.max(latest, Date.parse(event['@timestamp']));
        const seen = sightingOf(event);
        if (seen !== undefined && definition.on.includes(seen.kind)) behaviour.observe(seen, () => {});
      }
    expect(behaviour.stats.held).toBeLessThanOrEqual(10);
    behaviour.expire(latest);
    behaviour.expire(latest + 30 * 24 * 60 * 60_000);
    expect(behaviour.stats.held).toBe(0);
  });
});
