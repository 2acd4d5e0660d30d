/** An attacker: what the incidents of one actor add up to. Nobody, and machines of one's own that something was found on, are none. */
import { z } from 'zod';
import { IncidentSummary } from './incident.ts';

const epochMs = z.number().int();

/** What a list shows of an attacker. */
export const AttackerSummary = z.strictObject({
  /** An IPv4 address, or an IPv6 /64. */
  actor: z.string().max(64),
  lastSeen: epochMs,
  /** The highest of its incidents. */
  score: z.number().int().min(0).max(100),
  incidents: z.number().int().min(1),
  /** Those of them that are open or contained. */
  open: z.number().int().min(0),
  latest: IncidentSummary.describe('Its newest incident'),
});
export type AttackerSummary = z.infer<typeof AttackerSummary>;

/** Which attackers, and in what order. */
export interface AttackerFilter {
  /** The last seen first, or the highest score. */
  readonly order?: 'lastSeen' | 'score';
  /** From a page's `next`, of the same order. */
  readonly after?: string;
  /** Default 50, at most 200. */
  readonly limit?: number;
}

export interface AttackerPage {
  readonly attackers: readonly AttackerSummary[];
  readonly next?: string;
}
