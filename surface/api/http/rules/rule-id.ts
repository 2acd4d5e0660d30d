/** How rules are named in addresses. */
import { z } from 'zod';
import { Problem } from '../problem.ts';

export const RuleId = z.strictObject({ id: z.string().min(1).max(200) });

export const NO_SUCH_RULE = 'There is no rule of this id.';

export function noSuchRule(): Problem {
  return new Problem(404, 'no-such-rule', NO_SUCH_RULE);
}
