/** What people ask of alerting, over the platform's socket: try a notifier, acknowledge, silence, send again. */
import { z } from 'zod';
import { acknowledgeIncident } from '@netsentinel/alert/acknowledge';
import type { Alerting } from '@netsentinel/alert/routing/alerting';
import { Silence } from '@netsentinel/contracts/alert-book';
import type { Clock } from '@netsentinel/contracts/clock';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { Analysis } from './analysis.types.ts';
import { refuseRecorded } from './refuse-recorded.ts';

const by = z.string().max(200);
const { address, rule, decoy, reason, until } = Silence.shape;

export const NotifyOrder = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('list') }),
  z.strictObject({ what: z.literal('test'), notifier: z.string().max(64) }),
  z.strictObject({ what: z.literal('ack'), incident: z.string().max(64), by }),
  z.strictObject({ what: z.literal('silence'), silence: z.strictObject({ address, rule, decoy, reason, by, until }) }),
  z.strictObject({ what: z.literal('end-silence'), id: z.uuid(), by }),
  /** Without ids, all of them. */
  z.strictObject({ what: z.literal('resend'), ids: z.array(z.string().max(64)).max(1000).optional() }),
]);
export type NotifyOrder = z.infer<typeof NotifyOrder>;

export async function carryOut(
  order: NotifyOrder,
  {
    alerting,
    analysis,
    clock,
  }: { alerting: Alerting | undefined; analysis: Pick<Analysis, 'changeIncident'>; clock: Clock },
): Promise<unknown> {
  if (alerting === undefined)
    throw new NetSentinelError('NOTIFIER_NONE', 'user', 'no notifier is configured where NetSentinel runs', {
      hint: 'Add one under alert.notifiers, and start it again.',
    });
  switch (order.what) {
    case 'list':
      return alerting.status();
    case 'test':
      return alerting.test(order.notifier);
    case 'ack': {
      refuseRecorded(order.incident);
      const answer = await alerting.acknowledge(order.incident, order.by);
      if (!answer.already)
        await analysis.changeIncident(order.incident, (one) => acknowledgeIncident(one, clock.now(), order.by));
      return answer;
    }
    case 'silence': {
      const { address, rule, decoy, ...rest } = order.silence;
      return alerting.silence({
        ...rest,
        ...(address === undefined ? {} : { address }),
        ...(rule === undefined ? {} : { rule }),
        ...(decoy === undefined ? {} : { decoy }),
      });
    }
    case 'end-silence':
      return alerting.endSilence(order.id, order.by);
    case 'resend':
      return { resent: await alerting.resend(order.ids) };
    default:
      return order satisfies never;
  }
}
