import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { relayOutput } from './relay-output.ts';

async function relayed(script: string): Promise<string[]> {
  const lines: string[] = [];
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  relayOutput(child, (line) => lines.push(line));
  await once(child, 'close');
  return lines;
}

it('passes lines on without a control character', async () => {
  const lines = await relayed(`process.stdout.write('one\\n\\u001b]0;owned\\u0007two\\r\\nthree')`);
  expect(lines).toEqual(['one', '\\u{1b}]0;owned\\u{7}two\\u{d}', 'three']);
});

it('cuts what is too long and counts what is too much', async () => {
  const long = await relayed(`process.stdout.write('x'.repeat(100000) + '\\n')`);
  expect(long).toHaveLength(1);
  expect(long[0]!.length).toBeLessThan(8_200);
  const many = await relayed(`process.stderr.write('line\\n'.repeat(100000))`);
  expect(many.length).toBeLessThan(2_000);
  const passed = many.filter((line) => line === 'line').length;
  const left = many.reduce((sum, line) => sum + Number(/^… (\d+) lines/.exec(line)?.[1] ?? 0), 0);
  expect(passed + left).toBe(100_000);
});

it('does nothing for a process without pipes', async () => {
  const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
  relayOutput(child);
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
});
