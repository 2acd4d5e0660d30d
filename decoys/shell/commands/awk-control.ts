/** How an awk program leaves what it is in: jumps, caught where the construct ends, and the failure that ends the whole run. */
import { UNSET } from './awk-values.ts';
import type { AwkValue } from './awk-values.ts';

export class Jump {
  readonly kind: 'next' | 'break' | 'continue' | 'exit' | 'return';
  readonly value: AwkValue;
  constructor(kind: Jump['kind'], value: AwkValue = UNSET) {
    this.kind = kind;
    this.value = value;
  }
}

/** What ends the whole run with a message of mawk's. */
export class AwkFailure extends Error {}
