/** Rules and events drawn from the input: the matcher must say what the reference evaluator says, and take no longer than the input is long. */
import { foldCase } from '../case-folding.ts';
import { matches } from '../reference.ts';
import { compileRules, slowRules } from './matcher.ts';
import { drawFrom, randomEvent, randomExpression, randomLogSource, ruleOf } from './random-rules.ts';
import { mayConcern } from './routes.ts';

export const seeds = [1, 7, 42, 4_688].map((seed) =>
  Uint8Array.from({ length: 200 }, (_, at) => (seed * (at + 3) * 2_654_435) >>> 11),
);

export function fuzz(data: Uint8Array): void {
  const draw = drawFrom(data);
  const rules = Array.from({ length: 1 + draw(20) }, (_, index) =>
    ruleOf(String(index), randomExpression(draw, foldCase), randomLogSource(draw)),
  );
  const matcher = compileRules(rules);
  if (slowRules(matcher).length > 0) throw new Error(`refused: ${slowRules(matcher)[0]?.reason}`);
  for (let events = 1 + draw(8); events > 0; events--) {
    const event = randomEvent(draw, 4);
    const sources = draw(3) === 0 ? undefined : [randomLogSource(draw), randomLogSource(draw)];
    const expected = rules
      .filter(({ logsource }) => sources === undefined || sources.some((source) => mayConcern(logsource, source)))
      .filter(({ expression }) => matches(expression, event))
      .map(({ id }) => id);
    const met: string[] = [];
    matcher.match(event, sources, ({ id }) => met.push(id));
    if (met.join() !== expected.join()) {
      throw new Error(
        `matched ${met.join()} instead of ${expected.join()}: ${JSON.stringify({ rules: rules.map(({ expression }) => expression), event })}`,
      );
    }
  }
}
