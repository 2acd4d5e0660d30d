/** Streams as far as they are met: add, read, range, trim; consumer groups are created and listed. */
import { CommandFailure, syntaxError } from '../command-failure.ts';
import { MapReply, NO_REPLY, NULL_ARRAY, OK, type Reply } from '../resp/reply.ts';
import type { StreamEntry, StreamGroup, ValueOf } from '../store/values.ts';
import { type CommandContext, type CommandHandlers, integer, is, positive } from './command.types.ts';

type Stream = ValueOf<'stream'>;
type Id = readonly [ms: number, seq: number];

const BAD_ID = 'ERR Invalid stream ID specified as stream command argument';
export const idText = ({ ms, seq }: StreamEntry): string => `${ms}-${seq}`;
const show = (entry: StreamEntry): Reply => [idText(entry), entry.fields];
const after = (entry: StreamEntry, [ms, seq]: Id): boolean => entry.ms > ms || (entry.ms === ms && entry.seq > seq);

function empty(): Stream {
  return { type: 'stream', entries: [], lastMs: 0, lastSeq: 0, added: 0, maxDeleted: '0-0', groups: new Map() };
}

export function readId(text: string, missing: number): Id {
  if (text === '-') return [0, 0];
  if (text === '+') return [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  const [, ms, seq] = /^(\d{1,20})(?:-(\d{1,20}))?$/.exec(text) ?? [];
  if (ms === undefined) throw new CommandFailure(BAD_ID);
  return [Number(ms), seq === undefined ? missing : Number(seq)];
}

interface Trim {
  readonly by: 'maxlen' | 'minid';
  readonly value: string;
}

/** `MAXLEN ~ 100 LIMIT 10` from `at` on. */
function readTrim(args: readonly string[], at: number): { readonly trim: Trim; readonly end: number } {
  const by = args[at]!.toLowerCase() === 'minid' ? 'minid' : 'maxlen';
  let next = at + 1;
  const approximate = args[next] === '~';
  if (approximate || args[next] === '=') next++;
  const value = args[next];
  if (value === undefined) throw syntaxError();
  if (by === 'maxlen' && integer(value) < 0) throw new CommandFailure('ERR The MAXLEN argument must be >= 0.');
  next++;
  if (is(args[next], 'limit')) {
    if (!approximate) throw new CommandFailure('ERR syntax error, LIMIT cannot be used without the special ~ option');
    positive(args[next + 1] ?? '', 'ERR The LIMIT argument must be >= 0.');
    next += 2;
  }
  return { trim: { by, value }, end: next };
}

function trimmed(stream: Stream, { by, value }: Trim): number {
  const before = stream.entries.length;
  if (by === 'maxlen') stream.entries.splice(0, Math.max(0, before - Number(value)));
  else {
    const [ms, seq] = readId(value, 0);
    stream.entries = stream.entries.filter((entry) => entry.ms > ms || (entry.ms === ms && entry.seq >= seq));
  }
  return before - stream.entries.length;
}

function nextId(stream: Stream, word: string, now: number): Id {
  if (word === '*') return now > stream.lastMs ? [now, 0] : [stream.lastMs, stream.lastSeq + 1];
  const open = /^(\d{1,20})-\*$/.exec(word)?.[1];
  if (open !== undefined) return [Number(open), Number(open) === stream.lastMs ? stream.lastSeq + 1 : 0];
  if (word === '-' || word === '+') throw new CommandFailure(BAD_ID);
  const id = readId(word, 0);
  if (id[0] === 0 && id[1] === 0) throw new CommandFailure('ERR The ID specified in XADD must be greater than 0-0');
  return id;
}

function add({ args, db, server, now }: CommandContext): Reply {
  let at = 2;
  let [create, trim] = [true, undefined as Trim | undefined];
  for (; at < args.length; at++) {
    if (is(args[at], 'nomkstream')) create = false;
    else if (is(args[at], 'maxlen') || is(args[at], 'minid')) {
      const read = readTrim(args, at);
      trim = read.trim;
      at = read.end - 1;
    } else break;
  }
  const fields = args.slice(at + 1);
  if (fields.length < 2 || fields.length % 2 !== 0)
    throw new CommandFailure("ERR wrong number of arguments for 'xadd' command");
  const known = db.peekAs(args[1]!, 'stream');
  if (known === undefined && !create) return null;
  const stream = known ?? empty();
  const [ms, seq] = nextId(stream, args[at]!, now);
  if (ms < stream.lastMs || (ms === stream.lastMs && seq <= stream.lastSeq))
    throw new CommandFailure('ERR The ID specified in XADD is equal or smaller than the target stream top item');
  server.keyspace.reserve(fields.reduce((sum, field) => sum + field.length + 8, 96));
  const open = db.open(args[1]!, 'stream', () => stream);
  open.entries.push({ ms, seq, fields });
  [open.lastMs, open.lastSeq] = [ms, seq];
  open.added++;
  if (trim !== undefined) trimmed(open, trim);
  db.changed(args[1]!);
  return `${ms}-${seq}`;
}

function rangeOf({ args, db }: CommandContext, reverse: boolean): Reply {
  const [low, high] = reverse ? [args[3]!, args[2]!] : [args[2]!, args[3]!];
  const from = readId(low.replace(/^\(/, ''), 0);
  const to = readId(high.replace(/^\(/, ''), Number.MAX_SAFE_INTEGER);
  let count = Infinity;
  if (args.length > 4) {
    if (!is(args[4], 'count') || args.length !== 6) throw syntaxError();
    count = integer(args[5]!);
    if (count < 0) count = 0;
  }
  const entries = db.readAs(args[1]!, 'stream')?.entries ?? [];
  const found = entries.filter(
    (entry) =>
      (after(entry, from) || (entry.ms === from[0] && entry.seq === from[1] && !low.startsWith('('))) &&
      !after(entry, to) &&
      (entry.ms !== to[0] || entry.seq !== to[1] || !high.startsWith('(')),
  );
  return (reverse ? found.toReversed() : found).slice(0, count).map(show);
}

function read(ctx: CommandContext): Reply {
  const { args, db, client } = ctx;
  let [count, block, at] = [Infinity, -1, 1];
  for (; at < args.length && !is(args[at], 'streams'); at += 2) {
    if (args[at + 1] === undefined) throw syntaxError();
    if (is(args[at], 'count')) count = integer(args[at + 1]!);
    else if (is(args[at], 'block')) {
      block = integer(args[at + 1]!);
      if (block < 0) throw new CommandFailure('ERR timeout is negative');
    } else throw syntaxError();
  }
  const rest = args.slice(at + 1);
  if (at >= args.length) throw syntaxError();
  if (rest.length === 0 || rest.length % 2 !== 0)
    throw new CommandFailure(
      "ERR Unbalanced 'xread' list of streams: for each stream key an ID or '$' must be specified.",
    );
  const keys = rest.slice(0, rest.length / 2);
  const ids = keys.map((key, i): Id => {
    const word = rest[keys.length + i]!;
    if (word !== '$') return readId(word, 0);
    const stream = db.peekAs(key, 'stream');
    return [stream?.lastMs ?? 0, stream?.lastSeq ?? 0];
  });
  const attempt = (): Reply | undefined => {
    const found = keys.flatMap((key, i) => {
      const entries =
        db
          .readAs(key, 'stream')
          ?.entries.filter((entry) => after(entry, ids[i]!))
          .slice(0, count) ?? [];
      return entries.length === 0 ? [] : [[key, entries.map(show)] as const];
    });
    if (found.length === 0) return undefined;
    return client.resp === 3 ? new MapReply(found) : found.map(([key, entries]) => [key, entries]);
  };
  const now = attempt();
  if (now !== undefined) return now;
  if (block < 0 || client.inTransaction) return NULL_ARRAY;
  client.block(block, NULL_ARRAY, attempt);
  return NO_REPLY;
}

function createGroup({ args, db, server }: CommandContext): Reply {
  const [, , key = '', name = '', id = ''] = args;
  const make = args.slice(5).some((word) => is(word, 'mkstream'));
  if (db.peekAs(key, 'stream') === undefined && !make) {
    throw new CommandFailure(
      'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.',
    );
  }
  const [ms, seq] = id === '$' ? [0, 0] : readId(id, 0);
  server.keyspace.reserve(name.length + 256);
  const stream = db.open(key, 'stream', empty);
  if (stream.groups.has(name)) throw new CommandFailure('BUSYGROUP Consumer Group name already exists');
  if (stream.groups.size >= 100) throw new CommandFailure("OOM command not allowed when used memory > 'maxmemory'.");
  const group: StreamGroup = {
    lastMs: id === '$' ? stream.lastMs : ms,
    lastSeq: id === '$' ? stream.lastSeq : seq,
    entriesRead: null,
    pending: new Map(),
    consumers: new Map(),
  };
  stream.groups.set(name, group);
  db.changed(key);
  return OK;
}

function streamInfo({ args, db }: CommandContext): Reply {
  const stream = db.readAs(args[2]!, 'stream');
  if (stream === undefined) throw new CommandFailure('ERR no such key');
  const [first, last] = [stream.entries[0], stream.entries.at(-1)];
  return new MapReply([
    ['length', stream.entries.length],
    ['radix-tree-keys', stream.entries.length === 0 ? 0 : Math.ceil(stream.entries.length / 100)],
    ['radix-tree-nodes', stream.entries.length === 0 ? 1 : Math.ceil(stream.entries.length / 100) + 1],
    ['last-generated-id', `${stream.lastMs}-${stream.lastSeq}`],
    ['max-deleted-entry-id', stream.maxDeleted],
    ['entries-added', stream.added],
    ['recorded-first-entry-id', first === undefined ? '0-0' : idText(first)],
    ['groups', stream.groups.size],
    ['first-entry', first === undefined ? null : show(first)],
    ['last-entry', last === undefined ? null : show(last)],
  ]);
}

/** How many entries a group has still to read; null where deletions have made that unknown. */
function lagOf(stream: Stream, group: StreamGroup): number | null {
  const first = stream.entries[0];
  if (
    first === undefined ||
    !after({ ms: stream.lastMs, seq: stream.lastSeq, fields: [] }, [group.lastMs, group.lastSeq])
  )
    return 0;
  if (group.entriesRead !== null) return stream.added - group.entriesRead;
  return after(first, [group.lastMs, group.lastSeq]) ? stream.entries.length : null;
}

export const streamCommands: CommandHandlers = {
  xadd: add,
  xlen: ({ db, args }) => db.readAs(args[1]!, 'stream')?.entries.length ?? 0,
  xrange: (ctx) => rangeOf(ctx, false),
  xrevrange: (ctx) => rangeOf(ctx, true),
  xread: read,
  xdel({ db, args }) {
    const ids = new Set(args.slice(2).map((word) => readId(word, 0).join('-')));
    const stream = db.peekAs(args[1]!, 'stream');
    if (stream === undefined) return 0;
    const before = stream.entries.length;
    stream.entries = stream.entries.filter((entry) => {
      const gone = ids.has(idText(entry));
      if (gone) stream.maxDeleted = idText(entry);
      return !gone;
    });
    if (before > stream.entries.length) db.changed(args[1]!, before - stream.entries.length);
    return before - stream.entries.length;
  },
  xsetid({ db, args }) {
    const [ms, seq] = readId(args[2]!, 0);
    const stream = db.peekAs(args[1]!, 'stream');
    if (stream === undefined) throw new CommandFailure('ERR no such key');
    const top = stream.entries.at(-1);
    if (top !== undefined && after(top, [ms, seq]))
      throw new CommandFailure('ERR The ID specified in XSETID is smaller than the target stream top item');
    [stream.lastMs, stream.lastSeq] = [ms, seq];
    db.changed(args[1]!);
    return OK;
  },
  xtrim({ db, args }) {
    if (!is(args[2], 'maxlen') && !is(args[2], 'minid')) throw syntaxError();
    const { trim, end } = readTrim(args, 2);
    if (end < args.length) throw syntaxError();
    const stream = db.peekAs(args[1]!, 'stream');
    if (stream === undefined) return 0;
    const removed = trimmed(stream, trim);
    if (removed > 0) db.changed(args[1]!, removed);
    return removed;
  },
  'xinfo|stream': streamInfo,
  'xinfo|groups'({ db, args }) {
    const stream = db.readAs(args[2]!, 'stream');
    if (stream === undefined) throw new CommandFailure('ERR no such key');
    return [...stream.groups].map(
      ([name, group]) =>
        new MapReply([
          ['name', name],
          ['consumers', group.consumers.size],
          ['pending', group.pending.size],
          ['last-delivered-id', `${group.lastMs}-${group.lastSeq}`],
          ['entries-read', group.entriesRead],
          ['lag', lagOf(stream, group)],
        ]),
    );
  },
  'xgroup|create': createGroup,
  'xgroup|destroy': ({ db, args }) => (db.peekAs(args[2]!, 'stream')?.groups.delete(args[3]!) === true ? 1 : 0),
};
