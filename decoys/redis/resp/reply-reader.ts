/** Reads replies back (RESP2 and RESP3): the table of commands that was recorded from the real server, and answers in tests. */
import {
  DoubleReply,
  ErrorReply,
  MapReply,
  NULL_ARRAY,
  PushReply,
  type Reply,
  SetReply,
  Status,
  VerbatimReply,
} from './reply.ts';

/** `bytes` one character a byte. Undefined where the reply is not complete. */
export function readReply(bytes: string, start = 0): { readonly reply: Reply; readonly end: number } | undefined {
  const stop = bytes.indexOf('\r\n', start);
  if (stop < 0) return undefined;
  const head = bytes.slice(start + 1, stop);
  const after = stop + 2;
  const sign = bytes[start];
  switch (sign) {
    case '+':
      return { reply: new Status(head), end: after };
    case '-':
      return { reply: new ErrorReply(head), end: after };
    case ':':
      return { reply: Number(head), end: after };
    case ',':
      return { reply: new DoubleReply(head), end: after };
    case '_':
      return { reply: null, end: after };
    case '#':
      return { reply: head === 't', end: after };
    case '$':
    case '=': {
      const length = Number(head);
      if (length < 0) return { reply: null, end: after };
      if (bytes.length < after + length + 2) return undefined;
      const text = bytes.slice(after, after + length);
      return { reply: sign === '$' ? text : new VerbatimReply(text.slice(4)), end: after + length + 2 };
    }
    case '*':
    case '~':
    case '>':
    case '%':
      return readItems(bytes, sign, Number(head), after);
    default:
      throw new Error(`not a reply: ${bytes.slice(start, start + 40)}`);
  }
}

function readItems(
  bytes: string,
  sign: string,
  count: number,
  start: number,
): { readonly reply: Reply; readonly end: number } | undefined {
  if (count < 0) return { reply: NULL_ARRAY, end: start };
  const items: Reply[] = [];
  let at = start;
  for (let i = 0; i < (sign === '%' ? count * 2 : count); i++) {
    const item = readReply(bytes, at);
    if (item === undefined) return undefined;
    items.push(item.reply);
    at = item.end;
  }
  return { reply: grouped(sign, items), end: at };
}

function grouped(sign: string, items: readonly Reply[]): Reply {
  if (sign === '~') return new SetReply(items);
  if (sign === '>') return new PushReply(items);
  if (sign === '*') return items;
  const pairs: [Reply, Reply][] = [];
  for (let i = 0; i < items.length; i += 2) pairs.push([items[i]!, items[i + 1]!]);
  return new MapReply(pairs);
}
