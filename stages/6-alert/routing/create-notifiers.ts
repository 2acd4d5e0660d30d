/** Makes the configured notifiers; a type is loaded when it is configured. */
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { findNotifier } from '../notifiers/index.ts';
import type { NotifierEntry } from '../notifiers/notifiers.config.ts';
import type { NotifierInUse } from './alerting.ts';

export interface Created {
  readonly notifiers: ReadonlyMap<string, NotifierInUse>;
  /** Names of those that follow an incident to its end. */
  readonly follows: ReadonlySet<string>;
}

/** Secrets in the options must have been read. */
export async function createNotifiers(
  entries: readonly NotifierEntry[],
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): Promise<Created> {
  const notifiers = new Map<string, NotifierInUse>();
  const follows = new Set<string>();
  for (const { id, type, options, maxPerHour } of entries) {
    const definition = await findNotifier(type);
    if (definition === undefined)
      throw new NetSentinelError('NOTIFIER_UNKNOWN', 'bug', `no notifier is of type ${type}`);
    const notifier = definition.create({ name: id, clock, log: log.with({ notifier: id }) }, options);
    notifiers.set(id, { type, notifier, maxPerHour });
    if (definition.follows) follows.add(id);
  }
  return { notifiers, follows };
}
