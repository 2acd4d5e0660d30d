/**
 * What the launcher says to the processes it starts, and they to it, over Node's IPC channel. Handles (listeners, links) travel beside
 * the message that names them. The launcher checks every message with these schemas: a decoy host may be in an attacker's hands.
 */
import { z } from 'zod';
import { ResponseMode } from './action.ts';
import { Severity } from './detection.ts';

const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);
const logLevel = z.enum(['debug', 'info', 'warn', 'error']);

export const DecoyBoot = z.strictObject({
  id,
  type: id,
  /** Checked by the decoy's own schema. */
  config: z.unknown(),
  /** Base64 of 32 bytes that are this install's and this persona's alone. */
  seed: z.string(),
});
export type DecoyBoot = z.infer<typeof DecoyBoot>;

export const ToDecoyHost = z.discriminatedUnion('t', [
  z.strictObject({
    t: z.literal('boot'),
    sensor: id,
    logLevel,
    decoys: z.array(DecoyBoot).max(256),
    limits: z.strictObject({
      maxConnections: z.number().int(),
      maxConnectionsPerSource: z.number().int(),
      maxSessionMs: z.number().int(),
      maxUploadBytes: z.number().int(),
      maxRecordingBytes: z.number().int(),
    }),
  }),
  /** With a listening server's handle. */
  z.strictObject({ t: z.literal('listener'), decoy: id }),
  /** With a connected socket's handle: the way to the platform, anew after each restart of it. */
  z.strictObject({ t: z.literal('link') }),
  z.strictObject({ t: z.literal('stop') }),
]);
export type ToDecoyHost = z.infer<typeof ToDecoyHost>;

/** What any started process says. */
export const FromChild = z.discriminatedUnion('t', [
  z.strictObject({ t: z.literal('ready') }),
  z.strictObject({
    t: z.literal('failed'),
    code: z.string().max(64),
    message: z.string().max(2048),
    hint: z.string().max(512).optional(),
  }),
  z.strictObject({ t: z.literal('stopped') }),
]);
export type FromChild = z.infer<typeof FromChild>;

/** What the platform says besides. */
export const FromPlatform = z.discriminatedUnion('t', [
  ...FromChild.options,
  /** One line for whoever watches the terminal. */
  z.strictObject({
    t: z.literal('incident'),
    id: z.string().max(64),
    title: z.string().max(1024),
    severity: Severity,
    score: z.number(),
    isNew: z.boolean(),
  }),
  z.strictObject({
    t: z.literal('action'),
    id: z.string().max(64),
    target: z.string().max(49),
    status: z.string().max(32),
    detail: z.string().max(1024).optional(),
    expiresAt: z.number(),
  }),
  z.strictObject({ t: z.literal('sign-in'), path: z.string().max(512) }),
]);
export type FromPlatform = z.infer<typeof FromPlatform>;

export const ToPlatform = z.discriminatedUnion('t', [
  z.strictObject({
    t: z.literal('boot'),
    directory: z.string(),
    controlSocket: z.string(),
    logLevel,
    config: z.unknown(),
    responseMode: ResponseMode,
    decoys: z.array(z.strictObject({ id, type: id, listen: z.string() })),
  }),
  /** With the console's listening server. */
  z.strictObject({ t: z.literal('console') }),
  /** With a connected socket: what comes over it is this sensor's, whatever it says. */
  z.strictObject({ t: z.literal('sensor'), sensor: id, type: id }),
  /** With a connected socket to the enforcer. */
  z.strictObject({ t: z.literal('enforcer') }),
  z.strictObject({ t: z.literal('stop') }),
]);
export type ToPlatform = z.infer<typeof ToPlatform>;

export const ToEnforcer = z.discriminatedUnion('t', [
  z.strictObject({
    t: z.literal('boot'),
    directory: z.string(),
    controlSocket: z.string(),
    logLevel,
    config: z.unknown(),
  }),
  /** With a connected socket to the platform. */
  z.strictObject({ t: z.literal('link') }),
  z.strictObject({ t: z.literal('stop') }),
]);
export type ToEnforcer = z.infer<typeof ToEnforcer>;
