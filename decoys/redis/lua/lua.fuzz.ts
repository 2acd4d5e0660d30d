/** Feeds text to the interpreter of scripts: as it is, and as a pattern and a format. Whatever it is, it ends with an answer. */
import { LuaRandom } from './lua-random.ts';
import { scriptGlobals } from './lua-globals.ts';
import { runScript } from './lua-machine.ts';
import { runLua } from './run-lua.ts';

const random = new LuaRandom();

function run(source: string, argument = ''): void {
  runLua('fuzz', 'user_script', (budget) =>
    runScript(source, scriptGlobals({ call: () => 'OK', random }, budget, { keys: [], argv: [argument] }), budget),
  );
}

/** The first byte says how. */
export function fuzz(data: Uint8Array): void {
  const text = Buffer.from(data.subarray(1)).toString('latin1');
  const how = (data[0] ?? 0) % 4;
  if (how === 0) run(text);
  else if (how === 1) run("return string.gsub(string.rep('ab', 50), ARGV[1], '%0')", text);
  else if (how === 2) run('return string.format(ARGV[1], 1, 2, 3, 4)', text);
  else run('return cjson.encode(cjson.decode(ARGV[1]))', text);
}

export const seeds: readonly Uint8Array[] = [
  '\0local function f(n) if n < 2 then return n end return f(n - 1) + f(n - 2) end return f(8)',
  '\0local t = setmetatable({}, {__index = function(t, k) return k end}) for i = 1, 3 do t[i] = i end return t.x .. #t',
  '\0for k, v in pairs({a = 1, 2}) do if k then break end end repeat local x = 1 until x return [==[a]==], ...',
  '\0return {pcall(error, {err = "x"}), string.find("a.b", "%."), select("#", unpack({1, 2})), tostring(nil)}',
  '\x01(a)(b)%1*',
  '\x01[^%w%-]-()',
  '\x01%b()',
  '\x02%5.2f|%-5d|%x|%q|%%',
  '\x03{"a": [1, null, {"b": "c"}]}',
].map((text) => Buffer.from(text, 'latin1'));
