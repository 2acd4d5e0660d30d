/** Whom a message of a playbook goes to. Pure. */
import type { NotifyStep } from '@netsentinel/contracts/playbook';

/** As many as one step keeps in sight. */
const MAX_RECIPIENTS = 16;

export type Recipients =
  | { readonly ok: true; readonly to: readonly string[] }
  | { readonly ok: false; readonly why: string };

/** `notifiers`: those that there are. */
export function recipients({ to }: Pick<NotifyStep, 'to'>, notifiers: ReadonlySet<string>): Recipients {
  if (notifiers.size === 0) return { ok: false, why: 'no notifier is configured' };
  const unknown = (to ?? []).filter((name) => !notifiers.has(name));
  if (unknown.length > 0) return { ok: false, why: `there is no notifier ${unknown.join(', ')}` };
  return { ok: true, to: to ?? [...notifiers].slice(0, MAX_RECIPIENTS) };
}
