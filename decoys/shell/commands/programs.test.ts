/** The answers of Debian 12's programs to the shared command lines, recorded; `programs.real.test.ts` asks the programs of this machine. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Machine } from '../shell.types.ts';
import { LINES, ourAnswer, treeMachine } from './fixtures/program-lines.ts';

const RECORDED = JSON.parse(readFileSync(new URL('fixtures/programs.json', import.meta.url), 'utf8')) as [
  line: string,
  stdout: string,
  stderr: string,
  status: number | string,
][];

describe('our programs beside the recorded ones', () => {
  let machine: () => Machine;

  beforeAll(async () => {
    machine = await treeMachine();
  });

  it('has an answer to every line', () => {
    expect(RECORDED.map(([line]) => line)).toEqual(LINES);
  });

  it.each(RECORDED)('%s', async (line, stdout, stderr, status) => {
    expect(await ourAnswer(machine(), line)).toEqual({ stdout, stderr, status });
  });
});
