/** Scripts that would take all there is, and what scripts do beyond the probes that are compared with the real server. */
import { describe, expect, it } from 'vitest';
import { ErrorReply, type Reply } from '../resp/reply.ts';
import { scriptGlobals } from './lua-globals.ts';
import { runScript } from './lua-machine.ts';
import { LuaRandom } from './lua-random.ts';
import { runLua } from './run-lua.ts';

function run(source: string, call: (args: readonly string[]) => Reply = () => 'OK'): Reply {
  return runLua('sha', 'user_script', (budget) =>
    runScript(source, scriptGlobals({ call, random: new LuaRandom() }, budget, { keys: [], argv: [] }), budget),
  ).reply;
}

const textOf = (reply: Reply): string => (reply instanceof ErrorReply ? reply.text : JSON.stringify(reply));

describe('a script that takes too much', () => {
  it.each([
    'while true do end',
    'for i = 1, 1e9 do end',
    'repeat until false',
    'local t = {} for i = 1, 1e9 do t[i] = i end',
    'local t = {} for i = 1, 1e9 do table.insert(t, 1, i) end',
    "local s = string.rep('A', 1048576) local t = {} for i = 1, 1e6 do t[i] = s:lower() end",
    "local s = string.rep('a', 1048576) while true do local x = s:reverse() end",
    "local s = string.rep('a', 1048576) while true do local x = s .. i == s end",
    "local a, b = string.rep('a', 1048576), string.rep('a', 1048575) .. 'b' while true do local x = a == b end",
    'local t = {} for i = 1, 100 do t[i] = t end return cjson.encode(t)',
    'local t = {} for i = 1, 100 do t[i] = t end return t',
    "return string.rep('a', 30):find('a*a*a*a*a*a*a*a*a*a*a*a*a*b')",
    "local t = {} for i = 1, 20000 do t[i] = string.rep('a', 1048576) end return table.concat(t)",
    'local t = {} for i = 1, 20000 do t[i] = i end while true do for k, v in pairs(t) do end end',
    'local t = {} for i = 1, 20000 do t[i] = 20000 - i end while true do table.sort(t) end',
    'while true do redis.call("PING") end',
    'local function f() return f() end return f()',
    'local t = setmetatable({}, {}) getmetatable(t).__index = t return t.x',
    'return unpack({}, 1, 1e8)',
    "return string.format('%999999d', 1)",
    "local s = 'return 1' while true do loadstring(s)() end",
  ])('ends: %s', (source) => {
    expect(run(source)).toBeInstanceOf(ErrorReply);
  });

  it('is not deeper than it may be', () => {
    expect(textOf(run(`return ${'('.repeat(5000)}1${')'.repeat(5000)}`))).toContain('too many syntax levels');
    expect(textOf(run(`return ${'{'.repeat(5000)}`))).toContain('too many syntax levels');
    expect(textOf(run(`return ${'not '.repeat(5000)}1`))).toContain('too many syntax levels');
    expect(textOf(run('do '.repeat(5000)))).toContain('too many syntax levels');
    expect(textOf(run('if 1 then '.repeat(5000)))).toContain('too many syntax levels');
  });

  it.each([
    ['calls of what calls give', `local function f() return f end return f${'()'.repeat(6000)}`],
    ['sums', `return 1${'+1'.repeat(9000)}`],
    ['fields of fields', `local t = {} t.x = t return t${'.x'.repeat(9000)}`],
    ['methods of methods', `local t = {} t.x = function() return t end return t${':x()'.repeat(4500)}`],
    ['conditions', `return 1${' and 1'.repeat(9000)}`],
    ['blocks in calls', `local function f() ${'do '.repeat(150)}f() ${'end '.repeat(150)}end f()`],
    ['tables in calls', `local function f() return ${'{'.repeat(150)}f()${'}'.repeat(150)} end f()`],
    ['calls in calls', `local function f() return ${'tostring('.repeat(150)}f()${')'.repeat(150)} end f()`],
    ['protected calls', 'local t = {} for i = 1, 7000 do t[i] = pcall end return pcall(unpack(t))'],
    ['scripts in scripts', "local t = {} t.s = 'local t = ... return loadstring(t.s)(t)' return loadstring(t.s)(t)"],
  ])('does not run out of this process’ stack: %s', (_what, source) => {
    expect(textOf(run(source))).toMatch(/not enough memory|stack overflow/);
  });

  it('comes back from as deep as it went', () => {
    const deep = `1${'+1'.repeat(400)}`;
    expect(textOf(run(`local f = function() return ${deep} + nil end for i = 1, 50 do pcall(f) end return 1`))).toBe(
      '1',
    );
  });
});

describe('a script', () => {
  it.each([
    ['local t = {1, 2, 3} t[2] = nil return #t', '1'],
    ['local t = {} t[3] = 1 t[2] = 1 t[1] = 1 return #t', '3'],
    ['local n = 0 local t = {1, 2, x = 3} for k, v in next, t do n = n + v end return n', '6'],
    ['local c = 0 local f = function() c = c + 1 return c end f() f() return f()', '3'],
    ['local fs = {} for i = 1, 3 do fs[i] = function() return i end end return fs[1]() + fs[3]()', '4'],
    ["return table.concat({1, 2, 3}, '-', 2, 3)", '"2-3"'],
    ["local ok, why = pcall(error, {err = 'NO'}) return why", '"NO"'],
    ["return select(2, pcall(error, 'x', 0))", '"x"'],
    ["return select(2, xpcall(function() error('x', 0) end, function(e) return e .. 'y' end))", '"xy"'],
    [
      'local a = {} function a.b(x) return x end function a:c(x) return self == a and x end return a.b(1) + a:c(2)',
      '3',
    ],
    ["return ('abc'):gsub('', '-')", '"-a-b-c-"'],
    ["return string.gsub('$name is $age', '%$(%w+)', {name = 'x'})", '"x is $age"'],
    ["return string.format('%-5s|%+d|%.3s|%#x', 'ab', 5, 'abcdef', 255)", '"ab   |+5|abc|0xff"'],
    ["return {string.find('a.b', '.', 1, true)}", '[2,2]'],
    ["return string.match('2026-11-21', '(%d+)-(%d+)')", '"2026"'],
    ["return {tonumber('ff', 16), tonumber('8', 8), math.floor(-0.5)}", '[255]'],
  ])('%s', (source, expected) => {
    expect(textOf(run(source))).toBe(expected);
  });

  it('reaches nothing but what it is given', () => {
    for (const name of ['process', 'require', 'globalThis', 'constructor', '__proto__', 'io', 'os', 'package', 'debug'])
      expect(textOf(run(`return ${name}`))).toContain('nonexistent global variable');
    expect(textOf(run("return ({}).constructor == nil and ({}).__proto__ == nil and ('').constructor == nil"))).toBe(
      '1',
    );
  });
});
