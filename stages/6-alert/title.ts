/** An incident's title: who did what, in words that a person understands. */
import type { Incident } from '@netsentinel/contracts/incident';
import { hostOf } from '@netsentinel/contracts/actor';
import { protocolName } from '@netsentinel/contracts/protocol-words';
import { describeScanner } from '@netsentinel/contracts/scanner-words';
import { printable } from '@netsentinel/kernel/log';
import { SEVERITY_WEIGHT } from './score.ts';

/** What an attacker did, by technique, the most telling first; the title names at most `MAX_DEEDS`, in this order of weight. */
const DEEDS: readonly (readonly [technique: string, deed: string])[] = [
  ['T1485', 'destroyed data'],
  ['T1561.001', 'wiped disks'],
  ['T1496.001', 'started a miner'],
  ['T1003.008', 'read the password hashes'],
  ['T1021.004', 'went on to other machines'],
  ['T1098.004', 'planted an SSH key'],
  ['T1505.003', 'left a web shell'],
  ['T1053.003', 'set up a cron job'],
  ['T1543.002', 'set up a service'],
  ['T1037.004', 'changed the start scripts'],
  ['T1546.004', 'changed a shell profile'],
  ['T1136.001', 'created an account'],
  ['T1098', 'changed an account'],
  ['T1562.004', 'switched off the firewall'],
  ['T1562.001', 'switched off defences'],
  ['T1070.002', 'wiped logs'],
  ['T1070.003', 'cleared the history'],
  ['T1562.003', 'cleared the history'],
  ['T1572', 'tunnelled connections'],
  ['T1046', 'scanned the network'],
  ['T1222.002', 'changed file permissions'],
  ['T1489', 'stopped other programs'],
  ['T1082', 'looked around'],
];
const GUESSING: ReadonlySet<string> = new Set(['login-brute-force', 'password-spraying']);
/** Entries of the story that tell of more than looking. */
const DID: ReadonlySet<string> = new Set(['file', 'execute']);
const MAX_PROTOCOLS = 3;
const MAX_USERS = 3;
const MAX_DEEDS = 3;
const MAX_TITLE = 240;
const MAX_NAME = 120;

export function titleOf(incident: Incident): string {
  const protocol = protocolsOf(incident);
  const deeds = deedsOf(incident);
  const login = loginOf(incident);
  if (login !== undefined) deeds.unshift(login);
  const what = [[protocol, opening(incident)].filter(Boolean).join(' '), whence(incident)].join(' ');
  const title = [what, ...deeds].join(', ');
  if (incident.scanner === undefined) return title[0]!.toUpperCase() + title.slice(1, MAX_TITLE);
  const small = protocol === '' ? title[0]!.toLowerCase() + title.slice(1) : title;
  return `${describeScanner(incident.scanner)}: ${small}`.slice(0, MAX_TITLE);
}

/** `logged in as root and deploy`: the first of those that let them in. */
function loginOf({ credentials }: Incident): string | undefined {
  const accepted = [...new Set(credentials.filter((one) => one.accepted).map(({ user }) => user))];
  if (accepted.length === 0) return undefined;
  // A name may be empty: some services let in whoever gives none.
  const named = accepted.filter((user) => user !== '').map((user) => printable(user, 32));
  return named.length === 0 ? 'logged in' : `logged in as ${listed(named, MAX_USERS)}`;
}

/** `SSH`, `SSH and Telnet`: where they got in; where nowhere, what they spoke. */
function protocolsOf({ sessions, commands, timeline }: Incident): string {
  const wrote = new Set(timeline.filter(({ kind }) => DID.has(kind)).map(({ session }) => session));
  const within = sessions.filter(({ id, user }) => user !== undefined || wrote.has(id));
  const ran = within.length > 0 ? [] : sessions.filter(({ id }) => commands.some(({ session }) => session === id));
  const telling = within.length > 0 ? within : ran.length > 0 ? ran : sessions;
  const all = [...new Set(telling.map(({ protocol }) => protocol))].filter((protocol) => protocol !== '');
  return listed(
    all.map((protocol) => protocolName(protocol)),
    MAX_PROTOCOLS,
  );
}

/** `one`, `one and two`, `one, two and 3 more`. */
function listed(names: readonly string[], most: number): string {
  const shown = names.length > most ? [...names.slice(0, most - 1), `${names.length - most + 1} more`] : [...names];
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

function whence({ actor, addresses }: Incident): string {
  const host = hostOf(actor);
  return host === undefined ? `from ${addresses[0] ?? actor}` : `on ${printable(host, MAX_NAME)}`;
}

function opening(incident: Incident): string {
  const guessing = incident.detections.filter(({ rule }) => GUESSING.has(rule));
  if (incident.counts.logins > 0) return wasGuessed(incident, guessing) ? 'break-in by brute force' : 'break-in';
  if (guessing.length > 0)
    return guessing.some(({ rule }) => rule === 'password-spraying') ? 'password spraying' : 'brute force';
  if (incident.counts.commands > 0) return 'attack';
  if (incident.counts.failures > 1) return 'login attempts';
  if (incident.counts.failures === 1) return 'login attempt';
  if (incident.sessions.length > 0) return 'probe';
  const [strongest] = incident.detections.toSorted((a, b) => SEVERITY_WEIGHT[b.severity] - SEVERITY_WEIGHT[a.severity]);
  return strongest === undefined ? 'probe' : printable(strongest.title, MAX_NAME);
}

/** Whether they guessed before they were in, and not at another service afterwards. */
function wasGuessed({ timeline }: Incident, guessing: Incident['detections']): boolean {
  const login = timeline.find(({ kind }) => kind === 'login');
  return guessing.some(({ first }) => login === undefined || first <= login.time);
}

function deedsOf(incident: Incident): string[] {
  const techniques = new Set(incident.techniques);
  const deeds: string[] = [];
  const ran = incident.detections.some(({ rule }) => rule === 'download-and-run' || rule === 'dropped-file-executed');
  if (techniques.has('T1105')) deeds.push(ran ? 'brought in and ran a file' : 'brought in a file');
  const has = (...rules: readonly string[]): boolean => incident.detections.some(({ rule }) => rules.includes(rule));
  const scannedUs = has('port-scan', 'decoy-scan');
  // Others were scanned from here where a command did it.
  if (scannedUs && !has('network-scan')) techniques.delete('T1046');
  for (const [technique, deed] of DEEDS) if (techniques.has(technique) && !deeds.includes(deed)) deeds.push(deed);
  // Where nothing else is known, that is what the title begins with.
  if (scannedUs && incident.sessions.length > 0)
    deeds.push(has('port-scan') ? 'scanned our ports' : 'tried one service after another');
  return deeds.slice(0, MAX_DEEDS);
}
