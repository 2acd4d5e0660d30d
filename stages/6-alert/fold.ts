/**
 * Folds events and their detections into one incident per attacker. Pure: the incident goes in and a changed copy comes out, so that it
 * can be stored in one transaction with the stream position, and redone after a crash with the same result.
 */
import { createHash } from 'node:crypto';
import type { Detection } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import type { Incident } from '@netsentinel/contracts/incident';
import { interactionOf, type Interaction } from '@netsentinel/contracts/interaction';
import { Draft } from './draft.ts';
import { temper } from './scanner.ts';
import { atLeast, scoreOf, severityOf, worse } from './score.ts';
import { tellMove } from './story.ts';
import { titleOf } from './title.ts';

export interface FoldContext {
  /** What the actor did before there was an incident, oldest first; folded in when one is opened. */
  readonly before: readonly Event[];
  /** A quiet time after which a new incident is opened, milliseconds. Default 24 hours. */
  readonly reopenAfterMs?: number;
  /** Whether a mere connection to a decoy opens one, as in a look back at what a honeypot saw. Default: it does not. */
  readonly contactOpens?: boolean;
  /** Whether a person said of what this attacker does that it is no attack: then only what was found beyond that opens an incident. */
  readonly isExcepted?: boolean;
}

const REOPEN_AFTER_MS = 24 * 60 * 60 * 1000;
const MAX_ADDRESSES = 16;
/** A move and its detections take fewer entries of the timeline than this. */
const LATELY = 64;
const MAX_TACTICS = 32;
const MAX_TECHNIQUES = 128;
/** Moves that alone open nothing: scanners of good will make them, and so does whoever mistypes an address. */
const BARE: ReadonlySet<Interaction> = new Set(['none', 'connect', 'disconnect', 'probe']);

/**
 * The incident after this event, or undefined where there is none and the event opens none. `incident` is the actor's latest one that
 * is not closed. Folding the latest event of an incident again changes nothing (`version` included); further back the consumer's
 * watermark guards.
 */
export function foldEvent(
  incident: Incident | undefined,
  event: Event,
  detections: readonly Detection[],
  ctx: FoldContext,
): Incident | undefined {
  const time = Date.parse(event['@timestamp']);
  const interaction = interactionOf(event);
  const current = isOver(incident, time, ctx.reopenAfterMs ?? REOPEN_AFTER_MS) ? undefined : incident;
  if (current === undefined) {
    if (!opens(event, interaction, detections, ctx)) return undefined;
    const before = ctx.before.filter((one) => one.event.id !== event.event.id);
    let opened = newIncident(event, Math.min(time, ...before.map((one) => Date.parse(one['@timestamp']))));
    for (const one of before) opened = fold(opened, one, interactionOf(one), Date.parse(one['@timestamp']), []);
    return fold(opened, event, interaction, time, detections);
  }
  if (interaction === 'none' && detections.length === 0) return current;
  if (toldLately(current, event.event.id)) return current;
  return fold(current, event, interaction, time, detections);
}

/**
 * The incident after something was found about an event that it may know already: of the event itself nothing is told again. Undefined where there is no
 * incident, and what was found opens none.
 */
export function foldFindings(
  incident: Incident | undefined,
  event: Event,
  detections: readonly Detection[],
  ctx: FoldContext,
): Incident | undefined {
  const time = Date.parse(event['@timestamp']);
  if (isOver(incident, time, ctx.reopenAfterMs ?? REOPEN_AFTER_MS) || incident === undefined)
    return foldEvent(undefined, event, detections, ctx);
  const draft = new Draft(incident);
  draft.incident.version++;
  draft.incident.lastSeen = Math.max(incident.lastSeen, time);
  for (const detection of temper(detections, event.netsentinel.scanner)) foldDetection(draft, detection);
  return judged(draft.incident);
}

/** Looks at the end of the timeline only: a whole one for each event would cost more than the rest of the fold. */
function toldLately(incident: Incident, id: string): boolean {
  const { timeline } = incident;
  for (let at = timeline.length - 1; at >= 0 && at >= timeline.length - LATELY; at--)
    if (timeline[at]!.event === id) return true;
  return false;
}

function isOver(incident: Incident | undefined, time: number, reopenAfterMs: number): boolean {
  return incident === undefined || isEnded(incident) || time > incident.lastSeen + reopenAfterMs;
}

