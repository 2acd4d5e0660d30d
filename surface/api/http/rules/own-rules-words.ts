/** What is said of rules of people's own besides the rules themselves: faults, versions, and what the audit is told. */
import { createHash } from 'node:crypto';
import type { OwnRules } from '@netsentinel/contracts/own-rules';
import { CHANGED, WHICH } from '../etag.ts';
import { Problem } from '../problem.ts';

const MAX_DETAIL = 4000;
const MAX_TOLD = 1000;

export function faultsText(faults: readonly string[]): string {
  return faults.join('\n').slice(0, MAX_DETAIL);
}

/**
 * @param base the version that was named; undefined for whichever there is, `new` where none was
 * @throws Problem 412 where there is another, or none; 428 where there is one and none was named
 */
export function needVersion(before: OwnRules | undefined, base: number | 'new' | undefined): void {
  if (base === 'new') {
    if (before !== undefined) throw new Problem(428, 'which-version', `The name is taken. ${WHICH}.`);
    return;
  }
  // RFC 9110, section 13.1.1: `*` is for what is there, too.
  if (before === undefined || (base !== undefined && base !== before.version))
    throw new Problem(412, 'rules-changed', `${CHANGED}. Read it anew.`);
}

/** Enough to know a text by and to see what it is about: the audit is kept for ever. */
export function told({ version, rules, text }: Pick<OwnRules, 'version' | 'rules' | 'text'>): {
  readonly version: number;
  readonly rules: string;
  readonly text: string;
  readonly sha256: string;
} {
  return {
    version,
    rules: rules.join(', ').slice(0, MAX_TOLD),
    text: text.slice(0, MAX_TOLD),
    sha256: createHash('sha256').update(text).digest('hex'),
  };
}
