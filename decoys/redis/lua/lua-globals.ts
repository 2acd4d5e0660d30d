/** What a script finds around it: `redis`, KEYS and ARGV, and Lua's libraries as redis leaves them in its sandbox. */
import { createHash } from 'node:crypto';
import { ErrorReply, type Reply } from '../resp/reply.ts';
import { type LuaArguments, library, luaFunction } from './lua-arguments.ts';
import type { LuaBudget } from './lua-budget.ts';
import { bitLibrary, mathLibrary } from './lua-math.ts';
import { jsonLibrary } from './lua-json.ts';
import { LuaSyntaxError } from './lua-lexer.ts';
import { LuaMachine } from './lua-machine.ts';
import type { LuaRandom } from './lua-random.ts';
import { parseScript } from './lua-parser.ts';
import { fromReply } from './lua-replies.ts';
import { stringLibrary } from './lua-string.ts';
import { tableLibrary, unpack } from './lua-table.ts';
import { LuaError, LuaTable, LuaUnplayed, type LuaValue, luaText, toNumber, typeName } from './lua-values.ts';

/** Steps that a microsecond of a command costs. */
const STEPS_A_MICROSECOND = 3;

export interface ScriptHost {
  /** Of the server: it goes on from one script to the next. */
  readonly random: LuaRandom;
  /** Absent while a library of functions loads. */
  readonly call?: (args: readonly string[]) => Reply;
  /** Functions of a library: what is registered while it loads. */
  register?(name: string, run: LuaValue, description: string, flags: readonly string[]): void;
}

/** @param words KEYS and ARGV; none for libraries of functions */
export function scriptGlobals(
  host: ScriptHost,
  budget: LuaBudget,
  words?: { readonly keys: readonly string[]; readonly argv: readonly string[] },
): ReadonlyMap<string, LuaValue> {
  const globals = new Map<string, LuaValue>();
  const add = (name: string, run: Parameters<typeof luaFunction>[1]): void =>
    void globals.set(name, luaFunction(name, run));
  if (words !== undefined) {
    globals.set('KEYS', LuaTable.of(words.keys));
    globals.set('ARGV', LuaTable.of(words.argv));
  }
  globals.set('redis', redisLibrary(host, budget));
  globals.set('server', globals.get('redis')!);
  globals.set('string', stringLibrary(budget));
  globals.set('table', tableLibrary(budget));
  globals.set('math', mathLibrary(host.random));
  globals.set('bit', bitLibrary());
  globals.set('cjson', jsonLibrary(budget));
  globals.set('cmsgpack', library({ pack: unplayed, unpack: unplayed, unpack_one: unplayed, unpack_limit: unplayed }));
  globals.set('struct', library({ pack: unplayed, unpack: unplayed, size: unplayed }));
  globals.set('_VERSION', 'Lua 5.1');
  globals.set('_G', new LuaTable());
  add('tonumber', number);
  add('tostring', (args) => luaText(args.any(0)));
  add('type', (args) => typeName(args.any(0)));
  add('error', (args) => {
    throw raised(args.values[0] ?? null, args.integer(1, 1));
  });
  add('assert', (args) => {
    const value = args.any(0);
    if (value !== null && value !== false) return args.values;
    throw raised(args.values[1] ?? 'assertion failed!', 1);
  });
  add('next', (args) => {
    budget.spend(1);
    return args.table(0).next(args.values[1] ?? null) ?? [null];
  });
  add('pairs', (args) => [globals.get('next')!, args.table(0), null]);
  const step = luaFunction('ipairs', (args) => {
    const [table, at] = [args.table(0), args.integer(1) + 1];
    const value = table.get(at);
    return value === null ? [null] : [at, value];
  });
  add('ipairs', (args) => [step, args.table(0), 0]);
  add('select', (args) => {
    const values = args.values.slice(1);
    if (args.values[0] === '#') return values.length;
    const from = args.integer(0);
    if (from === 0 || -from > values.length) throw args.wrong(0, 'index out of range');
    return from < 0 ? values.slice(from) : values.slice(from - 1);
  });
  add('rawget', (args) => args.table(0).get(args.any(1)));
  add('rawset', (args) => {
    args.table(0).set(args.any(1), args.any(2));
    return args.values[0]!;
  });
  add('rawequal', (args) => args.any(0) === args.any(1));
  add('unpack', unpack);
  add('setmetatable', (args) => {
    const table = args.table(0);
    const meta = args.any(1);
    if (meta !== null && !(meta instanceof LuaTable)) throw args.wrong(1, 'nil or table expected');
    for (const [event] of meta?.entries() ?? []) if (!PLAYED_EVENTS.has(event)) unplayed();
    table.meta = meta ?? undefined;
    return table;
  });
  add('getmetatable', (args) => {
    const value = args.any(0);
    return value instanceof LuaTable ? (value.meta ?? null) : null;
  });
  add('pcall', (args) => protectedCall(args, budget, (failed) => failed));
  add('xpcall', (args) => protectedCall(args, budget, (failed) => args.callable(1)([failed])[0] ?? null));
  add('loadstring', (args) => {
    const source = args.text(0);
    budget.spend(500 + source.length * 4);
    try {
      const block = parseScript(source);
      return (given: readonly LuaValue[]) => new LuaMachine(globals, budget).run(block, given);
    } catch (error) {
      if (!(error instanceof LuaSyntaxError)) throw error;
      return [null, error.message.replace(/^user_script:/, `[string "${source.split('\n', 1)[0]!.slice(0, 60)}"]:`)];
    }
  });
  for (const name of ['setfenv', 'getfenv', 'newproxy', 'collectgarbage', 'load']) add(name, unplayed);
  return globals;
}

