/** An incident without a value that is to be known no longer: its texts that attackers wrote, and those made of them. */
import type { Incident } from '@netsentinel/contracts/incident';
import { eraseText, eraseValue } from '@netsentinel/kernel/erased-event';
import { ERASED } from '@netsentinel/kernel/sealed-text';
import { printable } from '@netsentinel/kernel/log';

/** Characters of a password that a story shows. */
const MAX_SHOWN = 256;

/** The parts whose every text may tell of it; what programs go by (ids, kinds, times) is in others. */
const PARTS = ['title', 'credentials', 'commands', 'files', 'fingerprints', 'sessions', 'detections'] as const;
/** Of these parts. */
const KEPT: ReadonlySet<string> = new Set([
  'id',
  'rule',
  'severity',
  'sha256',
  'direction',
  'session',
  'decoy',
  'protocol',
  'recording',
  'techniques',
  'kind',
]);

/** The same one where the value is not in it. */
export function eraseFromIncident(incident: Incident, secret: string): Incident {
  const next: Incident = { ...incident };
  let isChanged = false;
  const change = <Part extends keyof Incident>(part: Part, value: Incident[Part]): void => {
    if (value === incident[part]) return;
    next[part] = value;
    isChanged = true;
  };
  for (const part of PARTS) change(part, eraseValue(incident[part], secret, KEPT));
  const timeline = incident.timeline.map((entry) => {
    const title = eraseText(entry.title, secret);
    const detail = entry.detail === undefined ? undefined : eraseText(entry.detail, secret);
    if (title === entry.title && detail === entry.detail) return entry;
    return { ...entry, title, ...(detail === undefined ? {} : { detail }) };
  });
  if (timeline.some((entry, i) => entry !== incident.timeline[i])) change('timeline', timeline);
  return isChanged ? { ...next, version: incident.version + 1 } : incident;
}

/** The same one where none of its passwords is meant: those go, and so do they out of what is told of logins. Names and commands that are spelled the same stay. */
export function erasePasswords(
  incident: Incident,
  isMeant: (password: string, lastTried: number) => boolean,
): Incident {
  const gone = new Set<string>();
  const credentials = incident.credentials.map((one) => {
    const { password, last } = one;
    if (password === undefined || password === '' || password === ERASED || !isMeant(password, last)) return one;
    gone.add(printable(password, MAX_SHOWN));
    return { ...one, password: ERASED };
  });
  if (gone.size === 0) return incident;
  const timeline = incident.timeline.map((entry) => {
    // As `story.ts` writes it.
    const [, how, password] = /^(.* with password )(.*)$/su.exec(entry.title) ?? [];
    return how === undefined || !gone.has(password!) ? entry : { ...entry, title: how + ERASED };
  });
  return { ...incident, credentials, timeline, version: incident.version + 1 };
}