function opens(
  event: Event,
  interaction: Interaction,
  detections: readonly Detection[],
  { contactOpens = false, isExcepted = false }: FoldContext,
): boolean {
  if (detections.some((one) => atLeast(one.severity, 'medium'))) return true;
  if (event.netsentinel.decoy === undefined || event.event.kind === 'pipeline_error') return false;
  if (isExcepted) return detections.length > 0;
  return contactOpens ? interaction !== 'none' : !BARE.has(interaction);
}

function newIncident(event: Event, firstSeen: number): Incident {
  const { actor } = event.netsentinel;
  const digest = createHash('sha256').update(`${actor}\n${event.event.id}`).digest('hex');
  return {
    id: `inc-${digest.slice(0, 16)}`,
    actor,
    addresses: [],
    status: 'open',
    title: '',
    severity: 'info',
    score: 0,
    firstSeen,
    lastSeen: firstSeen,
    sourceVerified: false,
    tactics: [],
    techniques: [],
    detections: [],
    timeline: [],
    credentials: [],
    commands: [],
    files: [],
    fingerprints: [],
    sessions: [],
    counts: { events: 0, logins: 0, failures: 0, commands: 0 },
    omitted: {},
    actions: [],
    version: 0,
  };
}

function fold(
  incident: Incident,
  event: Event,
  interaction: Interaction,
  time: number,
  detections: readonly Detection[],
): Incident {
  const draft = new Draft(incident);
  const next = draft.incident;
  next.version++;
  next.counts.events += event.netsentinel.aggregated ?? 1;
  next.firstSeen = Math.min(next.firstSeen, time);
  next.lastSeen = Math.max(next.lastSeen, time);
  const ip = event.source?.ip;
  if (ip !== undefined && next.addresses[0] !== ip)
    next.addresses = [ip, ...next.addresses.filter((one) => one !== ip)].slice(0, MAX_ADDRESSES);
  const { scanner } = event.netsentinel;
  if (scanner !== undefined) next.scanner ??= scanner;
  if (getsIn(event, interaction) && next.inside !== 'machine')
    next.inside = event.netsentinel.decoy === undefined ? 'machine' : 'decoy';
  const weighed = temper(detections, scanner);
  tellMove(draft, event, interaction, time, weighed);
  for (const detection of weighed) foldDetection(draft, detection);
  return judged(next);
}

function getsIn({ event }: Event, interaction: Interaction): boolean {
  return interaction === 'command' || (interaction === 'login' && event.outcome === 'success');
}

/** Closed, or no attack by a person's word: what comes next is another story. */
export function isEnded({ status }: Pick<Incident, 'status'>): boolean {
  return status === 'closed' || status === 'benign';
}

function judged(incident: Incident): Incident {
  incident.score = scoreOf(incident);
  incident.severity = severityOf(incident);
  incident.title = titleOf(incident);
  return incident;
}

function foldDetection(draft: Draft, detection: Detection): void {
  const { rule, severity, time } = detection;
  const confidence = detection.sourceVerified ? detection.confidence : Math.floor(detection.confidence / 2);
  const index = draft.incident.detections.findIndex((row) => row.rule === rule.id);
  const row = draft.incident.detections[index];
  if (row === undefined) {
    draft.push('detections', {
      rule: rule.id,
      title: rule.title,
      severity,
      confidence,
      count: 1,
      first: time,
      last: time,
    });
  } else {
    draft.change('detections', index, {
      count: row.count + 1,
      severity: worse(row.severity, severity),
      confidence: Math.max(row.confidence ?? 0, confidence),
      first: Math.min(row.first, time),
      last: Math.max(row.last, time),
    });
  }
  // The same again is counted; worse than before is told.
  if (row === undefined || worse(row.severity, severity) !== row.severity)
    draft.tell({
      time,
      kind: 'detection',
      title: rule.title,
      detail: detection.summary,
      severity,
      techniques: detection.techniques,
      ...(detection.session === undefined ? {} : { session: detection.session }),
      ...protocolOf(draft.incident, detection.session),
      event: detection.evidence[0]!,
    });
  if (detection.sourceVerified) draft.incident.sourceVerified = true;
  draft.reach('tactics', detection.tactics, MAX_TACTICS);
  draft.reach('techniques', detection.techniques, MAX_TECHNIQUES);
}

function protocolOf({ sessions }: Incident, session: string | undefined): { protocol?: string } {
  const protocol = session === undefined ? undefined : sessions.findLast(({ id }) => id === session)?.protocol;
  return protocol === undefined || protocol === '' ? {} : { protocol };
}