/** What of metatables is played. */
const PLAYED_EVENTS: ReadonlySet<LuaValue> = new Set(['__index', '__newindex', '__call']);

function unplayed(): never {
  throw new LuaUnplayed('not played');
}

function redisLibrary(host: ScriptHost, budget: LuaBudget): LuaTable {
  const call =
    (run: NonNullable<ScriptHost['call']>, isProtected: boolean) =>
    ({ values }: LuaArguments): LuaValue => {
      if (values.length === 0) throw new LuaError('Please specify at least one argument for this redis lib call', true);
      const words = values.map((arg) => {
        if (typeof arg !== 'string' && typeof arg !== 'number')
          throw new LuaError('Lua redis lib command arguments must be strings or integers', true);
        return luaText(arg);
      });
      const began = performance.now();
      const reply = run(words);
      budget.spend((performance.now() - began) * 1000 * STEPS_A_MICROSECOND);
      const value = fromReply(reply, budget);
      if (reply instanceof ErrorReply && !isProtected) throw new LuaError(reply.text.replace(/^ERR /, ''), true, value);
      return value;
    };
  const status = (name: string, text: string): LuaTable => {
    const table = new LuaTable();
    table.set(name, text);
    return table;
  };
  const table = library({
    ...(host.call === undefined ? {} : { call: call(host.call, false), pcall: call(host.call, true) }),
    error_reply(args) {
      const text = args.text(0);
      return status('err', /^-?[A-Z]+ /.test(text) ? text.replace(/^-/, '') : `ERR ${text.replace(/^-/, '')}`);
    },
    status_reply: (args) => status('ok', args.text(0)),
    sha1hex(args) {
      if (args.values.length !== 1) throw new LuaError('wrong number of arguments', true);
      return createHash('sha1')
        .update(Buffer.from(luaText(args.values[0]!), 'latin1'))
        .digest('hex');
    },
    log(args) {
      if (args.values.length < 2) throw new LuaError('redis.log() requires two arguments or more.', true);
      return [];
    },
    setresp: () => [],
    replicate_commands: () => true,
    set_repl: () => [],
    breakpoint: () => false,
    debug: () => [],
    acl_check_cmd: () => true,
    ...(host.register === undefined
      ? {}
      : {
          register_function(args: LuaArguments): readonly LuaValue[] {
            const [name, run, description, flags] = registered(args);
            host.register!(name, run, description, flags);
            return [];
          },
        }),
    REPL_NONE: 0,
    REPL_AOF: 1,
    REPL_SLAVE: 2,
    REPL_REPLICA: 2,
    REPL_ALL: 3,
    LOG_DEBUG: 0,
    LOG_VERBOSE: 1,
    LOG_NOTICE: 2,
    LOG_WARNING: 3,
    REDIS_VERSION: '7.0.15',
    REDIS_VERSION_NUM: 0x07000f,
  });
  if (host.call === undefined) table.meta = LuaTable.strict();
  return table;
}

