/** Terminal recordings as asciicast v2. Attacker bytes: served as a download of a type that no browser renders. */
import { z } from 'zod';
import type { Event } from '@netsentinel/contracts/event';
import { seenByDecoys } from './decoys/decoy-events.ts';
import { Cursor, cursorOf } from './events/event-cursor.ts';
import { Problem } from './problem.ts';
import { eventReads, READ_PROBLEMS } from './reads/bounded-read.ts';
import { route, type Route } from './route.ts';

const NS_PER_MS = 1_000_000;
const DEFAULT_LIMIT = 50;
const Recording = z.strictObject({
  session: z.string().describe('Its own id, too'),
  decoy: z.string(),
  source: z.string().optional().describe('The attacker’s address'),
  started: z.number().int().optional().describe('When the session began, milliseconds since 1970'),
  ended: z.number().int(),
  bytes: z.number().int().min(0).optional(),
  durationMs: z.number().int().min(0).optional().describe('Of the recording'),
});
const NO_SUCH = 'There is no recording of this session.';

export const recordingRoutes: readonly Route[] = [
  route(
    {
      id: 'listRecordings',
      method: 'GET',
      path: '/api/v1/recordings',
      summary:
        'Recordings of sessions that are over, those that ended last first; `listDecoySessions` tells of those that go on',
      tag: 'recordings',
      access: 'recordings:read',
      query: z.strictObject({
        decoy: z.string().max(64).optional().describe('Only of this one'),
        limit: z.coerce
          .number()
          .int()
          .min(1)
          .max(500)
          .optional()
          .describe(`Recordings a page; ${DEFAULT_LIMIT} where it is not given`),
        after: Cursor.optional(),
      }),
      answers: {
        200: {
          description: 'A page of them',
          schema: z.strictObject({
            recordings: z.array(Recording),
            next: z.string().optional().describe('For `after` of the next page; not there on the last one'),
          }),
        },
      },
      problems: READ_PROBLEMS,
    },
    async (asked) => {
      const { decoy, limit = DEFAULT_LIMIT, after } = asked.query;
      const { events, next } = await eventReads(asked).query({
        filters: [...seenByDecoys('disconnect', decoy), { field: 'netsentinel.recording.id', op: 'exists' }],
        limit,
        ...(after === undefined ? {} : { after }),
      });
      return { recordings: events.flatMap(recordingOf), ...(next === undefined ? {} : { next: cursorOf(next) }) };
    },
  ),
  route(
    {
      id: 'getRecording',
      method: 'GET',
      path: '/api/v1/recordings/:session',
      summary: 'What was typed and shown in a session at a decoy',
      tag: 'recordings',
      access: 'recordings:read',
      params: z.strictObject({ session: z.string().regex(/^[A-Za-z0-9~_-]{1,128}$/) }),
      answers: { 200: { description: 'asciicast v2', type: 'application/x-asciicast' } },
      problems: { 404: NO_SUCH },
    },
    async ({ ctx, params: { session }, reply }) => {
      const recording = await ctx.blobs.readRecording(session);
      if (recording === undefined) throw new Problem(404, 'no-such-recording', NO_SUCH);
      return reply
        .type('application/x-asciicast')
        .header('content-disposition', `attachment; filename="${session}.cast"`)
        .header('cache-control', 'private, no-store')
        .send(Buffer.from(recording.buffer, recording.byteOffset, recording.byteLength));
    },
  ),
];

/** As the end of its session tells of it. */
function recordingOf({ '@timestamp': at, event, source, netsentinel }: Event): z.infer<typeof Recording>[] {
  const { recording, decoy } = netsentinel;
  if (recording === undefined || decoy === undefined) return [];
  const ended = Date.parse(at);
  return [
    {
      session: recording.id,
      decoy: decoy.id,
      ...(source?.ip === undefined ? {} : { source: source.ip }),
      ...(event.duration === undefined ? {} : { started: ended - Math.round(event.duration / NS_PER_MS) }),
      ended,
      ...(recording.bytes === undefined ? {} : { bytes: recording.bytes }),
      ...(recording.duration_ms === undefined ? {} : { durationMs: recording.duration_ms }),
    },
  ];
}
