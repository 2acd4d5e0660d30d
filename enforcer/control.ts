/**
 * The enforcer's own door, a unix socket that only its owner may use: blocks can be seen and taken back with the command line even
 * when the platform is gone. One JSON object a line, each answered by one line.
 */
import { chmodSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { Measure, UsualTraffic, type EnforcedBlock, type OrderReply } from '@netsentinel/contracts/action';
import type { BlockPlan } from '@netsentinel/contracts/block-plan';
import type { Logger } from '@netsentinel/contracts/log';
import { SegmentFile, type SegmentChange, type SegmentDiff } from '@netsentinel/contracts/segments';
import type { Topology } from '@netsentinel/contracts/topology';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { fromWireError, toWireError, type WireError } from '@netsentinel/kernel/wire-error';
import { z } from 'zod';
import type { Enforcer, EnforcerDescription } from './enforcer.types.ts';
import { PointName } from './points/point-wire.ts';
import type { PointReport, PointsHub } from './points/points-hub.ts';

const reason = z.string().max(512).default('');
const by = z.string().min(1).max(128).default('command line');

/** What can be asked. `by` names the person for the audit. */
export const ControlRequest = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('list') }),
  z.strictObject({ command: z.literal('revert'), id: z.string().min(1).max(64), by }),
  z.strictObject({ command: z.literal('revertAll'), by }),
  z.strictObject({
    command: z.literal('revertWhere'),
    actor: z.string().min(1).max(64).optional(),
    rule: z.string().min(1).max(128).optional(),
    incident: z.string().min(1).max(64).optional(),
    since: z.number().int().optional(),
    by,
  }),
  z.strictObject({ command: z.literal('approve'), id: z.string().min(1).max(64), reason, by }),
  z.strictObject({ command: z.literal('deny'), id: z.string().min(1).max(64), reason, by }),
  z.strictObject({
    command: z.literal('plan'),
    target: z.string().min(1).max(49),
    ttlMs: z.number().int().min(1000).max(31_536_000_000).default(3_600_000),
    traffic: UsualTraffic.optional(),
    measure: Measure.default('block'),
  }),
  z.strictObject({
    command: z.literal('do'),
    measure: Measure,
    target: z.string().min(1).max(49),
    ttlMs: z.number().int().min(1000).max(31_536_000_000),
    reason,
    by,
  }),
  z.strictObject({ command: z.literal('describe') }),
  z.strictObject({ command: z.literal('points') }),
  z.strictObject({
    command: z.literal('invitePoint'),
    name: PointName,
    validMs: z.number().int().min(1000).max(604_800_000),
    by,
  }),
  z.strictObject({ command: z.literal('removePoint'), name: PointName, by }),
  z.strictObject({ command: z.literal('topology') }),
  z.strictObject({ command: z.literal('segmentsDiff'), file: SegmentFile }),
  z.strictObject({ command: z.literal('segmentsApply'), file: SegmentFile, reason, by }),
  /** `to`: the change that is gone back to; without it the one before. */
  z.strictObject({ command: z.literal('segmentsRollback'), to: z.number().int().min(0).optional(), reason, by }),
  z.strictObject({ command: z.literal('segmentsHistory') }),
]);
export type ControlRequest = z.input<typeof ControlRequest>;

/** What is answered, by command. */
export interface ControlResults {
  readonly list: readonly EnforcedBlock[];
  readonly revert: OrderReply;
  readonly revertAll: { readonly reverted: number };
  readonly revertWhere: { readonly reverted: number };
  readonly approve: OrderReply;
  readonly deny: OrderReply;
  readonly plan: BlockPlan;
  readonly do: OrderReply;
  readonly describe: EnforcerDescription;
  readonly points: readonly PointReport[];
  readonly invitePoint: { readonly token: string; readonly expiresAt: number };
  readonly removePoint: { readonly removed: string };
  readonly topology: Topology;
  readonly segmentsDiff: SegmentDiff;
  readonly segmentsApply: SegmentChange;
  readonly segmentsRollback: SegmentChange;
  readonly segmentsHistory: readonly SegmentChange[];
}

interface Serving {
  readonly enforcer: Enforcer;
  readonly hub: PointsHub | undefined;
}

type Answer = { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: WireError };

/** A file of segments; of everything else a request has some hundred bytes. */
const MAX_REQUEST = 1024 * 1024;
const MAX_CONNECTIONS = 16;
/** Requests of one connection. */
const MAX_WAITING = 16;
const IDLE_MS = 30_000;
/** 200,000 blocks with the longest reasons. */
const MAX_ANSWER = 512 * 1024 * 1024;

export interface ControlServer {
  /** Stops listening, ends connections and removes the socket. */
  close(): Promise<void>;
}

/**
 * Listens at `socketPath` (mode 0600), replacing a socket that nobody listens at any more. Rejects with `ENFORCER_SOCKET_IN_USE`
 * where another enforcer does, or `ENFORCER_SOCKET`.
 */
