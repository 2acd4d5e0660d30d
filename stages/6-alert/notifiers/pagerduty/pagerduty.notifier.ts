/** PagerDuty, by the Events API v2: an incident of ours is one of theirs (`dedup_key`), from its trigger over its acknowledgement to its end. */
import type { Severity } from '@netsentinel/contracts/detection';
import type { Notification } from '@netsentinel/contracts/notification';
import type { NotifierDefinition } from '@netsentinel/contracts/notifier';
import { printable } from '@netsentinel/kernel/log';
import { revealed } from '@netsentinel/kernel/secret';
import { post } from '@netsentinel/kernel/http-post';
import { factsOf, headline } from '../words.ts';
import { PagerDutyConfig } from './pagerduty.config.ts';

const MAX_SUMMARY = 1024;
const SEVERITY: Readonly<Record<Severity, string>> = {
  info: 'info',
  low: 'info',
  medium: 'warning',
  high: 'error',
  critical: 'critical',
};

export const pagerdutyNotifier: NotifierDefinition<PagerDutyConfig> = {
  id: 'pagerduty',
  summary:
    'PagerDuty, by its Events API v2: triggers, acknowledges and resolves (checked against its documented schema, never run live)',
  stability: 'experimental',
  config: PagerDutyConfig,
  follows: true,
  create: (_, { routingKey, url, allowPrivate, ca, timeoutMs }) => ({
    send: (notification) =>
      post({
        url,
        body: JSON.stringify(pagerdutyEvent(notification, revealed(routingKey))),
        allowPrivate,
        ca,
        timeoutMs,
      }),
    close: async () => {},
  }),
};

export function pagerdutyEvent(notification: Notification, routingKey: string): Record<string, unknown> {
  const { kind, incident, severity, id, at, who } = notification;
  const action = kind === 'acknowledged' ? 'acknowledge' : kind === 'resolved' ? 'resolve' : 'trigger';
  const event = { routing_key: routingKey, event_action: action, dedup_key: `netsentinel-${incident?.id ?? id}` };
  if (action !== 'trigger') return event;
  const url = incident?.url;
  return {
    ...event,
    client: 'NetSentinel',
    ...(url === undefined ? {} : { client_url: url, links: [{ href: url, text: 'Open the incident' }] }),
    payload: {
      summary: headline(notification, MAX_SUMMARY),
      source: printable(who[0] ?? 'netsentinel', 200),
      severity: SEVERITY[severity],
      timestamp: new Date(at).toISOString(),
      component: 'netsentinel',
      custom_details: Object.fromEntries(factsOf(notification).map(({ label, lines }) => [label, lines.join('\n')])),
    },
  };
}
