/** Who is told of what, and when: routes, teams, quiet hours, escalation, digests. */
import { Severity } from '@netsentinel/contracts/detection';
import { timeZone } from '@netsentinel/contracts/time-zone';
import { parseNetwork } from '@netsentinel/kernel/address';
import { z } from 'zod';
import { notifierId, NotifierEntry } from '../notifiers/notifiers.config.ts';
import { Hours } from './hours.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** What an incident is, by the strongest of what the attacker did. */
export const INCIDENT_KINDS = ['break-in', 'attack', 'guessing', 'scan', 'probe', 'known-scanner'] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

const pattern = z.string().regex(/^[\w.:*-]{1,128}$/, 'a name, with * for any characters');
const network = z
  .string()
  .max(49)
  .refine((text) => parseNetwork(text) !== undefined, 'an address or a network');
const to = (what: string) => z.array(notifierId).max(64).default([]).describe(what);

export const Route = z.strictObject({
  id: notifierId.describe('A name of your own.'),
  minSeverity: Severity.default('high').describe('Told from this severity on.'),
  kinds: z
    .array(z.enum(INCIDENT_KINDS))
    .max(INCIDENT_KINDS.length)
    .optional()
    .describe(`Only of these kinds: ${INCIDENT_KINDS.join(', ')}.`),
  assets: z
    .array(pattern)
    .max(256)
    .optional()
    .describe('Only where one of these decoys or machines was touched; * stands for any characters.'),
  networks: z.array(network).max(256).optional().describe('Only from these addresses and networks.'),
  rules: z.array(pattern).max(256).optional().describe('Only where one of these rules found something.'),
  teams: z.array(notifierId).max(64).optional().describe('Only where an asset of one of these teams was touched.'),
  hours: Hours.optional().describe('Only at these hours.'),
  to: to('Names of notifiers.'),
  toTeams: z.boolean().default(false).describe('Also tell the notifiers of the teams whose assets were touched.'),
  digest: z.enum(['off', 'hourly', 'daily']).default('off').describe('Collect, and tell all at once.'),
  quietHours: z.boolean().default(true).describe('Whether `quietHours` hold back what this route tells.'),
  escalate: z
    .array(
      z.strictObject({
        afterMs: z
          .number()
          .int()
          .min(MINUTE)
          .max(7 * DAY)
          .describe('How long after the first message, milliseconds.'),
        to: to('Names of notifiers.'),
      }),
    )
    .max(8)
    .default([])
    .describe('Who else is told while nobody has acknowledged the incident (`notify ack`).'),
});
export type Route = z.infer<typeof Route>;

export const Team = z.strictObject({
  id: notifierId.describe('A name of your own.'),
  assets: z
    .array(pattern)
    .min(1)
    .max(256)
    .describe('Decoys and machines that are theirs; * stands for any characters.'),
  notifiers: to('Names of their notifiers.'),
});
export type Team = z.infer<typeof Team>;

export const routingFields = {
  notifiers: z.array(NotifierEntry).max(64).default([]).describe('Whom to tell and with what. None by default.'),
  routes: z
    .array(Route)
    .max(64)
    .default([])
    .describe(
      'Who is told of which incidents; every route that fits counts, and nobody is told twice. Without any, all notifiers are told of high and critical ones.',
    ),
  teams: z.array(Team).max(64).default([]).describe('Whose the assets are.'),
  quietHours: z
    .array(
      Hours.extend({
        butFrom: Severity.default('critical').describe('From this severity on it is told all the same.'),
      }),
    )
    .max(16)
    .default([])
    .describe('Hours in which messages wait; at their end they are told at once.'),
  groupWaitMs: z
    .number()
    .int()
    .min(0)
    .max(DAY)
    .default(10_000)
    .describe('How long news of an incident gathers before it is told, milliseconds.'),
  updateWaitMs: z
    .number()
    .int()
    .min(0)
    .max(7 * DAY)
    .default(15 * MINUTE)
    .describe(
      'Least time between two messages about one incident, milliseconds; a rise in severity and a failed response do not wait for it.',
    ),
  digestAt: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as 08:00')
    .default('08:00')
    .describe('When daily digests are told.'),
  digestZone: timeZone,
  consoleUrl: z
    .url({ protocol: /^https?$/ })
    .max(256)
    .optional()
    .describe(
      'The console’s address as people reach it, for the links in messages; without it, the one it is served on.',
    ),
};

type RoutingFields = z.infer<ReturnType<typeof z.object<typeof routingFields>>>;

/** Names that nothing has. */
export function checkNames(
  { notifiers, routes, teams }: Pick<RoutingFields, 'notifiers' | 'routes' | 'teams'>,
  complain: (path: readonly (string | number)[], message: string) => void,
): void {
  const known = { notifier: new Set<string>(), route: new Set<string>(), team: new Set<string>() };
  for (const [kind, list] of [
    ['notifier', notifiers],
    ['route', routes],
    ['team', teams],
  ] as const)
    for (const [i, { id }] of list.entries()) {
      if (known[kind].has(id)) complain([`${kind}s`, i, 'id'], `another ${kind} is called "${id}"`);
      known[kind].add(id);
    }
  const check = (names: readonly string[], kind: 'notifier' | 'team', path: readonly (string | number)[]): void => {
    for (const [i, name] of names.entries())
      if (!known[kind].has(name)) complain([...path, i], `there is no ${kind} "${name}"`);
  };
  for (const [i, { notifiers: names }] of teams.entries()) check(names, 'notifier', ['teams', i, 'notifiers']);
  for (const [i, route] of routes.entries()) {
    check(route.to, 'notifier', ['routes', i, 'to']);
    check(route.teams ?? [], 'team', ['routes', i, 'teams']);
    for (const [j, step] of route.escalate.entries()) check(step.to, 'notifier', ['routes', i, 'escalate', j, 'to']);
    if (route.to.length === 0 && !route.toTeams)
      complain(['routes', i], 'this route tells nobody: `to` or `toTeams` is needed');
  }
}
