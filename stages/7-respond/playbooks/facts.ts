/**
 * What a playbook's conditions can ask about: an incident as one flat record of fields, named as in our contracts. Lists meet a condition when any
 * of their entries does. Pure.
 */
import type { Action } from '@netsentinel/contracts/action';
import { hostOf } from '@netsentinel/contracts/actor';
import type { Incident } from '@netsentinel/contracts/incident';
import { measureOf } from '@netsentinel/contracts/measure-words';
import { localTime, WEEKDAYS } from '@netsentinel/kernel/local-time';
import { evidenceOf } from '../evidence.ts';

export interface FactContext {
  readonly incident: Incident;
  /** The blocks, and other measures, of this incident. */
  readonly actions: readonly Pick<Action, 'status' | 'measure'>[];
  /** Epoch milliseconds. */
  readonly now: number;
  /** Whose clocks count, an IANA name. */
  readonly zone: string;
}

interface Fact {
  readonly meaning: string;
  readonly of: (context: FactContext) => unknown;
}

const fact = (meaning: string, of: Fact['of']): Fact => ({ meaning, of });

export const FACTS: Readonly<Record<string, Fact>> = {
  severity: fact('`info`, `low`, `medium`, `high` or `critical`.', ({ incident }) => incident.severity),
  score: fact('0 to 100.', ({ incident }) => incident.score),
  status: fact('`open` or `contained`.', ({ incident }) => incident.status),
  actor: fact('The attacker: an address, an IPv6 /64, or `host:NAME`.', ({ incident }) => incident.actor),
  addresses: fact('Addresses of the attacker; for networks with `|cidr`.', ({ incident }) => incident.addresses),
  sourceVerified: fact('Whether the address is proven: `true` or `false`.', ({ incident }) => incident.sourceVerified),
  inside: fact('Where they logged in or ran something: `machine` or `decoy`.', ({ incident }) => incident.inside),
  tactics: fact('ATT&CK tactics, `TA0006`.', ({ incident }) => incident.tactics),
  techniques: fact('ATT&CK techniques, `T1110.001`.', ({ incident }) => incident.techniques),
  'techniques.count': fact('How many techniques.', ({ incident }) => incident.techniques.length),
  evidence: fact('Kinds of evidence: `decoy`, `honeytoken`, `scan`, `log`.', ({ incident }) => evidenceOf(incident)),
  'evidence.count': fact('How many kinds of evidence.', ({ incident }) => evidenceOf(incident).length),
  assets: fact('Decoys and machines that they touched.', ({ incident }) => assetsOf(incident)),
  'assets.count': fact('How many decoys and machines.', ({ incident }) => assetsOf(incident).length),
  'sessions.decoy': fact('Decoys with a session.', ({ incident }) => incident.sessions.map(({ decoy }) => decoy)),
  'sessions.protocol': fact('Services with a session, `ssh`.', ({ incident }) =>
    incident.sessions.map(({ protocol }) => protocol),
  ),
  'detections.rule': fact('Ids of rules that found something.', ({ incident }) =>
    incident.detections.map(({ rule }) => rule),
  ),
  'detections.severity': fact('Their severities.', ({ incident }) =>
    incident.detections.map(({ severity }) => severity),
  ),
  'detections.count': fact('How many rules found something.', ({ incident }) => incident.detections.length),
  'counts.events': fact('Events in it.', ({ incident }) => incident.counts.events),
  'counts.logins': fact('Logins that succeeded.', ({ incident }) => incident.counts.logins),
  'counts.failures': fact('Logins that failed.', ({ incident }) => incident.counts.failures),
  'counts.commands': fact('Commands that were run.', ({ incident }) => incident.counts.commands),
  'credentials.user': fact('Accounts that were tried.', ({ incident }) => incident.credentials.map(({ user }) => user)),
  'commands.input': fact('Commands as they were typed.', ({ incident }) => incident.commands.map(({ input }) => input)),
  'files.direction': fact('`upload`, `download` or `write`.', ({ incident }) =>
    incident.files.map(({ direction }) => direction),
  ),
  'files.sha256': fact('Hashes of files that were left or fetched.', ({ incident }) =>
    incident.files.flatMap(({ sha256 }) => sha256 ?? []),
  ),
  'fingerprints.value': fact('Fingerprints of their clients.', ({ incident }) =>
    incident.fingerprints.map(({ value }) => value),
  ),
  'scanner.id': fact('The known scanner, where it is one.', ({ incident }) => incident.scanner?.id),
  'scanner.kind': fact('What kind of known scanner.', ({ incident }) => incident.scanner?.kind),
  'actions.status': fact('How its blocks stand: `failed`, `awaiting-approval`, `verified` …', ({ actions }) =>
    actions.filter((one) => measureOf(one) === 'block').map(({ status }) => status),
  ),
  'actions.measureStatus': fact(
    'Each measure with how it stands, blocks too: `redirect failed`, `block verified` …',
    ({ actions }) => actions.map((one) => `${measureOf(one)} ${one.status}`),
  ),
  'actions.measure': fact('What is in force against them: `block`, `redirect` …', ({ actions }) =>
    actions.filter(({ status }) => status === 'applied' || status === 'verified').map(measureOf),
  ),
  durationMs: fact(
    'From its first to its last move, milliseconds.',
    ({ incident }) => incident.lastSeen - incident.firstSeen,
  ),
  'time.hour': fact('The hour, 0 to 23, in the playbook’s `zone`.', ({ now, zone }) =>
    Math.floor(localTime(now, zone).minutes / 60),
  ),
  'time.weekday': fact(
    '`mon` to `sun`, in the playbook’s `zone`.',
    ({ now, zone }) => WEEKDAYS[localTime(now, zone).day],
  ),
};

/** All facts, for a condition; what there is none of is missing. */
export function factsOf(context: FactContext): Readonly<Record<string, unknown>> {
  const facts: Record<string, unknown> = {};
  for (const [name, { of }] of Object.entries(FACTS)) {
    const value = of(context);
    if (value !== undefined) facts[name] = value;
  }
  return facts;
}

function assetsOf({ actor, sessions }: Incident): string[] {
  const host = hostOf(actor);
  return [...new Set([...(host === undefined ? [] : [host]), ...sessions.map(({ decoy }) => decoy)])].filter(Boolean);
}
