/** Who else had an attacker's addresses, tools or credentials, as far as the API answers it. */
import type { Incident, IncidentSummary } from '@netsentinel/contracts/incident';
import type { Role } from '@netsentinel/contracts/permission';
import { mayDo } from '@netsentinel/contracts/role-permissions';
import { api } from './api.ts';
import { neighbourhoodOf, toolField } from './story.ts';

const DAY_MS = 86_400_000;
/** How far back events are counted. */
export const RELATED_DAYS = 30;
const MOST_INCIDENTS = 5;
const MOST_ADDRESSES = 6;
const MOST_TOOLS = 3;
/** Addresses that are asked for, the attacker’s own among them. */
const MOST_ASKED = 50;

/** Longer values are not asked for: an address has no room for them, and nobody else has them. */
const MAX_VALUE = 200;

/** Others by what they have in common. */
export interface Common {
  readonly kind: 'tool' | 'credentials';
  /** The kind of fingerprint, or the account. */
  readonly name: string;
  /** As the page of events asks for it. */
  readonly question: string;
  readonly addresses: readonly { readonly address: string; readonly events: number }[];
}

export interface Related {
  readonly same: readonly IncidentSummary[];
  readonly prefix: string | undefined;
  readonly network: readonly IncidentSummary[];
  readonly common: readonly Common[];
}

/** What cannot be answered is left out: the page is whole without it. */
export async function relatedTo(incident: Incident, role: Role, signal: AbortSignal): Promise<Related> {
  const own = new Set([incident.actor, ...incident.addresses]);
  const prefix = neighbourhoodOf(incident.addresses[0] ?? incident.actor);
  const [same, network] = await Promise.all([
    searched(incident.actor, incident.id, (one) => one.actor === incident.actor, signal),
    prefix === undefined
      ? []
      : searched(
          prefix,
          incident.id,
          (one) => one.actor !== incident.actor && one.addresses.some((address) => address.startsWith(prefix)),
          signal,
        ),
  ]);
  const common: Common[] = [];
  if (mayDo(role, 'events:read'))
    // One after the other: an account may have few questions on their way.
    for (const asked of asksOf(incident)) {
      // eslint-disable-next-line no-await-in-loop
      const addresses = await addressesWith(asked.filter, own, signal);
      if (addresses.length > 0) common.push({ ...asked, addresses });
    }
  return { same, prefix, network, common };
}

async function searched(
  text: string,
  but: string,
  fits: (one: IncidentSummary) => boolean,
  signal: AbortSignal,
): Promise<readonly IncidentSummary[]> {
  const { incidents } = await api.listIncidents({ text: text.toWellFormed(), limit: 50 }, { signal });
  return incidents.filter((one) => one.id !== but && fits(one)).slice(0, MOST_INCIDENTS);
}

type Ask = Pick<Common, 'kind' | 'name' | 'question'> & { readonly filter: readonly string[] };

export function asksOf({ fingerprints, credentials }: Pick<Incident, 'fingerprints' | 'credentials'>): readonly Ask[] {
  const tools = fingerprints
    .flatMap(({ kind, value }) => {
      const field = toolField(kind);
      return field === undefined || value.length > MAX_VALUE ? [] : [ask('tool', kind, [[field, value]])];
    })
    .slice(0, MOST_TOOLS);
  const tried = credentials.find(({ accepted, password }) => accepted && password !== undefined);
  const { user = '', password = '' } = tried ?? {};
  if (password === '' || user.length + password.length > MAX_VALUE) return tools;
  return [
    ...tools,
    ask('credentials', user, [
      ['user.name', user],
      ['netsentinel.credential.password', password],
    ]),
  ];
}

function ask(kind: Ask['kind'], name: string, conditions: readonly (readonly [field: string, value: string])[]): Ask {
  return {
    kind,
    name,
    question: conditions.map(([field, value]) => `${field} = ${JSON.stringify(value)}`).join(' and '),
    filter: conditions.map(([field, value]) => `${field}:eq:${value}`.toWellFormed()),
  };
}

async function addressesWith(
  filter: readonly string[],
  own: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Common['addresses']> {
  const to = Date.now();
  const selection = { from: String(to - RELATED_DAYS * DAY_MS), to: String(to), filter, by: 'source.ip' };
  try {
    const { groups } = await api.countEvents({ ...selection, top: MOST_ASKED }, { signal });
    return groups
      .flatMap(({ keys: [address], count }) => (typeof address === 'string' ? [{ address, events: count }] : []))
      .filter(({ address }) => !own.has(address))
      .slice(0, MOST_ADDRESSES);
  } catch (problem) {
    if (signal.aborted) throw problem;
    return [];
  }
}
