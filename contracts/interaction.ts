/**
 * What an event means as a move of an attacker, whatever protocol and sensor it came from. Detectors and the incident's story read
 * events through this one function, so that they agree. Decoys of ours use the names in `DECOY_ACTIONS`; of others' events it makes the
 * best by words in `event.action` and by what is in them.
 */
import type { Event, SensorEvent } from './event.ts';
import { isWatchedLogin } from './logins.ts';

export type Interaction =
  /** A connection was accepted. Alone it proves nothing: scanners of good will do that. */
  | 'connect'
  /** A port that nobody serves was touched, or a machine pinged. Alone it proves nothing either. */
  | 'probe'
  /** The client said what it is: version, algorithms, fingerprint. */
  | 'handshake'
  /** A credential was presented; `event.outcome` says whether it was let in. */
  | 'login'
  /** A shell, exec or subsystem was opened. */
  | 'session'
  /** One command line as the attacker gave it, or a statement in another language of the machine. */
  | 'command'
  /** One simple command as it ran, after expansion; follows its line. */
  | 'program'
  | 'download'
  | 'upload'
  /** A file was written by redirection or by a command, or removed. */
  | 'write'
  /** A file was read, or a folder or list looked at. */
  | 'read'
  /** A program of the attacker's own was started. */
  | 'execute'
  /** A port forward or proxy was asked for. */
  | 'forward'
  /** A program of the machine would have opened a connection. */
  | 'outbound'
  /** A web server, proxy or sensor saw an HTTP request. Most are background: whoever reads on asks what is in it. */
  | 'request'
  | 'disconnect'
  /** Something else at a decoy, or elsewhere with a honeytoken. */
  | 'other'
  /** Not an attacker's move at a decoy, nor a login anywhere: background. */
  | 'none';

/** What our decoys call their events, after their protocol and a hyphen: `ssh-login`. */
export const DECOY_ACTIONS = {
  connect: 'connect',
  client: 'handshake',
  login: 'login',
  session: 'session',
  command: 'command',
  program: 'program',
  download: 'download',
  upload: 'upload',
  /** SQL, Redis commands, LDAP filters. */
  query: 'command',
  /** An upload where `tags` has `upload`. */
  file: 'write',
  delete: 'write',
  read: 'read',
  list: 'read',
  execute: 'execute',
  /** Outbound where the kind of the forward is `connect`. */
  forward: 'forward',
  disconnect: 'disconnect',
  recording: 'other',
  bounded: 'other',
  /** HTTP. */
  request: 'request',
  tls: 'handshake',
} as const satisfies Readonly<Record<string, Interaction>>;

/** Words in `event.action`, first match wins. */
const WORDS: readonly (readonly [RegExp, Interaction])[] = [
  [/disconnect|connection[-_.]closed|session[-_.](end|closed)|logout/, 'disconnect'],
  [/forward|tunnel|tcpip/, 'forward'],
  [/outbound/, 'outbound'],
  [/upload/, 'upload'],
  [/download/, 'download'],
  [/written|write|file[-_.]created/, 'write'],
  [/file[-_.]exec|execute$/, 'execute'],
  [/login|authentication/, 'login'],
  [/input|line/, 'command'],
  [/program|command/, 'program'],
  [/identified|handshake|kex|client|hassh|version/, 'handshake'],
  [/connect/, 'connect'],
  [/shell|session|exec|pty|subsystem|channel/, 'session'],
];
const MAX_KNOWN = 512;
const known = new Map<string, Interaction | undefined>();

/** Costs a few property reads for events that are background. */
export function interactionOf(event: Event | SensorEvent): Interaction {
  if (event.netsentinel?.decoy === undefined)
    return (event.event.category?.includes('authentication') === true && event.event.outcome !== undefined) ||
      isWatchedLogin(event)
      ? 'login'
      : isRequest(event)
        ? 'request'
        : event.netsentinel?.honeytoken !== undefined
          ? 'other'
          : event.netsentinel?.probe !== undefined
            ? 'probe'
            : 'none';
  if (event.event.kind === 'pipeline_error') return 'other';
  const named = event.event.action === undefined ? undefined : byAction(event.event.action);
  if (named === 'write') return event.tags?.includes('upload') === true ? 'upload' : 'write';
  if (named === 'forward') return event.netsentinel.forward?.kind === 'connect' ? 'outbound' : 'forward';
  // Other honeypots call so what came in any protocol.
  if (named === 'request' && !isRequest(event)) return 'other';
  return named ?? byContent(event);
}

function isRequest({ url, http, event }: Event | SensorEvent): boolean {
  return url !== undefined && http !== undefined && event.kind !== 'pipeline_error';
}

function byAction(action: string): Interaction | undefined {
  if (known.has(action)) return known.get(action);
  const name = action.slice(action.indexOf('-') + 1);
  const found = Object.hasOwn(DECOY_ACTIONS, name)
    ? DECOY_ACTIONS[name as keyof typeof DECOY_ACTIONS]
    : WORDS.find(([word]) => word.test(action))?.[1];
  if (known.size < MAX_KNOWN) known.set(action, found);
  return found;
}

function byContent(event: Event | SensorEvent): Interaction {
  if (event.event.category?.includes('authentication') === true) return 'login';
  if (event.netsentinel?.forward !== undefined) return 'forward';
  if (event.netsentinel?.upload !== undefined) return 'upload';
  if (isRequest(event)) return 'request';
  if (event.url !== undefined) return 'download';
  if (event.process?.command_line !== undefined) return 'command';
  if (event.netsentinel?.ssh?.hassh !== undefined || event.netsentinel?.ssh?.client_version !== undefined)
    return 'handshake';
  return 'other';
}
