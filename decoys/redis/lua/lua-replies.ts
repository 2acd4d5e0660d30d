/** Replies into Lua's values and back, as EVAL documents it. */
import {
  DoubleReply,
  EncodedReply,
  ErrorReply,
  MapReply,
  PushReply,
  type Reply,
  SetReply,
  Status,
  VerbatimReply,
} from '../resp/reply.ts';
import type { LuaBudget } from './lua-budget.ts';
import { LuaTable, type LuaValue } from './lua-values.ts';

const MAX_DEPTH = 32;

export function fromReply(reply: Reply, budget: LuaBudget): LuaValue {
  budget.spend(1);
  if (typeof reply === 'string' || typeof reply === 'number') return reply;
  if (typeof reply === 'bigint') return Number(reply);
  if (typeof reply === 'boolean') return reply ? 1 : 0;
  if (reply === null || typeof reply === 'symbol' || reply instanceof EncodedReply) return false;
  if (reply instanceof Status || reply instanceof ErrorReply) {
    const table = new LuaTable();
    table.set(reply instanceof Status ? 'ok' : 'err', reply.text);
    return table;
  }
  if (reply instanceof DoubleReply || reply instanceof VerbatimReply) return reply.text;
  const items =
    reply instanceof MapReply
      ? reply.pairs.flat()
      : reply instanceof SetReply || reply instanceof PushReply
        ? reply.items
        : reply;
  return LuaTable.of(items.map((item) => fromReply(item, budget)));
}

export function toReply(value: LuaValue, budget: LuaBudget, depth = 0): Reply {
  budget.spend(1);
  if (depth > MAX_DEPTH) return new ErrorReply('ERR reached lua stack limit');
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? Math.trunc(value) : Number.MIN_SAFE_INTEGER;
  if (value === true) return 1;
  if (!(value instanceof LuaTable)) return null;
  const [ok, error] = [value.get('ok'), value.get('err')];
  if (typeof error === 'string') return new ErrorReply(error);
  if (typeof ok === 'string') return new Status(ok.replace(/[\r\n]/g, ' '));
  return value.values().map((item) => toReply(item, budget, depth + 1));
}
