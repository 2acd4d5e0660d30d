/**
 * What an event means as a move of an attacker, whatever protocol and sensor it came from. Detectors and the incident's story read
 * events through this one function, so that they agree. It goes by what is in the event (ECS category, our own fields) and by words in
 * `event.action`; decoys best use the names in `DECOY_ACTIONS`.
 */
import type { Event, SensorEvent } from './event.ts';

export type Interaction =
  /** A connection was accepted. Alone it proves nothing: scanners of good will do that. */
  | 'connect'
  /** The client said what it is: version, algorithms, fingerprint. */
  | 'handshake'
  /** A credential was presented; `event.outcome` says whether it was let in. */
  | 'login'
  /** A shell, exec or subsystem was opened. */
  | 'session'
  /** One command line as the attacker gave it. */
  | 'command'
  /** One simple command as it ran, after expansion; follows its line. */
  | 'program'
  | 'download'
  | 'upload'
  /** A file was written by redirection or by a command. */
  | 'write'
  /** A program of the attacker's own was started. */
  | 'execute'
  /** A port forward or proxy was asked for. */
  | 'forward'
  /** A program of the machine would have opened a connection. */
  | 'outbound'
  | 'disconnect'
  /** Something else at a decoy. */
  | 'other'
  /** Not an attacker's move at a decoy, nor a login anywhere: background. */
  | 'none';

/** The names that our decoys give their events. */
export const DECOY_ACTIONS = {
  connect: 'connection-opened',
  handshake: 'client-identified',
  login: 'login',
  session: 'session-opened',
  command: 'command-input',
  program: 'program-run',
  download: 'file-download',
  upload: 'file-upload',
  write: 'file-written',
  execute: 'file-executed',
  forward: 'port-forward',
  outbound: 'outbound-connection',
  disconnect: 'connection-closed',
} as const satisfies Partial<Record<Interaction, string>>;

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
const known = new Map<string, Interaction | undefined>(
  Object.entries(DECOY_ACTIONS).map(([interaction, action]) => [action, interaction as Interaction]),
);

/** Costs a few property reads for events that are background. */
export function interactionOf(event: Event | SensorEvent): Interaction {
  if (event.netsentinel?.decoy === undefined)
    return event.event.category?.includes('authentication') === true && event.event.outcome !== undefined
      ? 'login'
      : 'none';
  if (event.event.kind === 'pipeline_error') return 'other';
  const byAction = event.event.action === undefined ? undefined : byWords(event.event.action);
  return byAction ?? byContent(event);
}

function byWords(action: string): Interaction | undefined {
  if (known.has(action)) return known.get(action);
  let found: Interaction | undefined;
  for (const [word, interaction] of WORDS)
    if (word.test(action)) {
      found = interaction;
      break;
    }
  if (known.size < MAX_KNOWN) known.set(action, found);
  return found;
}

function byContent(event: Event | SensorEvent): Interaction {
  if (event.event.category?.includes('authentication') === true) return 'login';
  if (event.netsentinel?.ssh?.forward !== undefined) return 'forward';
  if (event.netsentinel?.upload !== undefined) return 'upload';
  if (event.url !== undefined) return 'download';
  if (event.process?.command_line !== undefined) return 'command';
  if (event.netsentinel?.ssh?.hassh !== undefined || event.netsentinel?.ssh?.client_version !== undefined)
    return 'handshake';
  return 'other';
}
