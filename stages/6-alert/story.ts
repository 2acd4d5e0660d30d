/** What one move of an attacker adds to the story: timeline, session, credential, command, file, fingerprint. */
import type { Detection } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import type { TimelineEntry } from '@netsentinel/contracts/incident';
import type { Interaction } from '@netsentinel/contracts/interaction';
import { SCANS } from '@netsentinel/contracts/scan-words';
import { loginsOf } from '@netsentinel/contracts/logins';
import { printable } from '@netsentinel/kernel/log';
import type { Draft } from './draft.ts';
import { isTelling, sameInPhase } from './phase.ts';
import { worse } from './score.ts';

/**
 * Texts are kept shorter than the contract allows: an incident is written whole with each of its moves, so an attacker who sends long
 * lines would buy megabytes of writing with them. The events hold the full text.
 */
const MAX_TITLE = 400;
const MAX_LONG = 1024;
const MAX_NAME = 256;
const MAX_ENTRY_TECHNIQUES = 16;

export function tellMove(
  draft: Draft,
  event: Event,
  interaction: Interaction,
  time: number,
  detections: readonly Detection[],
): void {
  keepSession(draft, event, interaction, time);
  keepFingerprints(draft, event);
  const protocol = protocolOf(event);
  const session = event.netsentinel.session?.id;
  const tell = (kind: string, title: string, detail?: string, count?: number): void =>
    draft.tell({
      time,
      kind,
      title: title.slice(0, MAX_TITLE),
      ...(detail === undefined ? {} : { detail: detail.slice(0, MAX_LONG) }),
      ...signsOf(detections),
      ...(session === undefined ? {} : { session }),
      ...(protocol === '' ? {} : { protocol }),
      ...(count === undefined ? {} : { count }),
      event: event.event.id,
    });
  /** Once more what was done before in this phase is counted. */
  const tellAgain = (kind: string, title: (count: number) => string): void => {
    const index = sameInPhase(draft.incident, {
      kind,
      time,
      session,
      protocol: protocol === '' ? undefined : protocol,
    });
    if (index < 0) return tell(kind, title(1), undefined, 1);
    const count = (draft.incident.timeline[index]!.count ?? 1) + 1;
    draft.change('timeline', index, { title: title(count).slice(0, MAX_TITLE), count, event: event.event.id });
  };
  const decoy = event.netsentinel.decoy?.id ?? event.host?.name ?? event.event.dataset;
  switch (interaction) {
    case 'connect':
      return tellAgain('connect', (count) => `Connected ${count === 1 ? '' : `${count} times `}to ${decoy}`);
    case 'login':
      return tellLogin(draft, event, tell, tellAgain);
    case 'session':
      return tell('session', event.message ?? opened(event));
    case 'command':
      return tellCommand(draft, event, time, detections, tell);
    case 'program':
      return addTechniques(draft, event, detections);
    case 'download':
    case 'upload':
    case 'write':
      return tellFile(draft, event, interaction, time, tell);
    case 'read':
      return tellRun(draft, event, 'read', tell, (count) =>
        count === 1
          ? `Looked at ${show(event.file?.path)}`
          : `Looked at ${count} files, the last ${show(event.file?.path)}`,
      );
    case 'execute':
      return tell(
        'execute',
        `Started ${show(event.process?.executable ?? event.process?.command_line ?? event.file?.path)}`,
      );
    case 'forward': {
      const { host = '', port = 0, kind = 'tunnel' } = event.netsentinel.forward ?? {};
      if (event.message !== undefined) return tellPayload(draft, event, event.message);
      return tellRun(draft, event, 'forward', tell, (count) =>
        count === 1
          ? `Asked for a ${kind} to ${show(host)}:${port}`
          : `Asked for ${count} tunnels, the last to ${show(host)}:${port}`,
      );
    }
    case 'outbound': {
      const { host = event.destination?.domain ?? event.destination?.ip, port = event.destination?.port ?? 0 } =
        event.netsentinel.forward ?? {};
      return tell('outbound', `Tried to connect to ${show(host)}:${port}`);
    }
    case 'request':
      if (isNew(draft, detections)) return tell('request', `Asked ${decoy} for ${showRequest(event)}`);
      return tellAgain('request', (count) =>
        count === 1
          ? `Asked ${decoy} for ${showRequest(event)}`
          : `${count} web requests to ${decoy}, the last for ${showRequest(event)}`,
      );
    case 'probe':
      return tellProbe(draft, event, tell);
    case 'disconnect':
      // A connection of HTTP means little; of those where nothing came of it, the entry of the connections says enough.
      if (session !== undefined && (/^https?$/.test(protocol) || !isTelling(draft.incident, session))) return undefined;
      return tell('disconnect', `Left ${decoy}`);
    case 'handshake':
    case 'other':
    case 'none':
      return undefined;
  }
}

function showRequest({ url, http }: Event): string {
  return show(`${http?.request?.method ?? ''} ${url?.original ?? url?.path ?? ''}`.trim());
}

