/**
 * Pure: one message of the live channel as an entry of a Redis stream. Its fields are `v`, the JSON text of `[from, number, name, body]`, and `m`, the
 * HMAC-SHA256 of stream, epoch and that text with the platforms' secret. Nothing of an entry is read before its HMAC is right.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { Action } from '@netsentinel/contracts/action';
import { IncidentWork } from '@netsentinel/contracts/casework';
import { Detection } from '@netsentinel/contracts/detection';
import { IncidentSummary } from '@netsentinel/contracts/incident';

/** Of the JSON text. A summary or an action is a hundredth of it. */
export const MAX_ENTRY_BYTES = 128 * 1024;
const MAX_FROM = 32;

const text = z.string().max(200);
const epochMs = z.number();

const BODIES = {
  incidents: {
    incident: IncidentSummary,
    work: IncidentWork.pick({ incident: true, status: true, assignee: true, version: true }),
    /** What an epoch begins with; told to nobody. */
    begin: z.null(),
  },
  actions: { action: Action, begin: z.null() },
  passing: {
    event: z.strictObject({
      id: text,
      at: epochMs,
      sensor: text,
      action: text.optional(),
      outcome: text.optional(),
      address: text.optional(),
      country: text.optional(),
      user: text.optional(),
      decoy: text.optional(),
    }),
    session: z.strictObject({
      id: text,
      what: z.enum(['begun', 'ended']),
      at: epochMs,
      decoy: text,
      type: text,
      address: text.optional(),
    }),
    anomaly: Detection.pick({
      id: true,
      rule: true,
      actor: true,
      time: true,
      severity: true,
      confidence: true,
      techniques: true,
      summary: true,
    }),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, z.ZodType>>>>;

/** The streams, one a kept room and one for all that may be missed. */
export type SharedStream = keyof typeof BODIES;

const Text = z.tuple([
  z.string().min(1).max(MAX_FROM),
  z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  z.string().max(MAX_FROM),
  z.unknown(),
]);

export interface SharedEntry {
  /** The start of a platform that wrote it. */
  readonly from: string;
  /** Grows with each message of that platform in that stream. */
  readonly number: number;
  readonly name: string;
  readonly body: unknown;
}

export function textOf({ from, number, name, body }: SharedEntry): string {
  return JSON.stringify([from, number, name, body]);
}

/** @param epoch 0 where the stream has none */
export function macOf(secret: string, stream: SharedStream, epoch: number, json: string): string {
  return createHmac('sha256', secret).update(`${stream}\n${epoch}\n${json}`).digest('base64url');
}

/** Undefined unless a platform with this secret wrote it into this stream and epoch, and it is what it should be. @param fields as Redis answers them */
export function readEntry(
  secret: string,
  stream: SharedStream,
  epoch: number,
  fields: unknown,
): SharedEntry | undefined {
  if (!Array.isArray(fields) || fields.length !== 4) return undefined;
  const [first, json, second, mac] = fields as readonly unknown[];
  if (first !== 'v' || second !== 'm' || typeof json !== 'string' || typeof mac !== 'string') return undefined;
  if (json.length > MAX_ENTRY_BYTES || !isRight(macOf(secret, stream, epoch, json), mac)) return undefined;
  let raw: unknown;
  try {
    raw = JSON.parse(json);
  } catch {
    return undefined;
  }
  const parsed = Text.safeParse(raw);
  if (!parsed.success) return undefined;
  const [from, number, name, body] = parsed.data;
  if (!Object.hasOwn(BODIES[stream], name)) return undefined;
  const checked = (BODIES[stream] as Readonly<Record<string, z.ZodType>>)[name]!.safeParse(body);
  return checked.success ? { from, number, name, body: checked.data } : undefined;
}

/** `E-N`; undefined where either is beyond what a number holds. Redis counts both in 64 bits. */
export function readId(id: unknown): { readonly epoch: number; readonly offset: number } | undefined {
  const parts = typeof id === 'string' ? /^(\d{1,16})-(\d{1,16})$/.exec(id) : null;
  if (parts === null) return undefined;
  const [epoch, offset] = [Number(parts[1]), Number(parts[2])];
  return Number.isSafeInteger(epoch) && Number.isSafeInteger(offset) ? { epoch, offset } : undefined;
}

function isRight(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
