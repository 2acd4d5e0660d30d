/** Testing the decoys as those do who look for honeypots. */
import { DecoyTest } from '@netsentinel/contracts/decoy-test';
import { orProblem } from '../platform-problem.ts';
import { route, type Route } from '../route.ts';

export const decoyTestRoutes: readonly Route[] = [
  route(
    {
      id: 'getDecoyTest',
      method: 'GET',
      path: '/api/v1/decoy-test',
      summary: 'How easily the decoys are told from the real thing, by the last test since the start',
      tag: 'decoys',
      access: 'decoys:read',
      answers: { 200: { description: 'The test; no `verdict` where there has been none', schema: DecoyTest } },
    },
    ({ ctx }) => ctx.decoyTests.status(),
  ),
  route(
    {
      id: 'testDecoys',
      method: 'POST',
      path: '/api/v1/decoy-test',
      summary: 'Attack all decoys that listen as fingerprinters do: it takes some minutes, and opens no incident',
      tag: 'decoys',
      access: 'decoys:write',
      audit: 'after',
      answers: { 202: { description: 'It has begun; `getDecoyTest` tells when it is over', schema: DecoyTest } },
      problems: { 409: 'One runs already, or this machine cannot be tested from within; `detail` says why' },
    },
    async ({ ctx, audit, reply }) => {
      const statuses = { DECOY_TEST_RUNNING: 409, DECOY_TEST_UNMARKED: 409 };
      const test = await orProblem((async () => ctx.decoyTests.begin())(), statuses);
      audit.note({ after: { running: true } });
      reply.status(202);
      return test;
    },
  ),
];
