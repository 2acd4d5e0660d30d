/**
 * One connection's commands, in the order of `processCommand`: is there such a command, has it enough words, is the client logged in, may it, is it in
 * MULTI; then the handler. Free of sockets: bytes come from `redis-protocol.ts`, answers leave through `ClientOutput`.
 */
import type { AclRefusal } from './acl-log.ts';
import { type AclUser, mayRun, mayUse } from './acl.ts';
import { describeClient } from './client-line.ts';
import { CommandFailure } from './command-failure.ts';
import { type CommandSpec, keysOf } from './command-table.ts';
import { handlerOf } from './commands/index.ts';
import type { ServiceSession } from '../service/service.types.ts';
import type { Machine } from '../shell/shell.types.ts';
import type { RedisServer } from './redis-server.ts';
import {
  EncodedReply,
  ErrorReply,
  encodeReply,
  MAX_REPLY_BYTES,
  NO_REPLY,
  type Reply,
  ReplyTooLong,
} from './resp/reply.ts';
import { Transaction } from './transaction.ts';

const MAX_NAME = 4096;
/** What a subscriber of RESP2 may still ask. */
const WHILE_SUBSCRIBED = new Set([
  'ping',
  'subscribe',
  'ssubscribe',
  'sunsubscribe',
  'psubscribe',
  'unsubscribe',
  'punsubscribe',
  'quit',
  'reset',
]);

/** What runs at once in MULTI. */
const OUTSIDE_TRANSACTION = new Set(['exec', 'discard', 'multi', 'watch', 'quit', 'reset']);

interface Waiting {
  readonly none: Reply;
  readonly attempt: () => Reply | undefined;
  readonly cancel: () => void;
}

export interface ClientOutput {
  send(text: string): void;
  /** After what was sent. */
  end(reason: string): void;
  /** A waiting command is over: requests that came meanwhile can be read. */
  proceed(): void;
}

export class RedisClient {
  readonly session: ServiceSession;
  readonly server: RedisServer;
  readonly id: number;
  readonly connectedAt: number;
  readonly address: string;
  readonly localAddress: string;
  /** Leased before commands that look at files. */
  machine: Machine | undefined;
  resp: 2 | 3 = 2;
  db = 0;
  name = '';
  user: AclUser;
  authenticated: boolean;
  monitors = false;
  replica = false;
  readonly channels = new Set<string>();
  readonly patterns = new Set<string>();
  readonly shardChannels = new Set<string>();
  readonly transaction = new Transaction();
  inTransaction = false;
  replyMode: 'on' | 'off' | 'skip' = 'on';
  lastCommand = 'NULL';
  lastAt: number;
  noEvict = false;
  noTouch = false;
  tracking = false;
  #output: ClientOutput;
  #waiting: Waiting | undefined;
  #closing = false;
  /** Answers within EXEC. */
  #captured: string[] | undefined;
  #capturedBytes = 0;

  constructor(session: ServiceSession, server: RedisServer, output: ClientOutput) {
    this.session = session;
    this.server = server;
    this.#output = output;
    this.id = server.nextClientId();
    this.connectedAt = server.clock.now();
    this.lastAt = this.connectedAt;
    this.address = `${host(session.source.ip)}:${session.source.port}`;
    this.localAddress = `${host(session.destination.ip)}:${session.destination.port}`;
    this.user = server.users.default;
    this.authenticated = this.user.noPassword && this.user.enabled;
    server.clients.add(this);
    server.stats.connections++;
  }

  get waiting(): boolean {
    return this.#waiting !== undefined;
  }

  get subscriptions(): number {
    return this.channels.size + this.patterns.size;
  }

  get closing(): boolean {
    return this.#closing;
  }

  /** The client went away. */
  left(): void {
    this.#waiting?.cancel();
    this.#waiting = undefined;
    this.transaction.forget();
    this.server.clients.delete(this);
  }

  /** What ACL forbids is kept for ACL LOG. */
  refused(reason: AclRefusal['reason'], object: string, username = this.user.name): void {
    const { aclLog, clock } = this.server;
    const context = this.inTransaction ? 'lua' : this.transaction.open ? 'multi' : 'toplevel';
    const client = describeClient(this, clock.now());
    aclLog.add({ reason, context, object, username, client }, clock.now());
  }

  /** @throws CommandFailure where it is too long to be kept */
  rename(name: string): void {
    if (name.length > MAX_NAME) throw new CommandFailure("OOM command not allowed when used memory > 'maxmemory'.");
    this.name = name;
  }

