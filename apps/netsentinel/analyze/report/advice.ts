/** What to do about an incident, from what its attacker reached: a few steps that anybody can take, the most urgent first. */
import { hostOf } from '@netsentinel/contracts/actor';
import type { Incident } from '@netsentinel/contracts/incident';
import { atLeast } from '@netsentinel/alert/score';
import { attackerName } from '../verdict.ts';
import { listed } from './words.ts';

const MAX_NAMES = 5;

interface Step {
  /** Techniques that call for it, without their sub-techniques; any of them. */
  readonly techniques: readonly string[];
  readonly say: string;
}

const STEPS: readonly Step[] = [
  {
    techniques: ['T1486', 'T1485', 'T1561', 'T1490'],
    say: 'Take the machine off the network and restore it from a backup that is older than the attack.',
  },
  {
    techniques: ['T1003', 'T1552', 'T1555'],
    say: 'Treat every password and key that was on the machine as known to the attacker, and replace them.',
  },
  {
    techniques: ['T1098', 'T1136', 'T1053', 'T1543', 'T1546', 'T1037', 'T1505'],
    say: 'Look for what was left to come back: new accounts, SSH keys, services, scheduled jobs, web shells.',
  },
  { techniques: ['T1496'], say: 'Look for programs that use all of the processor, and stop them.' },
  {
    techniques: ['T1105', 'T1059', 'T1204'],
    say: 'Keep the files that were brought in for examination; do not run them.',
  },
  {
    techniques: ['T1190', 'T1210'],
    say: 'See whether the attacked service has the weakness that was tried, and bring it up to date.',
  },
  {
    techniques: ['T1041', 'T1048', 'T1567', 'T1030'],
    say: 'Find out which data left, and whom that concerns.',
  },
  {
    techniques: ['T1071', 'T1568', 'T1571', 'T1572', 'T1090', 'T1219'],
    say: 'Look at the machine that spoke to the outside: something on it may be answering to somebody.',
  },
  {
    techniques: ['T1110'],
    say: 'Make guessing pointless: keys or a second factor instead of passwords, and a limit on attempts.',
  },
];

/** Most general last; at most four. */
export function adviceFor(incident: Incident): string[] {
  const steps: string[] = [];
  const atDecoy = incident.detections.some(({ rule }) => rule.startsWith('decoy-'));
  const users = [...new Set(incident.credentials.filter(({ accepted }) => accepted).map(({ user }) => user))];
  if (users.length > 0 && !atDecoy) {
    const names = listed(users.slice(0, MAX_NAMES).map((user) => `“${user.slice(0, 64)}”`));
    const more = users.length > MAX_NAMES ? ` and ${users.length - MAX_NAMES} more` : '';
    steps.push(`The login as ${names}${more} worked: change that password, end its sessions, and see what it did.`);
  }
  const reached = new Set(incident.techniques.map((id) => id.split('.')[0] ?? id));
  // At a decoy nothing of worth was touched.
  if (!atDecoy)
    for (const { techniques, say } of STEPS) if (techniques.some((one) => reached.has(one))) steps.push(say);
  const host = hostOf(incident.actor);
  if (host !== undefined) steps.push(`Ask who worked on ${host.slice(0, 64)} at that time.`);
  else if (atLeast(incident.severity, 'medium'))
    steps.push(
      atDecoy
        ? `Block ${attackerName(incident)}, and look for the same address in the logs of your real machines.`
        : `Block ${attackerName(incident)}, if nobody of yours works from there.`,
    );
  return steps.slice(0, 4);
}
