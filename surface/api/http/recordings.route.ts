/** Terminal recordings as asciicast v2. Attacker bytes: served as a download of a type that no browser renders. */
import { z } from 'zod';
import { Problem } from './problem.ts';
import { route, type Route } from './route.ts';

const NO_SUCH = 'There is no recording of this session.';

export const recordingRoutes: readonly Route[] = [
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
