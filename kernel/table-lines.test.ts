import { expect, it } from 'vitest';
import { eachLine, MAX_TABLE_LINE } from './table-lines.ts';

async function linesOf(chunks: Iterable<Buffer>): Promise<string[]> {
  const lines: string[] = [];
  await eachLine(
    (async function* () {
      yield* chunks;
    })(),
    (line) => void lines.push(line),
  );
  return lines;
}

it('cuts a file into lines, however its bytes come', async () => {
  const bytes = Buffer.from('a,é\r\n\nb\nlast');
  const whole = ['a,é', '', 'b', 'last'];
  expect(await linesOf([bytes])).toEqual(whole);
  expect(await linesOf([...bytes].map((byte) => Buffer.from([byte])))).toEqual(whole);
});

it('leaves out a line without end and reads on behind it', async () => {
  const long = Buffer.alloc(1024 * 1024, 'x');
  function* chunks(): Generator<Buffer> {
    // More than a text may hold.
    for (let i = 0; i < 600; i++) yield long;
    yield Buffer.from('\nrow\n');
  }
  expect(await linesOf(chunks())).toEqual(['row']);
  expect(await linesOf([Buffer.from(`${'y'.repeat(MAX_TABLE_LINE)}\n${'z'.repeat(MAX_TABLE_LINE + 1)}`)])).toEqual([
    'y'.repeat(MAX_TABLE_LINE),
  ]);
});