export async function startControl(options: {
  readonly enforcer: Enforcer;
  /** Where points are listened for. */
  readonly hub?: PointsHub;
  readonly socketPath: string;
  readonly log: Logger;
}): Promise<ControlServer> {
  const { enforcer, hub, socketPath, log } = options;
  const serving: Serving = { enforcer, hub };
  if (await answers(socketPath))
    throw new NetSentinelError('ENFORCER_SOCKET_IN_USE', 'user', 'Another enforcer listens at this socket', {
      hint: 'Stop the other one, or give this one a data folder of its own.',
      where: socketPath,
    });
  rmSync(socketPath, { force: true });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    serve(serving, socket, log);
  });
  server.maxConnections = MAX_CONNECTIONS;
  // The socket file comes into being inside `listen`: it must never be anybody else's, not even for a moment.
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) =>
        reject(
          new NetSentinelError('ENFORCER_SOCKET', 'operational', 'The control socket cannot be made', {
            cause,
            where: socketPath,
            hint: 'Unix sockets need a path of at most 107 bytes in a folder that we may write to.',
          }),
        ),
      );
      server.listen(socketPath, resolve);
      process.umask(mask);
    });
  } finally {
    process.umask(mask);
  }
  chmodSync(socketPath, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** Asks a running enforcer. Rejects with `ENFORCER_UNREACHABLE`, or with the error that it answered. */
export function callEnforcer<R extends ControlRequest>(
  socketPath: string,
  request: R,
  timeoutMs = 30_000,
): Promise<ControlResults[R['command']]> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    const chunks: Buffer[] = [];
    let size = 0;
    const fail = (message: string, cause?: unknown): void => {
      socket.destroy();
      reject(
        new NetSentinelError('ENFORCER_UNREACHABLE', 'operational', message, {
          cause,
          where: socketPath,
          hint: 'Is the enforcer running, and are you its user?',
        }),
      );
    };
    socket.setTimeout(timeoutMs, () => fail('The enforcer did not answer in time'));
    socket.once('error', (error) => fail('The enforcer cannot be reached', error));
    socket.once('end', () => fail('The enforcer ended the connection without an answer'));
    socket.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_ANSWER) return fail('The answer is too long');
      chunks.push(chunk);
      if (chunk.at(-1) !== 0x0a) return undefined;
      socket.removeAllListeners('end');
      socket.end();
      try {
        const answer = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Answer;
        if (answer.ok) return resolve(answer.result as ControlResults[R['command']]);
        return reject(fromWireError(answer.error));
      } catch (error) {
        return fail('The answer is not JSON', error);
      }
    });
    socket.write(`${JSON.stringify(request)}\n`);
  });
}

function serve(serving: Serving, socket: Socket, log: Logger): void {
  let rest = '';
  let queue = Promise.resolve();
  let waiting = 0;
  socket.setEncoding('utf8');
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.on('error', (error) => log.debug('A control connection broke', { error }));
  socket.on('data', (text: string) => {
    rest += text;
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    waiting += lines.length;
    if (rest.length > MAX_REQUEST || waiting > MAX_WAITING) return socket.destroy();
    for (const line of lines)
      queue = queue.then(async () => {
        // The next answer is made once this one has been taken: the longest have hundreds of megabytes.
        if (!socket.destroyed && !socket.write(`${JSON.stringify(await answer(serving, line))}\n`)) await taken(socket);
        waiting -= 1;
      });
    return undefined;
  });
}

function taken(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      socket.off('drain', end).off('close', end);
      resolve();
    };
    socket.on('drain', end).on('close', end);
    if (socket.destroyed) end();
  });
}

async function answer(serving: Serving, line: string): Promise<Answer> {
  try {
    const request = ControlRequest.parse(JSON.parse(line.slice(0, MAX_REQUEST)));
    return { ok: true, result: await run(serving, request) };
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError)
      return {
        ok: false,
        error: { code: 'ENFORCER_REQUEST_INVALID', fault: 'user', message: 'The request is malformed' },
      };
    return { ok: false, error: toWireError(error, 'ENFORCER_FAILED') };
  }
}

async function run(serving: Serving, request: z.output<typeof ControlRequest>): Promise<unknown> {
  const { enforcer } = serving;
  switch (request.command) {
    case 'list':
      return enforcer.list();
    case 'revert':
      return enforcer.revert(request.id, request.by);
    case 'revertAll':
      return { reverted: await enforcer.revertAll(request.by) };
    case 'revertWhere': {
      const { command: _, by: who, ...which } = request;
      return { reverted: await enforcer.revertWhere(which, who) };
    }
    case 'approve':
    case 'deny':
      return enforcer.decide(request.command, request.id, request.by, request.reason);
    case 'plan':
      return enforcer.plan(request.target, request.ttlMs, request.traffic, request.measure);
    case 'do':
      return enforcer.do(request, request.by, request.reason);
    case 'describe':
      return enforcer.describe();
    case 'points':
      return needHub(serving).list();
    case 'invitePoint':
      return needHub(serving).invite(request.name, request.validMs, request.by);
    case 'removePoint':
      await needHub(serving).remove(request.name, request.by);
      return { removed: request.name };
    case 'topology':
      return enforcer.segments.topology();
    case 'segmentsDiff':
      return enforcer.segments.diff(request.file);
    case 'segmentsApply':
      return enforcer.segments.apply(request.file, request.by, request.reason);
    case 'segmentsRollback':
      return enforcer.segments.rollback(request.to, request.by, request.reason);
    case 'segmentsHistory':
      return enforcer.segments.history();
    default:
      return request satisfies never;
  }
}

function needHub({ hub }: Serving): PointsHub {
  if (hub !== undefined) return hub;
  throw new NetSentinelError('POINTS_OFF', 'user', 'No enforcement points are listened for here', {
    hint: 'Write enforcer.points into the configuration at the centre, and start it again.',
  });
}

/** True where somebody listens at the socket. */
function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
