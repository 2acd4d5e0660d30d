/** An incident's title: who did what, in words that a person understands. */
import type { Incident } from '@netsentinel/contracts/incident';
import { hostOf } from '@netsentinel/contracts/actor';
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
const MAX_DEEDS = 3;
const MAX_TITLE = 240;
const MAX_NAME = 120;

export function titleOf(incident: Incident): string {
  const protocol = (incident.sessions.at(-1)?.protocol ?? '').toUpperCase();
  const deeds = deedsOf(incident);
  const user = incident.credentials.find((one) => one.accepted)?.user;
  if (user !== undefined) deeds.unshift(`logged in as ${printable(user, 32)}`);
  const title = [`${[protocol, opening(incident)].filter(Boolean).join(' ')} ${whence(incident)}`, ...deeds].join(', ');
  return title[0]!.toUpperCase() + title.slice(1, MAX_TITLE);
}

function whence({ actor, addresses }: Incident): string {
  const host = hostOf(actor);
  return host === undefined ? `from ${addresses[0] ?? actor}` : `on ${printable(host, MAX_NAME)}`;
}

function opening(incident: Incident): string {
  const rules = new Set(incident.detections.map((one) => one.rule));
  if (rules.has('password-spraying')) return 'password spraying';
  if (rules.has('login-brute-force')) return 'brute force';
  if (incident.counts.logins > 0) return 'break-in';
  if (incident.counts.failures > 1) return 'login attempts';
  if (incident.counts.failures === 1) return 'login attempt';
  if (incident.sessions.length > 0) return 'probe';
  const [strongest] = incident.detections.toSorted((a, b) => SEVERITY_WEIGHT[b.severity] - SEVERITY_WEIGHT[a.severity]);
  return strongest === undefined ? 'probe' : printable(strongest.title, MAX_NAME);
}

function deedsOf(incident: Incident): string[] {
  const techniques = new Set(incident.techniques);
  const deeds: string[] = [];
  const ran = incident.detections.some(({ rule }) => rule === 'download-and-run' || rule === 'dropped-file-executed');
  if (techniques.has('T1105')) deeds.push(ran ? 'brought in and ran a file' : 'brought in a file');
  for (const [technique, deed] of DEEDS) if (techniques.has(technique) && !deeds.includes(deed)) deeds.push(deed);
  return deeds.slice(0, MAX_DEEDS);
}
