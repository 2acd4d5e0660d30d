/** An incident as a message: what a person needs to decide. Attackers' texts are in it as they are, capped; notifiers escape them. Pure. */
import type { Action } from '@netsentinel/contracts/action';
import { hostOf } from '@netsentinel/contracts/actor';
import type { Incident } from '@netsentinel/contracts/incident';
import { wordsOfMeasure } from '@netsentinel/contracts/measure-words';
import { NOTIFICATION_LIMITS, type Notification, type NotificationKind } from '@netsentinel/contracts/notification';
import type { PlaceOf } from '@netsentinel/contracts/place';
import { protocolName } from '@netsentinel/contracts/protocol-words';
import { describeScanner } from '@netsentinel/contracts/scanner-words';
import { SEVERITY_WEIGHT } from '../score.ts';

const MAX_LINE = 300;
const MAX_ADDRESSES = 4;
const MAX_RULES = 5;
const MAX_COMMANDS = 4;
const MAX_FILES = 2;

/** What is known besides the incident itself. */
export interface MessageContext {
  /** Names of ATT&CK's tactics and techniques, by id. */
  readonly names: {
    readonly tactics: Readonly<Record<string, string>>;
    readonly techniques: Readonly<Record<string, string>>;
  };
  readonly placeOf?: PlaceOf | undefined;
  /** The console as people reach it, without a slash at its end. */
  readonly consoleUrl?: string | undefined;
}

export interface Told {
  readonly id: string;
  readonly kind: NotificationKind;
  readonly reason: string;
  readonly at: number;
}

export function messageOf(
  incident: Incident,
  actions: readonly Action[],
  told: Told,
  context: MessageContext,
): Notification {
  const { names } = context;
  const named = (ids: readonly string[], all: Readonly<Record<string, string>>) =>
    ids.slice(0, 16).map((id) => ({ id, name: (all[id] ?? '').slice(0, 200) }));
  return {
    ...told,
    reason: cut(told.reason),
    severity: incident.severity,
    title: incident.title.slice(0, 512),
    incident: {
      id: incident.id,
      status: incident.status,
      score: incident.score,
      firstSeen: incident.firstSeen,
      lastSeen: incident.lastSeen,
      ...urlOf(incident.id, context),
    },
    who: whoOf(incident, context),
    tactics: named(incident.tactics, names.tactics),
    techniques: named(incident.techniques, names.techniques),
    story: storyOf(incident),
    targets: targetsOf(incident),
    response: responseOf(actions),
    next: nextOf(incident, actions),
  };
}

export function urlOf(incident: string, { consoleUrl }: MessageContext): { url?: string } {
  return consoleUrl === undefined ? {} : { url: `${consoleUrl}/incident/?id=${encodeURIComponent(incident)}` };
}

function whoOf({ actor, addresses, scanner, sourceVerified }: Incident, { placeOf }: MessageContext): string[] {
  const host = hostOf(actor);
  const lines = addresses.slice(0, MAX_ADDRESSES).map((address) => {
    const country = placeOf?.(address)?.country;
    return cut(country === undefined ? address : `${address} (${country})`);
  });
  if (addresses.length > MAX_ADDRESSES) lines.push(`and ${addresses.length - MAX_ADDRESSES} more addresses`);
  if (host !== undefined) lines.unshift(cut(`Somebody on ${host}`));
  if (scanner !== undefined) lines.push(cut(describeScanner(scanner)));
  if (!sourceVerified) lines.push('The address is not proven: it may be forged');
  return lines.length === 0 ? [cut(actor)] : lines.slice(0, 8);
}

