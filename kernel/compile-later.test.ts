import { expect, it } from 'vitest';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { COMPILE_LATER, V8_COUNTS } from './compile-later.ts';

const MODULE = join(import.meta.dirname, 'compile-later.ts');

it('knows what V8 counts by itself', () => {
  const known = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  const counts = Object.keys(V8_COUNTS).map((name) => [
    name,
    Number(new RegExp(`default: --${name}=(\\d+)$`, 'm').exec(known)?.[1]),
  ]);
  expect(Object.fromEntries(counts)).toEqual(V8_COUNTS);
});

it.each([
  ['compiles what is hot once it is told to', 'compileFromNow();', true],
  ['compiles nothing before', '', false],
])('%s', (_, first, compiled) => {
  const script = `
    import { compileFromNow } from ${JSON.stringify(MODULE)};
    ${first}
    function hot(n) { return n * 2; }
    for (let i = 0; i < 20_000; i++) hot(i);
  `;
  const said = execFileSync(
    process.execPath,
    [...COMPILE_LATER, '--trace-opt', '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script],
    { encoding: 'utf8' },
  );
  expect(said.includes('JSFunction hot')).toBe(compiled);
});
