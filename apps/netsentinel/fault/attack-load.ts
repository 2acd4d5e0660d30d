/**
 * Runs inside the attackers' namespace: many SSH clients that log in, run marked commands and say what they saw. The order comes as the
 * first line on stdin; when stdin ends, sessions under way are finished and the program ends.
 */
import { createInterface } from 'node:readline';
import { connectSsh } from '@netsentinel/testkit/ssh-client/ssh-client';
import type { LoadOrder, SeenSession } from './attack-load.types.ts';

const LOGIN_MS = 8_000;
/** A blocked attacker hears nothing more. */
const ANSWER_MS = 3_000;
const COMMANDS = 4;
const STRANGERS_AT_ONCE = 3;

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const order = JSON.parse((await lines.next()).value as string) as LoadOrder;
const stopping = new AbortController();
void (async () => {
  while ((await lines.next()).done !== true);
  stopping.abort();
})();

let numbers = 0;
let nextStranger = 0;
await Promise.all([
  ...order.regulars.map((source) => come(() => source)),
  ...Array.from({ length: Math.min(STRANGERS_AT_ONCE, order.strangers.length) }, () =>
    come(() => order.strangers[nextStranger++ % order.strangers.length]!),
  ),
]);

async function come(who: () => string): Promise<void> {
  while (!stopping.signal.aborted) {
    process.stdout.write(`${JSON.stringify(await attack(who()))}\n`);
    await sleep(Math.random() * order.pauseMs);
  }
}

async function attack(source: string): Promise<SeenSession> {
  const password = `pw-${process.pid}-${++numbers}`;
  const startedAt = Date.now();
  const answered: string[] = [];
  let loggedIn = false;
  try {
    const client = await connectSsh({
      host: order.host,
      port: order.port,
      localAddress: source,
      user: 'root',
      password,
      verifyHostKey: false,
      reuseEphemeralKey: true,
      timeoutMs: LOGIN_MS,
    });
    loggedIn = true;
    try {
      for (let n = 1; n <= COMMANDS; n++) {
        const command = `echo ${password}-${n}`;
        const result = await Promise.race([client.run(command), client.closed, sleep(ANSWER_MS)]);
        if (result?.stdout.trim() !== `${password}-${n}` || result.code !== 0) break;
        answered.push(command);
        await sleep(Math.random() * 50);
      }
    } finally {
      client.close();
    }
  } catch {
    // Refused, cut or blocked: what was seen until then is what counts.
  }
  return { source, password, startedAt, loggedIn, answered, cut: answered.length < COMMANDS };
}

function sleep(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}