/** `register_function('name', f)` or `register_function{function_name = 'name', callback = f}`. */
function registered({ values }: LuaArguments): readonly [string, LuaValue, string, readonly string[]] {
  const [first = null, second = null] = values;
  const fail = (what: string): LuaError => new LuaError(what, true);
  if (values.length !== 1 && values.length !== 2) throw fail('wrong number of arguments to redis.register_function');
  if (values.length === 2) {
    if (typeof first !== 'string') throw fail('first argument to redis.register_function must be a string');
    if (typeof second !== 'function') throw fail('second argument to redis.register_function must be a function');
    return [first, second, '', []];
  }
  if (!(first instanceof LuaTable))
    throw fail(
      'calling redis.register_function with a single argument is only applicable to Lua table (representing named arguments).',
    );
  const [name, run, description, flags] = ['function_name', 'callback', 'description', 'flags'].map((key) =>
    first.get(key),
  );
  if (typeof name !== 'string') throw fail('redis.register_function must get a function name argument');
  if (typeof run !== 'function') throw fail('redis.register_function must get a callback argument');
  return [
    name,
    run,
    typeof description === 'string' ? description : '',
    flags instanceof LuaTable ? flags.values().map(luaText) : [],
  ];
}

function number(args: LuaArguments): LuaValue {
  if (!args.has(1)) return toNumber(args.any(0));
  const base = args.integer(1);
  if (base < 2 || base > 36) throw args.wrong(1, 'base out of range');
  const text = args.text(0).trim().toLowerCase();
  if (base === 10) return toNumber(text);
  const digits = base === 16 ? text.replace(/^0x/, '') : text;
  const value = Number.parseInt(digits, base);
  return digits.length < 64 && Number.isFinite(value) && digits.split('').every((c) => Number.parseInt(c, base) >= 0)
    ? value
    : null;
}

/** @param level 0: without the place where it happened */
function raised(value: LuaValue, level: number): LuaError {
  if (value instanceof LuaTable) {
    const text = value.get('err');
    return new LuaError(typeof text === 'string' ? text : luaText(value), true, value);
  }
  if (typeof value === 'string' || typeof value === 'number') return new LuaError(luaText(value), level === 0);
  return new LuaError(luaText(value), true, value);
}

function protectedCall(
  args: LuaArguments,
  budget: LuaBudget,
  handle: (failed: LuaValue) => LuaValue,
): readonly LuaValue[] {
  // It calls on without going through the machine, which counts depth: a list of `pcall` given to itself goes as deep as it is long.
  const depth = budget.enter();
  budget.make(16 * args.values.length);
  try {
    return [true, ...args.callable(0)(args.values.slice(1))];
  } catch (error) {
    if (!(error instanceof LuaError)) throw error;
    const told = error.value instanceof LuaTable ? error.value.get('err') : null;
    const value =
      (typeof told === 'string' ? told : error.value) ??
      (error.bare ? error.message : `user_script:${error.line || 1}: ${error.message}`);
    return [false, handle(value)];
  } finally {
    budget.leave(depth);
  }
}
