/** Whether there is still something to be done for a run of a playbook. Apart, so that the store need not carry the schemas. */
import type { PlaybookRun } from './playbook-run.ts';

export function isOpen({ status, unconfirmed }: Pick<PlaybookRun, 'status' | 'unconfirmed'>): boolean {
  return status === 'running' || status === 'compensating' || unconfirmed.length > 0;
}
