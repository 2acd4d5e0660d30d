/** The server's process of `bench sockets`: the real API with its live channel, over real stores. */
import { createHash, randomBytes } from 'node:crypto';
import { summaryOf } from '@netsentinel/contracts/incident';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { sampleBlock, sampleIncident } from '@netsentinel/testkit/sample-incidents';
import type { FromServer, ToServer } from './sockets-processes.types.ts';

const ACCOUNTS = 20;
const DAY_MS = 86_400_000;

const say = (message: FromServer): void => void process.send!(message);
const api = await startApi();
const cookies = await makeAccounts(api);
say({ t: 'listening', port: Number(new URL(api.url).port), cookies });

process.on('message', (message: ToServer) => {
  if (message.t === 'memory') {
    globalThis.gc?.();
    say({ t: 'memory', bytes: process.memoryUsage.rss() });
  } else void publish(message.perSecond, message.seconds);
});
process.on('disconnect', () => void api.close().finally(() => process.exit()));

/** Incidents and actions in turn, each with the moment at which it was due. */
async function publish(perSecond: number, seconds: number): Promise<void> {
  const messages = perSecond * seconds;
  const cpu = process.cpuUsage();
  const start = performance.timeOrigin + performance.now();
  const startNs = process.hrtime.bigint();
  for (let n = 0; n < messages; n++) {
    const dueMs = (n * 1000) / perSecond;
    const elapsed = Number(process.hrtime.bigint() - startNs) / 1e6;
    if (dueMs > elapsed) await new Promise((resolve) => setTimeout(resolve, dueMs - elapsed));
    const mark = `@${startNs + BigInt(Math.round(dueMs * 1e6))}@`;
    const incident = sampleIncident(`i${n}`, start);
    if (n % 2 === 0) api.api.live.incident(summaryOf({ ...incident, title: mark }));
    else api.api.live.action(sampleBlock(`a${n}`, incident, start, { reason: mark, status: 'verified' }));
  }
  const { user, system } = process.cpuUsage(cpu);
  say({ t: 'published', messages, cpuMs: Math.round((user + system) / 1000) });
}

/** Cookies of sessions, one an account. */
async function makeAccounts({ state }: ApiHarness): Promise<string[]> {
  const tokens = Array.from({ length: ACCOUNTS }, () => randomBytes(32).toString('base64url'));
  const now = Date.now();
  await state.transaction(async (tx) => {
    for (const [n, token] of tokens.entries()) {
      await tx.putAccount({ name: `analyst-${n}`, passwordHash: '', role: 'analyst', createdAt: now });
      await tx.putSession({
        tokenHash: createHash('sha256').update(token).digest('hex'),
        account: `analyst-${n}`,
        createdAt: now,
        expiresAt: now + DAY_MS,
        lastSeenAt: now,
        address: '127.0.0.1',
        program: '',
      });
    }
  });
  return tokens.map((token) => `netsentinel-session=${token}`);
}
