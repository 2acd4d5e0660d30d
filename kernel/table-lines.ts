/** The lines of a table that somebody publishes as a file, plain or gzip. However long a line is, no more than its bound is ever held. */
import { createReadStream } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';

/** A longer line is no row of a table, and left out. Characters. */
export const MAX_TABLE_LINE = 8192;

/** Rejects with what the file system or zlib says, or with what `take` throws. */
export async function readTableLines(path: string, take: (line: string) => void): Promise<void> {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  // A pipe does not hand on what breaks before it.
  file.on('error', (error) => input.destroy(error));
  try {
    await eachLine(input as AsyncIterable<Buffer>, take);
  } finally {
    file.destroy();
  }
}

export async function eachLine(input: AsyncIterable<Buffer>, take: (line: string) => void): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const end = (line: string): void => {
    if (line.length <= MAX_TABLE_LINE) take(line.endsWith('\r') ? line.slice(0, -1) : line);
  };
  for await (const chunk of input) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    // One more than the bound, so that it is still known for too long at its end.
    rest = lines.pop()!.slice(0, MAX_TABLE_LINE + 1);
    for (const line of lines) end(line);
  }
  if (rest !== '') end(rest);
}
