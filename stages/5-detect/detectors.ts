/**
 * Runs the detectors over the events of one actor, in order. An event that no detector looks at costs a few property reads.
 */
import type { Detection } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import { interactionOf, type Interaction } from '@netsentinel/contracts/interaction';
import { loginsOf } from '@netsentinel/contracts/logins';
import { isoMs } from '@netsentinel/kernel/iso-time';
import { isRepeat, markSeen, type ActorState } from './actor-state.ts';
import { readArgv, readCommandLine, type CommandLine } from './command-line.ts';
import type { Detector, DetectorDefinition, DetectorInput, Finding } from './detector.types.ts';
import { DETECTORS } from './detectors/index.ts';
import { isPlainRequest } from './web-request.ts';

const MAX_EVIDENCE = 32;
const MAX_SUMMARY = 1024;
const NO_COMMANDS: CommandLine = { commands: [], text: '' };

export interface Detectors {
  /** Whether any detector, or an incident, could care. False for plain background: then its state need not even be loaded. */
  concerns(event: Event): boolean;
  /**
   * The detections that this event leads to. `state` is changed in place. An event that this state has taken before changes nothing
   * and leads to nothing: `isRepeat` tells before.
   */
  process(event: Event, state: ActorState): Detection[];
}

interface Member {
  readonly definition: DetectorDefinition;
  readonly detector: Detector;
}

/** What web servers saw has a group `url`, as JSON writes it and as msgpack does. */
const SIGNS = ['decoy', 'authentication', 'zeek.ssh', '"url":{', '\u00a3url', '"probe":{'].map((text) =>
  Buffer.from(text, 'latin1'),
);

/**
 * False where a record (`kernel/event-record.ts`) is background for certain: nothing in its bytes can make it a move (`interactionOf`). Ten
 * times cheaper than decoding it to find out.
 */
export function mayConcern(record: Uint8Array): boolean {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
  return SIGNS.some((sign) => bytes.includes(sign));
}

export function createDetectors(definitions: readonly DetectorDefinition[] = DETECTORS): Detectors {
  const byInteraction = new Map<Interaction, Member[]>();
  for (const definition of definitions) {
    const member = { definition, detector: definition.create() };
    for (const interaction of definition.on) {
      const members = byInteraction.get(interaction);
      if (members === undefined) byInteraction.set(interaction, [member]);
      else members.push(member);
    }
  }
  return {
    concerns: (event) => {
      if (event.netsentinel.actor === '-') return false;
      const interaction = interactionOf(event);
      if (event.netsentinel.honeytoken !== undefined) return true;
      return interaction !== 'none' && !(interaction === 'request' && isPlainRequest(event));
    },
    process: (event, state) => {
      if (event.netsentinel.actor === '-' || isRepeat(state, event)) return [];
      markSeen(state, event);
      const interaction = interactionOf(event);
      const input = inputOf(event, interaction);
      if (input.time > state.lastSeen) state.lastSeen = input.time;
      if (interaction === 'none') return [];
      if (interaction === 'command') state.line = { session: input.session ?? '', rules: [] };
      const inputs = interaction === 'login' ? loginsOf(event).map((login) => ({ ...input, login })) : [input];
      const detections: Detection[] = [];
      for (const member of byInteraction.get(interaction) ?? []) {
        let finding: Finding | undefined;
        // Of several logins in one event the last finding knows most.
        for (const each of inputs) finding = stepOf(member, each, state) ?? finding;
        if (finding !== undefined && !toldByLine(state, input, member.definition.id))
          detections.push(detectionOf(member.definition, finding, input));
      }
      return detections;
    },
  };
}

function stepOf({ definition, detector }: Member, input: DetectorInput, state: ActorState): Finding | undefined {
  const step = detector.step(input, state.memories.get(definition.id));
  if (step === undefined) return undefined;
  if (definition.memory !== undefined)
    if (step.memory === undefined) state.memories.delete(definition.id);
    else state.memories.set(definition.id, step.memory);
  return step.finding;
}

function inputOf(event: Event, interaction: Interaction): DetectorInput {
  return {
    event,
    interaction,
    time: isoMs(event['@timestamp']),
    session: event.netsentinel.session?.id,
    verified: event.netsentinel.source_verified,
    line: lineOf(event, interaction),
    login: undefined,
  };
}

function lineOf(event: Event, interaction: Interaction): CommandLine {
  const process = event.process;
  if (process === undefined || (interaction !== 'command' && interaction !== 'program')) return NO_COMMANDS;
  if (interaction === 'program' && process.args !== undefined) return readArgv(process.args);
  return process.command_line === undefined ? NO_COMMANDS : readCommandLine(process.command_line);
}

/** A line is reported once: by the line itself, or by the first of its programs that shows it after expansion. */
function toldByLine(state: ActorState, input: DetectorInput, rule: string): boolean {
  if (input.interaction !== 'command' && input.interaction !== 'program') return false;
  if (state.line.session !== (input.session ?? '')) return false;
  if (state.line.rules.includes(rule)) return true;
  state.line.rules.push(rule);
  return false;
}

function detectionOf(definition: DetectorDefinition, finding: Finding, input: DetectorInput): Detection {
  const { event } = input;
  const known = new Set([event.event.id]);
  for (const { id: one } of finding.evidence ?? []) if (known.size < MAX_EVIDENCE) known.add(one);
  const id = `${definition.id}~${event.event.id}`;
  return {
    id: id.slice(0, 256),
    rule: { id: definition.id, title: definition.title },
    actor: event.netsentinel.actor,
    time: input.time,
    severity: finding.severity ?? definition.severity,
    confidence: definition.confidence,
    techniques: [...(finding.techniques ?? definition.techniques)],
    tactics: [...(finding.tactics ?? definition.tactics)],
    summary: finding.summary.slice(0, MAX_SUMMARY),
    evidence: [...known],
    // All of the evidence counts, also what does not fit into the list.
    sourceVerified: input.verified && (finding.evidence ?? []).every((one) => one.verified),
    ...(input.session === undefined ? {} : { session: input.session }),
  };
}
