/** Many messages as one: the worst of them by name, all of them counted. Digests of digests add up. Pure. */
import type { Delivery } from '@netsentinel/contracts/alert-book';
import type { Severity } from '@netsentinel/contracts/detection';
import { NOTIFICATION_LIMITS, type DigestEntry, type Notification } from '@netsentinel/contracts/notification';
import { plainNotification } from '../plain-notification.ts';
import { SEVERITY_WEIGHT } from '../score.ts';

export function digestOf(deliveries: readonly Delivery[], id: string, at: number, why: string): Notification {
  const bySeverity: Partial<Record<Severity, number>> = {};
  const entries = new Map<string, DigestEntry>();
  let count = 0;
  for (const { notification } of deliveries) {
    const { digest, severity, incident, title } = notification;
    if (digest !== undefined) {
      count += digest.count;
      for (const [one, n] of Object.entries(digest.bySeverity) as [Severity, number][])
        bySeverity[one] = (bySeverity[one] ?? 0) + n;
      for (const entry of digest.listed) keepWorst(entries, entry);
      continue;
    }
    count++;
    bySeverity[severity] = (bySeverity[severity] ?? 0) + 1;
    if (incident !== undefined)
      keepWorst(entries, {
        incident: incident.id,
        severity,
        title,
        ...(incident.url === undefined ? {} : { url: incident.url }),
      });
  }
  const listed = [...entries.values()]
    .toSorted((a, b) => SEVERITY_WEIGHT[b.severity] - SEVERITY_WEIGHT[a.severity])
    .slice(0, NOTIFICATION_LIMITS.listed);
  const severities = Object.keys(bySeverity) as Severity[];
  const severity = severities.toSorted((a, b) => SEVERITY_WEIGHT[b] - SEVERITY_WEIGHT[a])[0] ?? 'info';
  const title = `${count} alerts, ${entries.size === 1 ? 'one incident' : `the worst ${severity}`}`;
  return {
    ...plainNotification({ id, kind: 'digest', severity, title, reason: why, at }, [
      'See the queue: netsentinel incidents',
    ]),
    digest: { count, bySeverity, listed },
  };
}

/** An incident stands in it once, as bad as it was told. */
function keepWorst(entries: Map<string, DigestEntry>, entry: DigestEntry): void {
  const known = entries.get(entry.incident);
  if (known === undefined || SEVERITY_WEIGHT[entry.severity] >= SEVERITY_WEIGHT[known.severity])
    entries.set(entry.incident, entry);
}
