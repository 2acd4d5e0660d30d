/** What to do about incidents, from what their attackers reached: a few steps that anybody can take, the most urgent first. */
import { hostOf } from '@netsentinel/contracts/actor';
import type { Incident } from '@netsentinel/contracts/incident';
import { atLeast } from '@netsentinel/alert/score';
import { outcomeOf } from '../outcome.ts';
import { attackerName, verdictOf } from '../verdict.ts';
import { listed } from './words.ts';

const MAX_NAMES = 5;
const MAX_STEPS = 4;
/** Steps that the summary names, and attackers that it names with each. */
const MAX_FIRST = 5;
const MAX_WITH = 3;

interface Step {
  /** Techniques that call for it, without their sub-techniques; any of them. */
  readonly techniques: readonly string[];
  readonly say: string;
  /** What to say instead where nothing shows that it worked: the same where this is absent, nothing where it is empty. */
  readonly ifTried?: string;
}

const STEPS: readonly Step[] = [
  {
    techniques: ['T1486', 'T1485', 'T1561', 'T1490'],
    say: 'Take the machine off the network and restore it from a backup that is older than the attack.',
  },
  {
    techniques: ['T1041', 'T1048', 'T1567', 'T1030'],
    say: 'Find out which data left, and whom that concerns.',
  },
  {
    techniques: ['T1003', 'T1552', 'T1555'],
    say: 'Treat every password and key that was on the machine as known to the attacker, and replace them.',
    ifTried:
      'See whether the files that were asked for can be fetched from outside; where one can, replace the secrets in it.',
  },
  {
    techniques: ['T1098', 'T1136', 'T1053', 'T1543', 'T1546', 'T1037', 'T1505'],
    say: 'Look for what was left to come back: new accounts, SSH keys, services, scheduled jobs, web shells.',
    ifTried: 'See whether a program that is not yours answers at the addresses that were asked for.',
  },
  {
    techniques: ['T1071', 'T1568', 'T1571', 'T1572', 'T1090', 'T1219'],
    say: 'Look at the machine that spoke to the outside: something on it may be answering to somebody.',
  },
  { techniques: ['T1496'], say: 'Look for programs that use all of the processor, and stop them.' },
  {
    techniques: ['T1105', 'T1059', 'T1204'],
    say: 'Keep the files that were brought in for examination; do not run them.',
    ifTried: '',
  },
  {
    techniques: ['T1190', 'T1210'],
    say: 'See whether the attacked service has the weakness that was tried, and bring it up to date.',
  },
  {
    techniques: ['T1110'],
    say: 'Make guessing pointless: keys or a second factor instead of passwords, and a limit on attempts.',
  },
];

/** Most general last; at most four. */
export function adviceFor(incident: Incident): string[] {
  if (incident.scanner?.kind === 'own')
    return ['Nothing, if you ordered this scan; its findings may be worth reading.'];
  const atDecoy = isAtDecoy(incident);
  const steps = atDecoy ? [] : [...loginStep(incident), ...stepsFor(incident)];
  const host = hostOf(incident.actor);
  if (host !== undefined) steps.push(`Ask who worked on ${host.slice(0, 64)} at that time.`);
  else if (atLeast(incident.severity, 'medium'))
    steps.push(
      atDecoy
        ? `Block ${attackerName(incident)}, and look for the same address in the logs of your real machines.`
        : `Block ${attackerName(incident)}, if nobody of yours works from there.`,
    );
  return steps.slice(0, MAX_STEPS);
}

/** What to do first about all of them together; incidents come the worst first. */
export function firstSteps(incidents: readonly Incident[]): string[] {
  const grave = incidents.filter(({ severity, scanner }) => atLeast(severity, 'high') && scanner?.kind !== 'own');
  const real = grave.filter((one) => !isAtDecoy(one));
  const calls = new Map<string, string[]>();
  const call = (step: string, incident: Incident): void => {
    const names = calls.get(step) ?? [];
    if (!names.includes(attackerName(incident))) names.push(attackerName(incident));
    calls.set(step, names);
  };
  const users = [...new Set(real.flatMap(acceptedUsers))];
  const accounts =
    users.length === 0
      ? []
      : [
          `Change ${users.length === 1 ? 'the password' : 'the passwords'} of ${some(users)}: attackers logged in with ${users.length === 1 ? 'it' : 'them'}.`,
        ];
  for (const incident of real) for (const say of stepsFor(incident)) call(say, incident);
  const inOrder = [...STEPS.map(({ say }) => say), ...STEPS.flatMap(({ ifTried }) => ifTried ?? [])];
  const steps = inOrder.flatMap((say) => {
    const names = calls.get(say);
    return names === undefined ? [] : [`${say} (${some(names, MAX_WITH)})`];
  });
  const sources = [...new Set(grave.filter(({ actor }) => hostOf(actor) === undefined).map(attackerName))];
  const block = sources.length === 0 ? [] : [`Block ${some(sources)}, if nobody of yours works from there.`];
  return [...accounts, ...steps.slice(0, MAX_FIRST - accounts.length - block.length), ...block];
}

function loginStep(incident: Incident): string[] {
  const users = acceptedUsers(incident);
  if (users.length === 0) return [];
  return [`The login as ${some(users)} worked: change that password, end its sessions, and see what it did.`];
}

function stepsFor(incident: Incident): string[] {
  const reached = new Set(incident.techniques.map((id) => id.split('.')[0] ?? id));
  const isTried = outcomeOf(verdictOf(incident)) === 'tried';
  return STEPS.filter((step) => step.techniques.some((one) => reached.has(one)))
    .map(({ say, ifTried }) => (isTried ? (ifTried ?? say) : say))
    .filter(Boolean);
}

/** At a decoy nothing of worth was touched. */
function isAtDecoy({ inside, detections }: Incident): boolean {
  return inside === 'decoy' || (inside === undefined && detections.some(({ rule }) => rule.startsWith('decoy-')));
}

function acceptedUsers({ credentials }: Incident): string[] {
  const users = credentials.filter(({ accepted }) => accepted).map(({ user }) => `“${user.slice(0, 64)}”`);
  return [...new Set(users)];
}

function some(names: readonly string[], most = MAX_NAMES): string {
  const left = names.length - most;
  return left > 0 ? `${names.slice(0, most).join(', ')} and ${left} more` : listed(names);
}
