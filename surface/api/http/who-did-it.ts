/** A person's name for the audit, as `cli:ada` is of the command line: no account of the console passes for one of the machine. */
import type { SignedIn } from '../auth/sessions.ts';

/** `console:ada`; `token:ada` where a program of hers asks. */
export function byOf({ by, account }: Pick<SignedIn, 'by' | 'account'>): string {
  return `${by === 'session' ? 'console' : 'token'}:${account}`;
}
