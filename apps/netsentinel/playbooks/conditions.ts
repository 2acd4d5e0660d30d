/**
 * A playbook's `when`, compiled: Sigma's detection language over an incident's facts, by the same reader and matcher as rules (ADR 0017). Its expressions run
 * in bounded time whatever an attacker has typed.
 */
import type { Playbook } from '@netsentinel/contracts/playbook';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { FACTS } from '@netsentinel/respond/playbooks/facts';
import type { Expression } from '@netsentinel/sigma/expression';
import { compileRules, slowRules } from '@netsentinel/sigma/match/matcher';
import { readRules } from '@netsentinel/sigma/read/read-rules';

export type Matches = (facts: Readonly<Record<string, unknown>>) => boolean;

/** @throws NetSentinelError `PLAYBOOK_INVALID`: a condition that cannot be read, a field that there is not, an expression without a bound */
export function compileWhen({ id, title, when }: Pick<Playbook, 'id' | 'title' | 'when'>): Matches {
  const logsource = { product: 'netsentinel', service: 'incident' };
  // JSON is YAML: the reader of rules takes it as a rule's document.
  const text = JSON.stringify({ title, name: id, id: PLACEHOLDER_ID, logsource, detection: when });
  const { rules, failed, inert } = readRules([{ path: id, text }]);
  const problem = failed[0] ?? inert[0];
  if (problem !== undefined) throw invalid(problem.error);
  for (const field of fieldsOf(rules.map(({ expression }) => expression))) {
    if (field === null) throw invalid('name a field: words without one are looked for nowhere');
    if (!Object.hasOwn(FACTS, field)) throw invalid(`there is no field "${field.slice(0, 64)}"${nearest(field)}`);
  }
  const matcher = compileRules(rules);
  const slow = slowRules(matcher)[0];
  if (slow !== undefined) throw invalid(slow.reason);
  return (facts) => {
    let met = false;
    matcher.match(facts, undefined, () => (met = true));
    return met;
  };
}

/** Every rule has an id; that of a playbook is its own. */
const PLACEHOLDER_ID = '00000000-0000-4000-8000-000000000000';

function invalid(why: string): NetSentinelError {
  return new NetSentinelError('PLAYBOOK_INVALID', 'user', `when: ${why}`, {
    hint: 'docs/reference/playbooks.md lists the fields; conditions are written as in Sigma rules.',
  });
}

function* fieldsOf(expressions: readonly Expression[]): Generator<string | null> {
  for (const one of expressions)
    switch (one.kind) {
      case 'all':
      case 'any':
        yield* fieldsOf(one.of);
        break;
      case 'not':
        yield* fieldsOf([one.of]);
        break;
      case 'predicate':
        yield one.field;
        if (one.test.kind === 'fieldRef') yield one.test.field;
        break;
      case 'constant':
        break;
      default:
        one satisfies never;
    }
}

/** A field whose last part, or whose beginning, is the same. */
function nearest(field: string): string {
  const last = field.split('.').at(-1)!.toLowerCase();
  const near = Object.keys(FACTS).find(
    (known) => known.toLowerCase().split('.').includes(last) || known.toLowerCase().startsWith(last.slice(0, 4)),
  );
  return near === undefined ? '' : `; did you mean "${near}"?`;
}
