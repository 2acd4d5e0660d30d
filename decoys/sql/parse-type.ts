/** The name of a type as it stands in a cast or a column definition. */
import type { TypeName } from './ast.types.ts';
import type { TokenStream } from './token-stream.ts';

/** Types of several words, and what they come to. */
const PHRASES: readonly (readonly [readonly string[], string])[] = [
  [['double', 'precision'], 'float8'],
  [['character', 'varying'], 'varchar'],
  [['national', 'varchar'], 'varchar'],
  [['bit', 'varying'], 'varbit'],
  [['long', 'text'], 'mediumtext'],
];

export function parseTypeName(input: TokenStream): TypeName {
  const { at } = input.token;
  const path: string[] = [];
  const phrase = PHRASES.find(([words]) => input.isWords(...words));
  if (phrase !== undefined) {
    input.take(...phrase[0]);
    path.push(input.flavour === 'mysql' && phrase[1] === 'float8' ? 'double' : phrase[1]);
  } else {
    const first = input.next();
    if (first.kind !== 'word' && first.kind !== 'name') {
      input.position--;
      throw input.unexpected();
    }
    path.push(first.text);
    while (input.takeOperator('.')) path.push(input.next().text);
  }
  const members: string[] = [];
  const args: number[] = [];
  if (input.isOperator('('))
    input.parenthesised(() =>
      input.list(() => {
        const token = input.next();
        if (token.kind === 'string') members.push(token.text);
        else if (token.kind === 'number') args.push(Number(token.text));
        else if (token.text !== '-') throw input.unexpected(token);
      }),
    );
  let unsigned = false;
  let charset: string | undefined;
  if (input.flavour === 'mysql') {
    for (;;) {
      if (input.take('unsigned') || input.take('zerofill')) unsigned = true;
      else if (
        input.take('signed') ||
        input.take('integer') ||
        input.take('int') ||
        input.take('binary') ||
        input.take('ascii') ||
        input.take('unicode')
      )
        continue;
      else if (input.take('character', 'set') || input.take('charset')) charset = input.next().text;
      else if (input.take('collate')) input.next();
      else break;
    }
    if (path[0] === 'unsigned') unsigned = true;
  } else if (/^(timestamp|time|timestamptz)$/.test(path.at(-1)!)) {
    if (input.take('with', 'time', 'zone')) path[path.length - 1] = `${path.at(-1)}tz`;
    else input.take('without', 'time', 'zone');
  } else if (path.at(-1) === 'interval')
    while (input.isWord('year', 'month', 'day', 'hour', 'minute', 'second', 'to')) input.next();
  let array = 0;
  if (input.flavour === 'postgres') {
    while (input.isOperator('[')) {
      input.next();
      if (input.token.kind === 'number') input.next();
      input.expectOperator(']');
      array++;
    }
    if (input.take('array')) array = 1;
  }
  return { path, args, unsigned, array, charset, at, ...(members.length > 0 ? { members } : {}) };
}
