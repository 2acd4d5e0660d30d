/** The commands, settings and help of redis 7.0.15, as `scripts/redis-data.ts` recorded them from the real server. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { readReply } from './resp/reply-reader.ts';
import { MapReply, type Reply, SetReply, Status } from './resp/reply.ts';

export interface CommandSpec {
  /** `get`, or `config|get`. */
  readonly name: string;
  /** Words it takes, its own included; negative: at least so many. */
  readonly arity: number;
  readonly flags: ReadonlySet<string>;
  readonly firstKey: number;
  readonly lastKey: number;
  readonly step: number;
  /** `@read`, `@fast`… */
  readonly categories: ReadonlySet<string>;
  /** The entry as COMMAND INFO answers it. */
  readonly info: Reply;
  readonly subcommands: ReadonlyMap<string, CommandSpec>;
}

export interface CommandTable {
  readonly commands: ReadonlyMap<string, CommandSpec>;
  readonly docs: ReadonlyMap<string, Reply>;
  /** Lines of `CONFIG HELP` and the like, by the container's name. */
  readonly help: ReadonlyMap<string, readonly string[]>;
  /** What `ACL CAT <category>` lists. */
  readonly categories: ReadonlyMap<string, readonly string[]>;
  /** Every setting with the value that Debian's configuration gives it. */
  readonly settings: ReadonlyMap<string, string>;
}

let loaded: CommandTable | undefined;

/** Reads a file the first time: to be called while files may be read. */
export function loadCommandTable(): CommandTable {
  if (loaded !== undefined) return loaded;
  const text = brotliDecompressSync(readFileSync(join(import.meta.dirname, 'data/redis-7.0.15.resp.br'))).toString(
    'latin1',
  );
  const parts: Reply[] = [];
  for (let at = 0; at < text.length;) {
    const part = readReply(text, at);
    if (part === undefined) throw new Error('the table of redis commands is cut off');
    parts.push(part.reply);
    at = part.end;
  }
  const [commands, docs, help, categories, settings] = parts;
  loaded = {
    commands: new Map((commands as readonly Reply[]).map((entry) => readSpec(entry)).map((spec) => [spec.name, spec])),
    docs: new Map(pairsOf(docs)),
    help: new Map(pairsOf(help).map(([name, lines]) => [name, (lines as string).split('\n')])),
    categories: new Map(pairsOf(categories).map(([name, list]) => [name, (list as string).split(' ')])),
    settings: new Map(pairsOf(settings).map(([name, value]) => [name, value as string])),
  };
  return loaded;
}

function readSpec(entry: Reply): CommandSpec {
  const [name, arity, flags, firstKey, lastKey, step, categories, , , subcommands] = entry as readonly Reply[];
  const subs = itemsOf(subcommands).map((sub) => readSpec(sub));
  return {
    name: name as string,
    arity: arity as number,
    flags: words(flags),
    firstKey: firstKey as number,
    lastKey: lastKey as number,
    step: step as number,
    categories: words(categories),
    info: entry,
    subcommands: new Map(subs.map((sub) => [sub.name.slice(sub.name.indexOf('|') + 1), sub])),
  };
}

function words(reply: Reply | undefined): ReadonlySet<string> {
  return new Set(itemsOf(reply).map((item) => (item instanceof Status ? item.text : (item as string))));
}

/** Sets in RESP3 are arrays in RESP2. */
export function itemsOf(reply: Reply | undefined): readonly Reply[] {
  if (reply instanceof SetReply) return reply.items;
  return Array.isArray(reply) ? (reply as readonly Reply[]) : [];
}

function pairsOf(reply: Reply | undefined): (readonly [string, Reply])[] {
  return reply instanceof MapReply ? reply.pairs.map(([name, value]) => [name as string, value]) : [];
}

/** The positions of the keys in a command that names them at fixed places, or after a count. */
export function keysOf(spec: CommandSpec, args: readonly string[]): string[] {
  const keys: string[] = [];
  if (spec.firstKey > 0) {
    const last = spec.lastKey < 0 ? args.length + spec.lastKey : spec.lastKey;
    for (let at = spec.firstKey; at <= last && at < args.length; at += Math.max(1, spec.step)) keys.push(args[at]!);
  }
  if (spec.flags.has('movablekeys')) keys.push(...movableKeys(spec.name, args));
  return keys;
}

const COUNT_AT: Readonly<Record<string, number>> = {
  eval: 2,
  evalsha: 2,
  eval_ro: 2,
  evalsha_ro: 2,
  fcall: 2,
  fcall_ro: 2,
  zunion: 1,
  zinter: 1,
  zdiff: 1,
  zunionstore: 2,
  zinterstore: 2,
  zdiffstore: 2,
  zintercard: 1,
  sintercard: 1,
  lmpop: 1,
  zmpop: 1,
  blmpop: 2,
  bzmpop: 2,
};

function movableKeys(name: string, args: readonly string[]): readonly string[] {
  if (name === 'xread' || name === 'xreadgroup') {
    const at = args.findIndex((arg, i) => i > 0 && arg.toLowerCase() === 'streams');
    return at < 0 ? [] : args.slice(at + 1, at + 1 + Math.floor((args.length - at - 1) / 2));
  }
  const at = COUNT_AT[name];
  const count = at === undefined ? 0 : Number(args[at]);
  return at === undefined || !Number.isInteger(count) || count <= 0 ? [] : args.slice(at + 1, at + 1 + count);
}
