/** Segments: groups of hosts that speak with each other only as a file says, and what is told of a change of them. */
import { z } from 'zod';
import { ResponseMode } from './action.ts';

/** As many as one file may have. */
export const MOST_SEGMENTS = 100;
export const MOST_MEMBERS = 1000;

const segmentName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, 'Lower-case letters, digits and hyphens, at most 32');

export const SegmentTraffic = z
  .string()
  .regex(
    /^(?:any|ping|(?:tcp|udp)(?:\/\d{1,5}(?:-\d{1,5})?)?)$/,
    'Write any, ping, tcp/443, udp/5000-5010, tcp or udp',
  );

export const SegmentFile = z.strictObject({
  always: z
    .array(z.string().max(49))
    .max(MOST_MEMBERS)
    .default([])
    .describe(
      'Addresses and networks that everybody in a segment goes on speaking with, whatever segment they are in: gateways, name servers, the machines that you administer from.',
    ),
  segments: z
    .array(
      z.strictObject({
        name: segmentName.describe('What it is called in `to` of others and in what people read.'),
        members: z
          .array(z.string().min(1).max(192))
          .min(1)
          .max(MOST_MEMBERS)
          .describe(
            'Who is in it: addresses and networks in CIDR form, hardware addresses (`02:00:00:00:00:01`), or ports of switches (`br0:eth1`), which stand for the hosts that are seen there when the file is applied. Nobody may be in two segments.',
          ),
        may: z
          .array(
            z.strictObject({
              to: segmentName.describe('Another segment.'),
              traffic: z
                .array(SegmentTraffic)
                .min(1)
                .max(64)
                .describe(
                  'What this segment may begin with the other, answers included: `tcp/443`, `udp/53`, `tcp/8000-8010`, `tcp`, `udp`, `ping`, or `any` for all that is IP, in both directions.',
                ),
            }),
          )
          .max(MOST_SEGMENTS)
          .default([])
          .describe('What it may begin with other segments. What is not named is dropped, in both directions.'),
      }),
    )
    .max(MOST_SEGMENTS)
    .describe(
      'Between two named segments nothing passes but what `may` says. Within a segment, and between a segment and whoever is in none, all is as it was.',
    ),
});
export type SegmentFile = z.infer<typeof SegmentFile>;

/** One switch's part in a change. */
export const SegmentPart = z.strictObject({
  responder: z.string().max(64),
  mode: ResponseMode,
  switch: z.string().max(256),
  /** Flows that are made, taken out, and left as they are. */
  adds: z.number().int(),
  removes: z.number().int(),
  keeps: z.number().int(),
  /** The first of them, in the switch's own words. */
  lines: z.array(z.string().max(512)).max(400),
  /** Why nothing can be said or done there. */
  trouble: z.string().max(512).optional(),
});
export type SegmentPart = z.infer<typeof SegmentPart>;

export const SegmentDiff = z.strictObject({
  /** Why it would be refused. */
  refused: z.array(z.string().max(512)).max(32),
  parts: z.array(SegmentPart).max(256),
  /** Hosts that the switches know and that are in no segment. */
  outside: z.array(z.string().max(256)).max(1000),
});
export type SegmentDiff = z.infer<typeof SegmentDiff>;

/** `undone`: the enforcer ended amid it, and what was before was made good. */
export const SegmentStatus = z.enum(['applying', 'applied', 'failed', 'undone', 'simulated', 'refused']);
export type SegmentStatus = z.infer<typeof SegmentStatus>;

export const SegmentChange = z.strictObject({
  /** 0 where nothing was written down: what was refused or only simulated. */
  id: z.number().int().min(0),
  status: SegmentStatus,
  /** Wall time, milliseconds since the epoch. */
  at: z.number().int(),
  by: z.string().max(128),
  reason: z.string().max(512),
  /** The change whose segments were in force before; 0: none. */
  before: z.number().int().min(0),
  /** The change that this one went back to; 0: to none. */
  backTo: z.number().int().min(0).optional(),
  segments: z.array(z.string().max(32)).max(MOST_SEGMENTS),
  /** Why it was refused or failed. */
  detail: z.string().max(2048),
});
export type SegmentChange = z.infer<typeof SegmentChange>;