/** What was found that was not found before: it gets an entry of its own. */
function isNew({ incident }: Draft, detections: readonly Detection[]): boolean {
  return detections.some((one) => !incident.detections.some(({ rule }) => rule === one.rule.id));
}

function opened({ netsentinel, event }: Event): string {
  const { opened: what, smb } = netsentinel;
  if (what === undefined) return 'Opened a session';
  if (what === 'exec') return 'Gave a command without a shell';
  if (what === 'share')
    return `${event.outcome === 'failure' ? 'Was refused' : 'Opened'} the share ${show(smb?.share)}`;
  if (what === 'shell') return 'Opened a shell';
  const name = /^s?ftp$/.test(what) ? what.toUpperCase() : what;
  return `Opened ${/^(?:[aeiou]|SFTP)/.test(name) ? 'an' : 'a'} ${name} session`;
}

type Tell = (kind: string, title: string, detail?: string) => void;
type TellAgain = (kind: string, title: (count: number) => string) => void;

function tellLogin(draft: Draft, event: Event, tell: Tell, tellAgain: TellAgain): void {
  const accepted = event.event.outcome === 'success';
  const user = (event.user?.name ?? '').slice(0, MAX_NAME);
  const credential = event.netsentinel.credential;
  const count = event.netsentinel.aggregated ?? 1;
  if (accepted) draft.incident.counts.logins += count;
  else draft.incident.counts.failures += count;
  const logins = loginsOf(event);
  for (const { user: name, password } of logins)
    keepCredential(draft, event, {
      user: (name ?? '').slice(0, MAX_NAME),
      password: password?.slice(0, MAX_NAME),
      accepted,
      count: logins.length === 1 ? count : 1,
    });
  const how =
    credential?.password === undefined
      ? (credential?.method ?? 'a credential')
      : credential.password === ''
        ? 'an empty password'
        : `password ${show(credential.password)}`;
  if (accepted) return tell('login', `Logged in as ${show(user)} with ${how}`);
  tellAgain('login-failed', (failures) =>
    failures === 1
      ? `Failed to log in as ${show(user)} with ${how}`
      : `${failures} failed logins, the last as ${show(user)} with ${how}`,
  );
}

interface Credential {
  readonly user: string;
  readonly password: string | undefined;
  readonly accepted: boolean;
  readonly count: number;
}

function keepCredential(draft: Draft, event: Event, { user, password, accepted, count }: Credential): void {
  const key = event.netsentinel.credential?.public_key?.fingerprint;
  const last = Date.parse(event['@timestamp']);
  const list = draft.incident.credentials;
  const index = list.findIndex(
    (one) => one.user === user && one.password === password && one.key === key && one.accepted === accepted,
  );
  const known = list[index];
  if (known !== undefined)
    draft.change('credentials', index, { count: known.count + count, last: Math.max(known.last, last) });
  else
    draft.push(
      'credentials',
      {
        user,
        ...(password === undefined ? {} : { password }),
        ...(key === undefined ? {} : { key }),
        accepted,
        count,
        last,
      },
      (one) => one.accepted,
    );
}

function tellCommand(draft: Draft, event: Event, time: number, detections: readonly Detection[], tell: Tell): void {
  const input = event.process?.command_line ?? event.netsentinel.statement ?? '';
  draft.incident.counts.commands++;
  draft.push('commands', {
    time,
    input: input.slice(0, MAX_LONG),
    session: event.netsentinel.session?.id ?? '',
    techniques: techniquesOf(detections),
  });
  tell('command', printable(input, MAX_NAME));
}

/** A program that ran tells more of the line before it: what its variables and substitutions came to. */
function addTechniques(draft: Draft, event: Event, detections: readonly Detection[]): void {
  if (detections.length === 0) return;
  const session = event.netsentinel.session?.id ?? '';
  const index = draft.incident.commands.findLastIndex((one) => one.session === session);
  const command = draft.incident.commands[index];
  if (command === undefined) return;
  const techniques = [...new Set([...command.techniques, ...techniquesOf(detections)])].slice(0, MAX_ENTRY_TECHNIQUES);
  draft.change('commands', index, { techniques });
}

function tellFile(
  draft: Draft,
  event: Event,
  direction: 'download' | 'upload' | 'write',
  time: number,
  tell: Tell,
): void {
  const upload = event.netsentinel.upload;
  const path = event.file?.path ?? event.file?.name ?? '';
  const url = event.url?.original ?? event.url?.full;
  const sha256 = upload?.sha256 ?? event.file?.hash?.sha256;
  const bytes = upload?.bytes ?? event.file?.size;
  draft.push('files', {
    time,
    path: path.slice(0, MAX_LONG),
    direction,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(url === undefined ? {} : { url: url.slice(0, MAX_LONG) }),
  });
  const gone = event.event.type?.includes('deletion') === true;
  const what = gone ? 'Removed' : { download: 'Downloaded', upload: 'Uploaded', write: 'Wrote' }[direction];
  tell('file', `${what} ${show(path === '' ? url : path)}`, url);
}

