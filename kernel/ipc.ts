/**
 * The started process's side of its launcher's IPC channel: messages checked against a schema, the answers, and an end that is certain
 * (the channel closing means that the launcher is gone, and so shall we be).
 */
import { compileFromNow } from './compile-later.ts';
import { holdEarly } from './early-connections.ts';
import { describeError, NetSentinelError } from './errors.ts';
import { releaseMemorySoon } from './release-memory.ts';

interface Stop {
  readonly t: 'stop';
}

/** A schema of zod's, or what checks as one: a process that shall stay small brings its own. */
export interface MessageSchema<T> {
  safeParse(
    raw: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly message: string } };
}

export interface LauncherChannel {
  send(message: unknown): void;
  /** Ends the process unasked, as `stop` would: it has nothing to do, and the launcher starts it anew. */
  rest(): void;
}

/**
 * `handle` gets each message with the handle that came beside it. A rejection is reported as `failed` and ends the process with 1. `stop` is
 * called once, at a message of that name or when the launcher is gone; the launcher hears of its end.
 */
export function serveLauncher<T extends { readonly t: string }>(
  schema: MessageSchema<T>,
  handle: (message: Exclude<T, Stop>, handle: unknown) => Promise<void> | void,
  stop: () => Promise<void> | void,
): LauncherChannel {
  if (process.send === undefined)
    throw new NetSentinelError('PROCESS_NOT_LAUNCHED', 'user', 'this program is started by the launcher', {
      hint: 'Run `netsentinel up`.',
    });
  const send = (message: unknown): void => {
    if (process.connected) process.send?.(message, undefined, undefined, () => {});
    if ((message as { t?: unknown }).t !== 'ready') return;
    compileFromNow();
    releaseMemorySoon();
  };
  let failed = false;
  const fail = (error: unknown): void => {
    // What follows from the first failure would only hide it.
    if (failed) return;
    failed = true;
    const coded = error instanceof NetSentinelError ? error : undefined;
    send({
      t: 'failed',
      code: coded?.code ?? 'PROCESS_FAILED',
      message: describeError(error).slice(0, 2000),
      ...(coded?.hint === undefined ? {} : { hint: coded.hint }),
    });
    process.stderr.write(
      `${JSON.stringify({ level: 'error', message: 'process failed', error: error instanceof Error ? error.stack : String(error) })}\n`,
    );
    process.exitCode = 1;
    setImmediate(() => process.exit(1));
  };
  let stopping: Promise<void> | undefined;
  const stopOnce = (): Promise<void> => (stopping ??= (async () => stop())());
  const end = async (): Promise<void> => {
    await stopOnce();
    if (!process.connected) return;
    send({ t: 'stopped' });
    process.disconnect();
  };
  const receive = async (message: T, peer: unknown): Promise<void> => {
    if (isWork(message)) return handle(message, peer);
    return end();
  };
  // Messages are handled one after another: a listener that comes right behind the boot message waits for it.
  let queue = Promise.resolve();
  process.on('message', (raw, peer) => {
    const message = schema.safeParse(raw);
    if (!message.success)
      return fail(
        new NetSentinelError(
          'PROCESS_BAD_MESSAGE',
          'bug',
          `a launcher message broke its schema: ${message.error.message}`,
        ),
      );
    const serveEarly = holdEarly(peer);
    queue = queue
      .then(() => (failed ? undefined : receive(message.data, peer)))
      .then(serveEarly)
      .catch(fail);
    return undefined;
  });
  process.on('disconnect', () => {
    void (async () => {
      await Promise.race([stopOnce(), new Promise((resolve) => setTimeout(resolve, 3000))]);
      process.exit(0);
    })();
  });
  // The terminal sends ^C to the whole group; the launcher decides when and in which order processes stop.
  process.on('SIGINT', () => {});
  // Whoever read our output may be gone before us; that is no reason to fail.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  return {
    send,
    rest: () => void end().catch(fail),
  };
}

function isWork<T extends { readonly t: string }>(message: T): message is Exclude<T, Stop> {
  return message.t !== 'stop';
}
