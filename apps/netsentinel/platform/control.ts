/**
 * The platform's socket for the command line (mode 0600: whoever may read the data folder): one JSON request a line, one JSON answer. What
 * needs the running stores goes through here: a backup while in use, the state of the pipeline, a new sign-in link.
 */
import { chmodSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { BouncerName } from '@netsentinel/api/http/blocklist/bouncers';
import { NotAnAttack } from '@netsentinel/contracts/not-an-attack';
import { RuleWord } from '@netsentinel/contracts/rule-book';
import { ErasureByCommand } from './erasures.ts';
import { KeyOrder } from './key-orders.ts';
import { NotifyOrder } from './notify-orders.ts';
import { PlaybookOrder } from './playbook-orders.ts';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { fromWireError, toWireError } from '@netsentinel/kernel/wire-error';

export const ControlRequest = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('status') }),
  z.strictObject({ ask: z.literal('sign-in') }),
  z.strictObject({
    ask: z.literal('not-an-attack'),
    incident: z.string().max(64),
    word: NotAnAttack,
    by: z.string().max(200),
  }),
  z.strictObject({ ask: z.literal('end-exception'), id: z.uuid(), by: z.string().max(200) }),
  /** Of a rule that was turned off by the API. */
  z.strictObject({ ask: z.literal('enable-rule'), ...RuleWord.pick({ rule: true, by: true }).shape }),
  /** What comes from this address of the machine's own loopback network in the next minutes is a test of ours (`decoys verify`). */
  z.strictObject({ ask: z.literal('own-test'), address: z.string().max(45) }),
  /** What a block of this address or network would have cut off in the last days. */
  z.strictObject({ ask: z.literal('blast-radius'), target: z.string().max(49) }),
  z.strictObject({ ask: z.literal('bouncer-add'), name: BouncerName }),
  z.strictObject({ ask: z.literal('bouncer-list') }),
  z.strictObject({ ask: z.literal('bouncer-remove'), name: BouncerName }),
  z.strictObject({ ask: z.literal('notify'), order: NotifyOrder }),
  z.strictObject({ ask: z.literal('playbook'), order: PlaybookOrder }),
  z.strictObject({
    ask: z.literal('account-reset'),
    account: z.string().max(64),
    by: z.string().max(200),
    secondFactorOff: z.boolean(),
  }),
  z.strictObject({ ask: z.literal('rotate-keys'), ...KeyOrder.shape }),
  z.strictObject({ ask: z.literal('erase'), ...ErasureByCommand.shape }),
  /** Copies all stores into this folder, which must be inside the platform's own. */
  z.strictObject({ ask: z.literal('backup'), folder: z.string().max(4096) }),
]);
export type ControlRequest = z.infer<typeof ControlRequest>;

/** Of a connection. */
const MAX_REQUEST_BYTES = 64 * 1024;
const MAX_REQUESTS = 16;
const MAX_CONNECTIONS = 64;

export async function serveControl(
  path: string,
  answer: (request: ControlRequest) => Promise<unknown>,
): Promise<{ close(): void }> {
  rmSync(path, { force: true });
  const respond = async (line: string): Promise<object> => {
    try {
      return { ok: true, value: (await answer(ControlRequest.parse(JSON.parse(line)))) ?? null };
    } catch (error) {
      return { ok: false, error: toWireError(error, 'PLATFORM_REFUSED') };
    }
  };
  const server = createServer((socket) => {
    let bytes = 0;
    let requests = 0;
    let last: Promise<void> = Promise.resolve();
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes > MAX_REQUEST_BYTES) socket.destroy();
    });
    socket.on('error', () => socket.destroy());
    createInterface({ input: socket })
      // The socket's own, told once more: who goes away before reading the answer must not end the platform.
      .on('error', () => socket.destroy())
      .on('line', (line) => {
        if (++requests > MAX_REQUESTS) return void socket.destroy();
        last = last.then(async () => {
          if (!socket.destroyed) socket.write(`${JSON.stringify(await respond(line))}\n`);
        });
        return undefined;
      });
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(path);
  await once(server, 'listening');
  chmodSync(path, 0o600);
  return { close: () => server.close() };
}

const Reply = z.union([
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error: z.object({
      code: z.string(),
      fault: z.enum(['user', 'operational', 'bug']),
      message: z.string(),
      hint: z.string().exactOptional(),
      where: z.string().exactOptional(),
    }),
  }),
]);

/** Throws `NOT_RUNNING` where nobody answers, or the error that the platform answered with. */
export async function askPlatform(path: string, request: ControlRequest): Promise<unknown> {
  const socket = connect({ path });
  try {
    await once(socket, 'connect');
  } catch (error) {
    throw new NetSentinelError('NOT_RUNNING', 'user', 'NetSentinel is not running on this data folder', {
      hint: 'Start it with `netsentinel up`.',
      cause: error,
    });
  }
  socket.write(`${JSON.stringify(request)}\n`);
  const lines = createInterface({ input: socket });
  // What breaks once the answer is here is of no interest.
  lines.on('error', () => {});
  for await (const line of lines) {
    socket.end();
    const reply = Reply.parse(JSON.parse(line));
    if (!reply.ok) throw fromWireError(reply.error);
    return reply.value;
  }
  throw new NetSentinelError('NOT_RUNNING', 'operational', 'the platform ended before it answered');
}