/** Many moves of one kind in a row are one entry that counts. */
function tellRun(draft: Draft, event: Event, kind: string, tell: Tell, title: (count: number) => string): void {
  const timeline = draft.incident.timeline;
  let index = timeline.length - 1;
  // Detections that the run itself caused do not end it.
  while (timeline[index]?.kind === 'detection') index--;
  const last = timeline[index];
  if (last?.kind !== kind || last.session !== event.netsentinel.session?.id) return tell(kind, title(1));
  const count = (last.count ?? 1) + 1;
  draft.change('timeline', index, { title: title(count).slice(0, MAX_TITLE), count, event: event.event.id });
}

/** One entry for each kind of scan of each address, however long it goes on. */
function tellProbe(draft: Draft, event: Event, tell: Tell): void {
  const { kind, touched, total } = event.netsentinel.probe!;
  const { name, isPing = false } = SCANS[kind] ?? { name: 'probe' };
  const target = show(event.destination?.ip);
  const begin = `${name[0]!.toUpperCase()}${name.slice(1)} of ${target}`;
  const title = isPing ? begin : `${begin}: ${total} ${total === 1 ? 'port' : 'ports'}`;
  const index = draft.incident.timeline.findLastIndex(
    (entry) => entry.kind === 'probe' && (entry.title === begin || entry.title.startsWith(`${begin}:`)),
  );
  const known = draft.incident.timeline[index];
  // Where the count begins anew, it is another scan.
  if (known === undefined || (!isPing && total === touched))
    return tell('probe', title, event.netsentinel.probe!.ports);
  draft.change('timeline', index, { title, count: (known.count ?? 1) + 1, event: event.event.id });
}

/** What was sent through a tunnel belongs to the entry that opened it. */
function tellPayload(draft: Draft, event: Event, payload: string): void {
  const index = draft.incident.timeline.findLastIndex(
    (entry) => entry.kind === 'forward' && entry.session === event.netsentinel.session?.id,
  );
  if (index >= 0)
    draft.change('timeline', index, {
      detail: printable(payload, MAX_LONG).slice(0, MAX_LONG),
      event: event.event.id,
    });
}

function keepSession(draft: Draft, event: Event, interaction: Interaction, time: number): void {
  const session = event.netsentinel.session;
  if (session === undefined) return;
  const index = draft.incident.sessions.findLastIndex((one) => one.id === session.id);
  const known = draft.incident.sessions[index];
  const { ssh, client: said } = event.netsentinel;
  const client = ssh?.client_version ?? said?.software ?? event.user_agent?.original;
  const changes = {
    ...(interaction === 'disconnect' ? { end: time } : {}),
    ...(interaction === 'login' && event.event.outcome === 'success' && event.user?.name !== undefined
      ? { user: event.user.name }
      : {}),
    ...(event.netsentinel.recording === undefined ? {} : { recording: event.netsentinel.recording.id }),
    ...(client === undefined ? {} : { client: client.slice(0, MAX_NAME) }),
  };
  if (known === undefined) {
    const { decoy } = event.netsentinel;
    draft.push(
      'sessions',
      { id: session.id, decoy: decoy?.id ?? event.event.dataset, protocol: protocolOf(event), start: time, ...changes },
      (one) => one.user !== undefined || one.recording !== undefined,
    );
  } else if (Object.keys(changes).length > 0 || time < known.start)
    draft.change('sessions', index, { ...changes, start: Math.min(known.start, time) });
}

function protocolOf({ network, netsentinel }: Event): string {
  return (network?.protocol ?? netsentinel.decoy?.type ?? '').slice(0, 32);
}

function keepFingerprints(draft: Draft, event: Event): void {
  const { ssh, client, tls } = event.netsentinel;
  const protocol = event.netsentinel.decoy?.type ?? 'client';
  const found = [
    ['hassh', ssh?.hassh],
    ['ssh-client', ssh?.client_version],
    [`${protocol}-client`, client?.software],
    [`${protocol}-fingerprint`, client?.fingerprint],
    ['ja3', event.tls?.client?.ja3],
    ['ja4', tls?.ja4],
    ['ssh-key', event.netsentinel.credential?.public_key?.fingerprint],
  ] as const;
  for (const [kind, value] of found) {
    if (value === undefined) continue;
    if (!draft.incident.fingerprints.some((one) => one.kind === kind && one.value === value))
      draft.push('fingerprints', { kind, value });
  }
}

function signsOf(detections: readonly Detection[]): Pick<TimelineEntry, 'severity' | 'techniques'> {
  if (detections.length === 0) return {};
  return {
    severity: detections.reduce((worst, one) => worse(worst, one.severity), detections[0]!.severity),
    techniques: techniquesOf(detections),
  };
}

function techniquesOf(detections: readonly Detection[]): string[] {
  return [...new Set(detections.flatMap((one) => one.techniques))].slice(0, MAX_ENTRY_TECHNIQUES);
}

function show(text: string | undefined): string {
  return printable(text ?? '?', 256);
}
