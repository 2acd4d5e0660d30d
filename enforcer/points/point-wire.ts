/**
 * What passes between the centre and an enforcement point: msgpack in length-prefixed frames (`kernel/frames.ts`) over TLS 1.3. Each end knows the
 * other by its certificate. How long a block lasts is said as what is left of it, so that two clocks need not agree.
 */
import { Measure } from '@netsentinel/contracts/action';
import { z } from 'zod';

/** 2: a wish may name a measure, and a point says which it cannot take. */
export const PROTOCOL = 2;
/** Points of this one are still welcome: they can block and nothing else. */
export const OLDEST_PROTOCOL = 1;
export const MAX_FRAME = 128 * 1024;
/** Networks in one message. */
export const MAX_PAGE = 200;
/** Characters of a reason. */
export const MAX_REASON = 256;
const YEAR_MS = 366 * 86_400_000;

export const PointName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'lower-case letters, digits and hyphens, at most 32');
const network = z.string().max(49);
const reason = z.string().max(MAX_REASON);
const at = z
  .number()
  .int()
  .min(0)
  .max(MAX_PAGE - 1);
const seq = z.number().int().positive();
const pem = z.string().max(4096);

/** A network, and for how much longer what shall be done about it there; nothing where no time is given, a block where no measure is. */
const Wish = z.strictObject({
  network,
  remainingMs: z.number().int().min(1).max(YEAR_MS).optional(),
  measure: Measure.optional(),
});
export type Wish = z.infer<typeof Wish>;

export const ToPoint = z.discriminatedUnion('t', [
  /** Answers `join`. */
  z.strictObject({ t: z.literal('admitted'), name: PointName, certificate: pem }),
  /** The last word of a connection: who is at the other end may not be a point, or not any more. */
  z.strictObject({
    t: z.literal('refused'),
    code: z.string().max(64),
    message: z.string().max(512),
    hint: z.string().max(512),
  }),
  /**
   * One page of networks whose state is to become this. With `list`, pages from the first to the last are all that shall be blocked there, and
   * what is not among them shall not. The next page comes once this one is done.
   */
  z.strictObject({
    t: z.literal('wishes'),
    seq,
    list: z.strictObject({ first: z.boolean(), last: z.boolean() }).optional(),
    wishes: z.array(Wish).max(MAX_PAGE),
  }),
  z.strictObject({ t: z.literal('beat') }),
]);
export type ToPoint = z.infer<typeof ToPoint>;

const Join = z.strictObject({
  t: z.literal('join'),
  protocol: z.number().int(),
  invitation: z.string().max(64),
  secret: z.string().max(128),
  /** DER of a key on P-256, and its signature over what both ends of this connection alone can derive. */
  publicKey: z.instanceof(Uint8Array).refine((bytes) => bytes.length <= 256),
  proof: z.instanceof(Uint8Array).refine((bytes) => bytes.length <= 256),
});

/** What a stranger may say. */
export const FromStranger = Join;
export type FromStranger = z.infer<typeof FromStranger>;

export const FromPoint = z.discriminatedUnion('t', [
  /** The first word of a point. */
  z.strictObject({
    t: z.literal('hello'),
    protocol: z.number().int(),
    version: z.string().max(32),
    host: z.string().max(255),
  }),
  /**
   * How it stands, every few seconds and where that changes. `able`: it can block now. `refuses`: measures that it cannot take, each with why; not given by
   * those who can only block. `unable`: those that it could take, but not now.
   */
  z.strictObject({
    t: z.literal('state'),
    able: z.boolean(),
    detail: z.string().max(512),
    entries: z.number().int().min(0),
    refuses: z.partialRecord(Measure, reason).optional(),
    unable: z.partialRecord(Measure, reason).optional(),
  }),
  /** All of a page has been tried: those named by their place in it were not made. */
  z.strictObject({
    t: z.literal('done'),
    seq,
    refused: z.array(z.strictObject({ at, reason })).max(MAX_PAGE),
  }),
  /** All of a page has been looked for in the world: those named were not seen there. */
  z.strictObject({ t: z.literal('verified'), seq, missing: z.array(at).max(MAX_PAGE) }),
  /** Blocks, and other measures, that the point has taken back of its own accord: at somebody's word there, or because the target is protected there now. */
  z.strictObject({ t: z.literal('gone'), blocks: z.array(z.strictObject({ network, reason })).max(MAX_PAGE) }),
]);
export type FromPoint = z.infer<typeof FromPoint>;

/** Label of the key that both ends of a connection derive from it (RFC 5705), to prove that a key is the asker's own. */
export const PROOF_LABEL = 'EXPORTER-netsentinel-point-join';
