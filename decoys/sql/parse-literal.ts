/** Literals, with the type that a server gives them before it knows what they are used for. */
import type { Expression } from './ast.types.ts';
import { literal, typeNamed } from './expression-nodes.ts';
import { parseTypeName } from './parse-type.ts';
import type { TokenStream } from './token-stream.ts';
import { Decimal, integer } from './values.ts';

export function parseNumber(input: TokenStream): Expression {
  const { text, at } = input.next();
  if (/^\d+$/.test(text)) {
    const value = integer(BigInt(text.slice(0, 400)));
    if (typeof value === 'number' || value <= 18446744073709551615n)
      return literal(value, { name: 'integer', length: text.length }, at, text);
    return literal(new Decimal(value, 0), { name: 'decimal', length: text.length, scale: 0 }, at, text);
  }
  if (/[eE]/.test(text)) return literal(Number(text), { name: 'float' }, at, text);
  const value = Decimal.parse(text) ?? new Decimal(0n, 0);
  return literal(value, { name: 'decimal', length: text.length, scale: value.scale }, at, text);
}

/** MySQL joins strings that stand one after the other. */
export function parseString(input: TokenStream): Expression {
  const { at } = input.token;
  let { text } = input.next();
  if (input.flavour === 'mysql') while (input.token.kind === 'string') text += input.next().text;
  return literal(
    text,
    { name: input.flavour === 'mysql' ? 'varchar' : 'unknown', length: Array.from(text).length },
    at,
    `'${text}'`,
  );
}

/** `date '2024-01-01'`, `_utf8mb4'x'`, `double precision '1'`. */
export function parseTypedString(input: TokenStream): Expression {
  const { at, text } = input.token;
  if (input.flavour === 'mysql') {
    input.next();
    const value = parseString(input);
    return text.startsWith('_')
      ? value
      : { kind: 'cast', arg: value, type: typeNamed(text === 'timestamp' ? 'datetime' : text, at), at };
  }
  const type = parseTypeName(input);
  return { kind: 'cast', arg: parseString(input), type, at };
}

export function parseBytes(input: TokenStream): Expression {
  const { text, at } = input.next();
  const bytes = new Uint8Array(Buffer.from(text, 'hex'));
  return literal(bytes, { name: 'varbinary', length: text.length / 2 }, at, `0x${text}`);
}

export function parseNull(input: TokenStream): Expression {
  const { at } = input.next();
  return literal(null, { name: input.flavour === 'mysql' ? 'null' : 'unknown' }, at, 'NULL');
}

export function parseBoolean(input: TokenStream): Expression {
  const { text, at } = input.next();
  const on = text === 'true';
  return input.flavour === 'mysql'
    ? literal(on ? 1 : 0, { name: 'int', length: 1 }, at, text.toUpperCase())
    : literal(on, { name: 'bool' }, at, text);
}
