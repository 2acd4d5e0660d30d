/** Programs that do not end as they should: what they started in turn must not hold us up, nor live on. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runProgram, type Command } from './program.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'program-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const shell = (script: string): Command => ['/bin/sh', '-c', script];
/** Of the process whose number the script wrote there. */
const isAlive = (file: string): boolean => {
  const pid = readFileSync(join(folder, file), 'utf8').trim();
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]![0] !== 'Z';
  } catch {
    return false;
  }
};

it('is killed with all that it started when its time is over, and what it said is kept', async () => {
  const script = `sleep 600 & echo $! > ${folder}/child; echo said; wait`;
  const result = await runProgram(shell(script), [], { timeoutMs: 2_000 });
  expect(result).toMatchObject({ ok: false, reason: 'ended with SIGKILL', output: 'said\n' });
  await vi.waitFor(() => expect(isAlive('child')).toBe(false), 30_000);
});

it('that has ended well is not waited for because something that it started holds on to its output', async () => {
  const script = `sleep 600 & echo $! > ${folder}/child; echo said`;
  const result = await runProgram(shell(script), [], { timeoutMs: 120_000 });
  expect(result).toMatchObject({ ok: true, output: 'said\n' });
  process.kill(Number(readFileSync(join(folder, 'child'), 'utf8')), 'SIGKILL');
});

it('that talks without end is cut short', async () => {
  const result = await runProgram(shell('yes; true'), [], { timeoutMs: 2_000, maxOutput: 1000 });
  expect(result.ok).toBe(false);
  expect(result.output.length).toBeLessThan(1_000_000);
});

it('that is not there is said to be so', async () => {
  expect(await runProgram(['/nonexistent'], [], { timeoutMs: 2_000 })).toMatchObject({ ok: false });
});
