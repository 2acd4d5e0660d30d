/** Terminal recordings as asciicast v2. Attacker bytes: served as a download of a type that no browser renders. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { RouteContext } from './context.ts';
import { parse, Problem } from './problem.ts';

const Id = z.strictObject({ session: z.string().regex(/^[A-Za-z0-9~_-]{1,128}$/) });

export function recordingRoutes(app: FastifyInstance, ctx: RouteContext): void {
  app.get('/api/v1/recordings/:session', async (request, reply) => {
    const { session } = parse(Id, request.params);
    const recording = await ctx.blobs.readRecording(session);
    if (recording === undefined) throw new Problem(404, 'no-such-recording', 'There is no recording of this session.');
    return reply
      .type('application/x-asciicast')
      .header('content-disposition', `attachment; filename="${session}.cast"`)
      .header('cache-control', 'private, no-store')
      .send(Buffer.from(recording.buffer, recording.byteOffset, recording.byteLength));
  });
}
