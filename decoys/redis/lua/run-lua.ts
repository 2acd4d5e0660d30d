/** One run of a script or a function: what it answers, in redis' words where it goes wrong. */
import { ErrorReply, type Reply } from '../resp/reply.ts';
import { LuaBudget } from './lua-budget.ts';
import { LuaSyntaxError } from './lua-lexer.ts';
import { toReply } from './lua-replies.ts';
import { LuaError, LuaUnplayed, type LuaValue } from './lua-values.ts';

/**
 * @param name what the error says ran: a script's SHA-1, a function's name
 * @param chunk `user_script`, `user_function`
 */
export function runLua(
  name: string,
  chunk: string,
  run: (budget: LuaBudget) => readonly LuaValue[],
): { readonly reply: Reply; readonly compiled: boolean } {
  const budget = new LuaBudget();
  try {
    return { reply: toReply(run(budget)[0] ?? null, budget), compiled: true };
  } catch (error) {
    if (error instanceof LuaSyntaxError)
      return { reply: new ErrorReply(`ERR Error compiling script (new function): ${error.message}`), compiled: false };
    const where = (line: number): string => ` script: ${name}, on @${chunk}:${line}.`;
    if (error instanceof LuaUnplayed)
      return { reply: new ErrorReply(`ERR ${chunk}:1: not enough memory${where(1)}`), compiled: true };
    if (!(error instanceof LuaError)) throw error;
    const line = error.line === 0 ? 1 : error.line;
    const text = error.bare ? error.message : `${chunk}:${line}: ${error.message}`;
    return { reply: new ErrorReply(`${/^[A-Z]+ /.test(text) ? '' : 'ERR '}${text}${where(line)}`), compiled: true };
  }
}
