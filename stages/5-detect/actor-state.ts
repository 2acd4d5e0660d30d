/**
 * What detectors remember of one actor. Mutable and small; stored as bytes in the same transaction as the incident it leads to, so every
 * part has a bound and what comes back damaged or forged is thrown away.
 */
import type { Event } from '@netsentinel/contracts/event';
import { pack, tryUnpack } from '@netsentinel/kernel/pack';
import { z, type ZodType } from 'zod';
import { DETECTORS } from './detectors/index.ts';

const VERSION = 1;
/** A packed state is at most this large; the oldest pre-history goes first, then everything. */
export const MAX_STATE_BYTES = 64 * 1024;
const MAX_PRODUCERS = 16;
const MAX_BEFORE = 24;
/** Of those, logins that were let in: people come in all day, and each of them would be remembered at length. */
const MAX_BEFORE_LET_IN = 4;
const MAX_LINE_RULES = 64;

export interface ActorState {
  /** Event time of the latest event, milliseconds since the epoch. */
  lastSeen: number;
  /** Highest sequence seen, by `producer~epoch`: the stream keeps their order, so anything at or below it is a repeat. */
  seen: Map<string, number>;
  /** Detectors' memories by their id. */
  memories: Map<string, unknown>;
  /** What the actor did before an incident was opened, in the order of arrival; trimmed to what a story tells. */
  before: Event[];
  /** The rules that the latest command line fired: the programs it ran need not fire them again. */
  line: { session: string; rules: string[] };
}

export function newActorState(): ActorState {
  return { lastSeen: 0, seen: new Map(), memories: new Map(), before: [], line: { session: '', rules: [] } };
}

const Packed = z.tuple([
  z.literal(VERSION),
  z.number(),
  z.record(z.string().max(2100), z.number().int().nonnegative()),
  z.record(z.string().max(64), z.unknown()),
  z.array(
    z
      .object({
        '@timestamp': z.string(),
        event: z.object({ id: z.string(), kind: z.string(), dataset: z.string() }).loose(),
        netsentinel: z.object({ actor: z.string(), source_verified: z.boolean() }).loose(),
      })
      .loose(),
  ),
  z.tuple([z.string().max(1024), z.array(z.string().max(64)).max(MAX_LINE_RULES)]),
]);

/** What each detector's memory must look like. */
const MEMORIES: ReadonlyMap<string, ZodType> = new Map(
  DETECTORS.flatMap(({ id, memory }) => (memory === undefined ? [] : [[id, memory] as const])),
);

export function packActorState(state: ActorState): Uint8Array {
  for (let keep = state.before.length; ; keep = keep >> 1) {
    const bytes = pack([
      VERSION,
      state.lastSeen,
      Object.fromEntries(state.seen),
      Object.fromEntries(state.memories),
      keep === 0 ? [] : state.before.slice(-keep),
      [state.line.session, state.line.rules],
    ]);
    if (bytes.length <= MAX_STATE_BYTES) return bytes;
    if (keep === 0) return pack([VERSION, state.lastSeen, Object.fromEntries(state.seen), {}, [], ['', []]]);
  }
}

/** A fresh state where the bytes are not one of ours; a single damaged memory costs only that memory. */
export function unpackActorState(bytes: Uint8Array): ActorState {
  const state = newActorState();
  if (bytes.length > MAX_STATE_BYTES) return state;
  const parsed = Packed.safeParse(tryUnpack(bytes));
  if (!parsed.success) return state;
  const [, lastSeen, seen, memories, before, [session, rules]] = parsed.data;
  if (Number.isSafeInteger(lastSeen)) state.lastSeen = lastSeen;
  for (const [producer, sequence] of Object.entries(seen).slice(0, MAX_PRODUCERS)) state.seen.set(producer, sequence);
  // In the order that they had: packed again, it is the same.
  for (const [id, packed] of Object.entries(memories)) {
    const read = MEMORIES.get(id)?.safeParse(packed);
    if (read?.success === true) state.memories.set(id, read.data);
  }
  state.before = before.slice(-MAX_BEFORE) as unknown as Event[];
  state.line = { session, rules };
  return state;
}

/**
 * True for an event that this state has taken already. Ids are `producer~epoch~sequence` and sequences grow within an epoch; other ids
 * are never called repeats.
 */
export function isRepeat(state: ActorState, event: Event): boolean {
  const origin = originOf(event);
  if (origin === undefined) return false;
  const seen = state.seen.get(origin.producer);
  return seen !== undefined && origin.sequence <= seen;
}

export function markSeen(state: ActorState, event: Event): void {
  const origin = originOf(event);
  if (origin === undefined) return;
  // Deleting first keeps the map in the order of last use.
  state.seen.delete(origin.producer);
  state.seen.set(origin.producer, origin.sequence);
  if (state.seen.size > MAX_PRODUCERS) for (const oldest of state.seen.keys()) return void state.seen.delete(oldest);
}

function originOf(event: Event): { readonly producer: string; readonly sequence: number } | undefined {
  const { id, sequence } = event.event;
  if (sequence === undefined) return undefined;
  const end = id.lastIndexOf('~');
  return end <= 0 ? undefined : { producer: id.slice(0, end), sequence };
}

/** Keeps what a story may tell of an event from before its incident. */
export function rememberBefore(state: ActorState, event: Event): void {
  const { before } = state;
  if (isLetIn(event) && before.filter(isLetIn).length >= MAX_BEFORE_LET_IN) before.splice(before.findIndex(isLetIn), 1);
  before.push(essenceOf(event));
  if (before.length > MAX_BEFORE) before.shift();
}

function isLetIn({ event }: Event): boolean {
  return event.outcome === 'success' && event.category?.includes('authentication') === true;
}

/** What a story may tell of an event, and who it is about: small, for those who keep many. */
export function essenceOf(event: Event): Event {
  return {
    '@timestamp': event['@timestamp'],
    event: pick(event.event, [
      'id',
      'ingested',
      'kind',
      'dataset',
      'action',
      'category',
      'type',
      'outcome',
      'sequence',
    ]),
    ...(event.source === undefined ? {} : { source: pick(event.source, ['ip', 'port']) }),
    ...(event.netsentinel.probe === undefined ? {} : { destination: pick(event.destination ?? {}, ['ip', 'port']) }),
    ...(event.user?.name === undefined ? {} : { user: { name: event.user.name } }),
    ...(event.network?.protocol === undefined ? {} : { network: { protocol: event.network.protocol } }),
    netsentinel: {
      ...pick(event.netsentinel, [
        'sensor',
        'source_verified',
        'actor',
        'decoy',
        'session',
        'credential',
        'recording',
        'scanner',
        'probe',
      ]),
      ...(event.netsentinel.client === undefined ? {} : { client: event.netsentinel.client }),
      ...(event.netsentinel.ssh === undefined ? {} : { ssh: pick(event.netsentinel.ssh, ['client_version', 'hassh']) }),
    },
  };
}

function pick<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  const out: Partial<T> = {};
  for (const name of names) if (from[name] !== undefined) out[name] = from[name];
  return out as Pick<T, K>;
}