  /** Ends the connection after what was sent. */
  drop(reason: string): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#output.end(reason);
  }

  push(reply: Reply): void {
    if (this.#captured === undefined) this.#write(this.#encode(reply));
    else this.#capture(reply);
  }

  /** Runs one request; the answer has gone out when this returns, unless the command waits. */
  run(args: readonly string[]): void {
    this.lastAt = this.server.clock.now();
    const before = performance.now();
    const found = this.#find(args);
    let reply: Reply;
    if (found instanceof ErrorReply) reply = this.transaction.spoil(found);
    else {
      this.lastCommand = found.name;
      reply = this.#admit(found, args) ?? this.#call(found, args);
      if (!found.flags.has('skip_slowlog'))
        this.server.slow(this, args, Math.round((performance.now() - before) * 1000));
    }
    this.answer(reply);
  }

  answer(reply: Reply): void {
    if (reply === NO_REPLY) return;
    if (reply instanceof ErrorReply) this.#countError(reply);
    const mode = this.replyMode;
    if (mode === 'skip') this.replyMode = 'on';
    if (mode === 'on') this.#write(this.#encode(reply));
  }

  /** Nothing, and the connection ends, where it is too long. */
  #encode(reply: Reply): string {
    try {
      return encodeReply(reply, this.resp);
    } catch (error) {
      if (!(error instanceof ReplyTooLong)) throw error;
      this.drop('output buffer limit');
      return '';
    }
  }

  #capture(reply: Reply): void {
    const text = this.#encode(reply);
    this.#capturedBytes += text.length;
    if (this.#capturedBytes > MAX_REPLY_BYTES) this.drop('output buffer limit');
    else this.#captured!.push(text);
  }

  #find(args: readonly string[]): CommandSpec | ErrorReply {
    const { commands } = this.server.parts.table;
    const name = args[0]!.toLowerCase();
    const container = commands.get(name);
    const spec =
      container === undefined || container.subcommands.size === 0 || args.length === 1
        ? container
        : container.subcommands.get(args[1]!.toLowerCase());
    if (container !== undefined && container.subcommands.size > 0 && spec === undefined) {
      return new ErrorReply(
        `ERR unknown subcommand '${printable(args[1]!.slice(0, 128))}'. Try ${name.toUpperCase()} HELP.`,
      );
    }
    if (spec === undefined && container === undefined) {
      let shown = '';
      for (const arg of args.slice(1)) {
        if (shown.length >= 128) break;
        shown += `'${printable(arg.slice(0, 128 - shown.length))}' `;
      }
      return new ErrorReply(
        `ERR unknown command '${printable(args[0]!.slice(0, 128))}', with args beginning with: ${shown}`,
      );
    }
    const command = spec ?? container!;
    if ((command.arity > 0 && args.length !== command.arity) || args.length < -command.arity)
      return new ErrorReply(`ERR wrong number of arguments for '${command.name}' command`);
    return command;
  }

  /** Why it may not run, or that it is queued. */
  #admit(spec: CommandSpec, args: readonly string[]): Reply | undefined {
    const { settings } = this.server;
    const guarded = spec.flags.has('admin')
      ? { debug: 'enable-debug-command', module: 'enable-module-command' }[spec.name.split('|')[0]!]
      : undefined;
    if (guarded !== undefined && settings.get(guarded) === 'no') {
      const name = spec.name.split('|')[0]!.toUpperCase();
      return this.transaction.spoil(
        new ErrorReply(
          `ERR ${name} command not allowed. If the ${guarded} option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.`,
        ),
      );
    }
    if (!this.authenticated && !spec.flags.has('no_auth'))
      return this.transaction.spoil(new ErrorReply('NOAUTH Authentication required.'));
    if (!spec.flags.has('no_auth') && !mayRun(this.user, spec))
      return this.transaction.spoil(
        new ErrorReply(`NOPERM this user has no permissions to run the '${spec.name}' command`),
      );
    const denied = this.user.keys[0] === '~*' ? undefined : keysOf(spec, args).find((key) => !mayUse(this.user, key));
    if (denied !== undefined) {
      this.refused('key', denied);
      return this.transaction.spoil(
        new ErrorReply('NOPERM this user has no permissions to access one of the keys used as arguments'),
      );
    }
    if (this.server.replication !== undefined && spec.flags.has('write') && settings.get('replica-read-only') === 'yes')
      return this.transaction.spoil(new ErrorReply("READONLY You can't write against a read only replica."));
    if (
      this.server.replication !== undefined &&
      settings.get('replica-serve-stale-data') === 'no' &&
      !spec.flags.has('stale')
    )
      return this.transaction.spoil(
        new ErrorReply("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."),
      );
    if (this.resp === 2 && this.subscriptions + this.shardChannels.size > 0 && !WHILE_SUBSCRIBED.has(spec.name))
      return this.transaction.spoil(
        new ErrorReply(
          `ERR Can't execute '${spec.name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
        ),
      );
    if (!this.transaction.open || OUTSIDE_TRANSACTION.has(spec.name)) return undefined;
    if (spec.flags.has('no_multi'))
      return this.transaction.spoil(new ErrorReply('ERR Command not allowed inside a transaction'));
    return this.transaction.add(spec, args);
  }

  #call(spec: CommandSpec, args: readonly string[]): Reply {
    const { server } = this;
    const handler = handlerOf(spec.name);
    const { keyspace, stats } = server;
    stats.commands++;
    const before = keyspace.dirty;
    let reply: Reply;
    try {
      reply =
        handler === undefined
          ? new ErrorReply(`ERR Internal error, the command '${spec.name}' is disabled`)
          : handler({ client: this, server, db: server.keyspace.database(this.db), args, now: server.clock.now() });
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      reply = error.reply;
    }
    stats.calls.set(spec.name, (stats.calls.get(spec.name) ?? 0) + 1);
    if (!spec.flags.has('skip_monitor') && !spec.flags.has('admin')) server.watch(this, args);
    if (keyspace.dirty > before) server.wake();
    return reply;
  }

  /** Of a script: no blocking, no MULTI. */
  callFromScript(args: readonly string[]): Reply {
    const found = this.#find(args);
    if (found instanceof ErrorReply)
      return found.text.startsWith('ERR unknown')
        ? new ErrorReply('ERR Unknown Redis command called from script')
        : new ErrorReply('ERR Wrong number of args calling Redis command from script');
    if (found.flags.has('noscript')) return new ErrorReply('ERR This Redis command is not allowed from script');
    if (!mayRun(this.user, found))
      return new ErrorReply(`NOPERM this user has no permissions to run the '${found.name}' command`);
    const outer = this.inTransaction;
    this.inTransaction = true;
    const reply = this.#call(found, args);
    this.inTransaction = outer;
    return reply;
  }

  exec(nullArray: Reply): Reply {
    const queue = this.transaction.take();
    if (queue === 'changed') return nullArray;
    this.inTransaction = true;
    // What commands push (SUBSCRIBE) stands among the answers.
    const outer = (this.#captured = [`*${queue.length}\r\n`]);
    this.#capturedBytes = 0;
    for (const { spec, args } of queue) {
      if (this.#closing) break;
      const reply = this.#call(spec, args);
      if (reply instanceof ErrorReply) this.#countError(reply);
      this.#capture(reply);
    }
    this.inTransaction = false;
    this.#captured = undefined;
    return this.#closing ? NO_REPLY : new EncodedReply(outer.join(''));
  }

  /** The command answers when `attempt` does, or `none` after this time (0: never). */
  block(ms: number, none: Reply, attempt: () => Reply | undefined): void {
    const cancel = ms === 0 ? () => {} : this.session.after(ms, () => this.#unblock(none));
    this.#waiting = { none, attempt, cancel };
  }

  retry(): void {
    if (this.#waiting === undefined) return;
    try {
      const reply = this.#waiting.attempt();
      if (reply !== undefined) this.#unblock(reply);
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      this.#unblock(error.reply);
    }
  }

  /** CLIENT UNBLOCK: false where it waits for nothing. */
  unblock(withError: boolean): boolean {
    if (this.#waiting === undefined) return false;
    this.#unblock(withError ? new ErrorReply('UNBLOCKED client unblocked via CLIENT UNBLOCK') : this.#waiting.none);
    return true;
  }

  #unblock(reply: Reply): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    waiting.cancel();
    this.answer(reply);
    this.#output.proceed();
  }

  /** RESET, but for its answer. */
  reset(): void {
    this.transaction.forget();
    this.channels.clear();
    this.patterns.clear();
    this.shardChannels.clear();
    this.monitors = false;
    this.tracking = false;
    this.replyMode = 'on';
    this.resp = 2;
    this.db = 0;
    this.name = '';
    this.user = this.server.users.default;
    this.authenticated = this.user.noPassword && this.user.enabled;
  }

  #countError(reply: ErrorReply): void {
    const { stats } = this.server;
    stats.errors++;
    const kind = reply.text.split(' ', 1)[0]!;
    if (stats.errorKinds.size < 64 || stats.errorKinds.has(kind))
      stats.errorKinds.set(kind, (stats.errorKinds.get(kind) ?? 0) + 1);
  }

  #write(text: string): void {
    if (this.#closing || text === '') return;
    this.server.stats.bytesOut += text.length;
    this.#output.send(text);
  }
}

/** What an error text may not carry is shown as redis shows it. */
function printable(text: string): string {
  return text.replace(/[\r\n\0]/g, ' ');
}

function host(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}