function storyOf({ credentials, detections, commands, files }: Incident): string[] {
  const users = [...new Set(credentials.filter(({ accepted }) => accepted).map(({ user }) => user))];
  const failures = credentials.filter(({ accepted }) => !accepted).reduce((sum, { count }) => sum + count, 0);
  const rules = detections
    .toSorted((a, b) => SEVERITY_WEIGHT[b.severity] - SEVERITY_WEIGHT[a.severity] || a.first - b.first)
    .slice(0, MAX_RULES);
  return [
    ...(users.length > 0 ? [`Logged in as ${users.slice(0, 3).join(', ') || 'nobody by name'}`] : []),
    ...(failures > 0 ? [`${failures} logins failed`] : []),
    ...rules.map(({ title, count }) => (count > 1 ? `${title} (${count} times)` : title)),
    ...commands.slice(-MAX_COMMANDS).map(({ input }) => `Ran: ${input}`),
    ...files
      .slice(-MAX_FILES)
      .map(({ path, url }) => (url === undefined ? `File: ${path}` : `File: ${path} from ${url}`)),
  ]
    .slice(0, NOTIFICATION_LIMITS.story)
    .map(cut);
}

function targetsOf({ sessions, actor, inside }: Incident): string[] {
  const host = hostOf(actor);
  const decoys = sessions.map(({ decoy, protocol }) =>
    protocol === '' ? decoy : `${decoy} (${protocolName(protocol)})`,
  );
  const all = [...new Set([...(host === undefined ? [] : [host]), ...decoys])].filter((one) => one !== '').map(cut);
  const shown = all.slice(0, NOTIFICATION_LIMITS.targets - 2);
  if (all.length > shown.length) shown.push(`and ${all.length - shown.length} more`);
  if (inside !== undefined)
    shown.push(
      inside === 'machine' ? 'They were inside a real machine' : 'They were inside decoys only, no real machine',
    );
  return shown;
}

function responseOf(actions: readonly Action[]): string[] {
  if (actions.length === 0) return ['Nothing was blocked'];
  return actions.slice(0, NOTIFICATION_LIMITS.response).map((action) => {
    const { target, status, responder, expiresAt, detail } = action;
    const until = new Date(expiresAt).toISOString().slice(0, 16).replace('T', ' ');
    const because = detail === undefined ? '' : `: ${detail}`;
    const what = `${wordsOfMeasure(action).noun} of ${target} (${responder})`;
    if (status === 'applied' || status === 'verified') return cut(`${what}: ${status}, until ${until} UTC`);
    if (status === 'awaiting-approval') return cut(`${what}: waits for a person’s approval${because}`);
    if (status === 'simulated') return cut(`${what}: simulated only, nothing was changed`);
    return cut(`${what}: ${status}${because}`);
  });
}

function nextOf({ inside, status, credentials, id }: Incident, actions: readonly Action[]): string[] {
  const inForce = actions.filter((one) => one.status === 'applied' || one.status === 'verified').map(wordsOfMeasure);
  const held = inForce.some(({ contains }) => contains);
  const [watched] = held ? [] : inForce;
  const failed = actions.some((one) => one.status === 'failed' || one.status === 'refused');
  const users = [...new Set(credentials.filter(({ accepted }) => accepted).map(({ user }) => user))].slice(0, 3);
  const waiting = actions.find((one) => one.status === 'awaiting-approval');
  const steps = [
    ...(inside === 'machine'
      ? [
          `Change the password${users.length === 0 ? 's' : ` of ${users.join(', ')}`} and end the sessions on the machine`,
          'See what was run there, and whether anything was left behind',
        ]
      : []),
    ...(waiting === undefined
      ? []
      : [`Decide on the ${wordsOfMeasure(waiting).noun}: netsentinel response approve ${waiting.id}`]),
    ...(failed && inForce.length === 0
      ? ['The attacker is not held: block the address by hand, and see why the response failed']
      : []),
    ...(watched === undefined
      ? []
      : [`The attacker is ${watched.done}${watched.where}, not held: decide whether to block the address`]),
    ...(inForce.length === 0 && !failed && waiting === undefined && status === 'open'
      ? ['Nobody holds the attacker: decide whether to block the address']
      : []),
    `Say that you have it: netsentinel notify ack ${id}`,
  ];
  return steps.slice(0, NOTIFICATION_LIMITS.next).map(cut);
}

/** One line of at most `MAX_LINE` characters. */
function cut(text: string): string {
  return text.length <= MAX_LINE ? text : `${text.slice(0, MAX_LINE - 1)}…`;
}
