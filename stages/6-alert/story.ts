/** What one move of an attacker adds to the story: timeline, session, credential, command, file, fingerprint. */
import type { Detection } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import type { TimelineEntry } from '@netsentinel/contracts/incident';
import type { Interaction } from '@netsentinel/contracts/interaction';
import { printable } from '@netsentinel/kernel/log';
import type { Draft } from './draft.ts';
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
  const tell = (kind: string, title: string, detail?: string): void =>
    draft.tell({
      time,
      kind,
      title: title.slice(0, MAX_TITLE),
      ...(detail === undefined ? {} : { detail: detail.slice(0, MAX_LONG) }),
      ...signsOf(detections),
      ...(event.netsentinel.session === undefined ? {} : { session: event.netsentinel.session.id }),
      event: event.event.id,
    });
  const decoy = event.netsentinel.decoy?.id ?? event.host?.name ?? event.event.dataset;
  switch (interaction) {
    case 'connect':
      return tell('connect', `Connected to ${decoy}`);
    case 'login':
      return tellLogin(draft, event, tell);
    case 'session':
      return tell('session', event.message ?? `Opened a ${event.netsentinel.ssh?.channel ?? 'session'}`);
    case 'command':
      return tellCommand(draft, event, time, detections, tell);
    case 'program':
      return addTechniques(draft, event, detections);
    case 'download':
    case 'upload':
    case 'write':
      return tellFile(draft, event, interaction, time, tell);
    case 'execute':
      return tell(
        'execute',
        `Started ${show(event.process?.executable ?? event.process?.command_line ?? event.file?.path)}`,
      );
    case 'forward': {
      const { host = '', port = 0, kind = 'tunnel' } = event.netsentinel.ssh?.forward ?? {};
      if (event.message !== undefined) return tellPayload(draft, event, event.message);
      return tellRun(draft, event, 'forward', tell, (count) =>
        count === 1
          ? `Asked for a ${kind} to ${show(host)}:${port}`
          : `Asked for ${count} tunnels, the last to ${show(host)}:${port}`,
      );
    }
    case 'outbound': {
      const { host = event.destination?.domain ?? event.destination?.ip, port = event.destination?.port ?? 0 } =
        event.netsentinel.ssh?.forward ?? {};
      return tell('outbound', `Tried to connect to ${show(host)}:${port}`);
    }
    case 'request':
      return tellRun(draft, event, 'request', tell, (count) =>
        count === 1
          ? `Asked ${decoy} for ${showRequest(event)}`
          : `${count} web requests, the last for ${showRequest(event)}`,
      );
    case 'disconnect':
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

type Tell = (kind: string, title: string, detail?: string) => void;

function tellLogin(draft: Draft, event: Event, tell: Tell): void {
  const accepted = event.event.outcome === 'success';
  const user = (event.user?.name ?? '').slice(0, MAX_NAME);
  const credential = event.netsentinel.credential;
  const count = event.netsentinel.aggregated ?? 1;
  if (accepted) draft.incident.counts.logins += count;
  else draft.incident.counts.failures += count;
  keepCredential(draft, event, user, accepted, count);
  const how =
    credential?.password === undefined
      ? (credential?.method ?? 'a credential')
      : `password ${show(credential.password)}`;
  if (accepted) return tell('login', `Logged in as ${show(user)} with ${how}`);
  tellRun(draft, event, 'login-failed', tell, (failures) =>
    failures === 1
      ? `Failed to log in as ${show(user)} with ${how}`
      : `${failures} failed logins, the last as ${show(user)} with ${how}`,
  );
}

function keepCredential(draft: Draft, event: Event, user: string, accepted: boolean, count: number): void {
  const credential = event.netsentinel.credential;
  const password = credential?.password?.slice(0, MAX_NAME);
  const key = credential?.public_key?.fingerprint;
  const last = Date.parse(event['@timestamp']);
  const list = draft.incident.credentials;
  const index = list.findIndex(
    (one) => one.user === user && one.password === password && one.key === key && one.accepted === accepted,
  );
  const known = list[index];
  if (known !== undefined)
    draft.change('credentials', index, { count: known.count + count, last: Math.max(known.last, last) });
  else
    draft.push('credentials', {
      user,
      ...(password === undefined ? {} : { password }),
      ...(key === undefined ? {} : { key }),
      accepted,
      count,
      last,
    });
}

function tellCommand(draft: Draft, event: Event, time: number, detections: readonly Detection[], tell: Tell): void {
  const input = event.process?.command_line ?? '';
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
  const what = { download: 'Downloaded', upload: 'Uploaded', write: 'Wrote' }[direction];
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
  const changes = {
    ...(interaction === 'disconnect' ? { end: time } : {}),
    ...(interaction === 'login' && event.event.outcome === 'success' && event.user?.name !== undefined
      ? { user: event.user.name }
      : {}),
    ...(event.netsentinel.recording === undefined ? {} : { recording: event.netsentinel.recording.id }),
    ...(event.netsentinel.ssh?.client_version === undefined ? {} : { client: event.netsentinel.ssh.client_version }),
  };
  if (known === undefined) {
    const { decoy } = event.netsentinel;
    draft.push('sessions', {
      id: session.id,
      decoy: decoy?.id ?? event.event.dataset,
      protocol: (event.network?.protocol ?? decoy?.type ?? '').slice(0, 32),
      start: time,
      ...changes,
    });
  } else if (Object.keys(changes).length > 0 || time < known.start)
    draft.change('sessions', index, { ...changes, start: Math.min(known.start, time) });
}

function keepFingerprints(draft: Draft, event: Event): void {
  const ssh = event.netsentinel.ssh;
  const found = [
    ['hassh', ssh?.hassh],
    ['ssh-client', ssh?.client_version],
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
