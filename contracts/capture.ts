/** Captures: packets from and to one network, in files, for as long as an order says. What enforcer, launcher and the process that writes them tell each other. */
import { z } from 'zod';

/** One that the enforcer wants. */
export const WantedCapture = z.strictObject({
  /** Canonical text. */
  network: z.string().max(49),
  /** From now. */
  remainingMs: z.number(),
  /** The oldest order that asks for it, and the incident that that answers, where it answers one. */
  order: z.string().max(64),
  incident: z.string().max(64),
});
export type WantedCapture = z.infer<typeof WantedCapture>;

/** How one stands. `full`: its files have reached their bound, or the disk has, and no more is written. */
export const CaptureStanding = z.strictObject({
  network: z.string().max(49),
  state: z.enum(['starting', 'capturing', 'full', 'failed']),
  /** Of a failure. */
  reason: z.string().max(2048).optional(),
});
export type CaptureStanding = z.infer<typeof CaptureStanding>;

/**
 * `capturing`: it is written now; `ended`: its time was over, or its order was taken back; `full`: bound or disk were reached; `interrupted`: whoever wrote it died;
 * `removed`: it made room for newer ones.
 */
export const CaptureState = z.enum(['capturing', 'ended', 'full', 'interrupted', 'removed']);
export type CaptureState = z.infer<typeof CaptureState>;

/** What became of a file. */
export const CaptureNews = z.strictObject({
  file: z.string().max(192),
  network: z.string().max(49),
  order: z.string().max(64),
  state: CaptureState,
  packets: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  /** Hexadecimal, of the whole file, once it is closed. */
  sha256: z.string().max(64).optional(),
});
export type CaptureNews = z.infer<typeof CaptureNews>;
