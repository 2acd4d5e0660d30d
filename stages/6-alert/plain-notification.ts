/** A message that is about no single incident: of all that a message may tell, it has a title, a reason and what to do. Pure. */
import type { Notification } from '@netsentinel/contracts/notification';

export function plainNotification(
  head: Pick<Notification, 'id' | 'kind' | 'severity' | 'title' | 'reason' | 'at'>,
  next: readonly string[] = [],
): Notification {
  return {
    ...head,
    who: [],
    tactics: [],
    techniques: [],
    story: [],
    targets: [],
    response: [],
    next: [...next],
  };
}
