/**
 * Passes on what a started process writes, line by line, capped and without a control character. The process never holds the terminal
 * itself: whoever does can read what is typed there, type into it, or reprogram it.
 */
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { printable } from '@netsentinel/kernel/log';

const MAX_LINE = 8_192;
/** Lines passed on in one second; the rest is counted. */
const MAX_LINES_A_SECOND = 200;

/** For children whose stdout and stderr are pipes; does nothing for others. */
export function relayOutput(
  child: ChildProcess,
  write: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): void {
  const limit = { second: 0, lines: 0, dropped: 0 };
  const pass = (line: string): void => {
    const second = Math.floor(performance.now() / 1000);
    if (second !== limit.second) {
      if (limit.dropped > 0) write(`… ${limit.dropped} lines left out`);
      Object.assign(limit, { second, lines: 0, dropped: 0 });
    }
    if (++limit.lines > MAX_LINES_A_SECOND) limit.dropped++;
    else write(printable(line, MAX_LINE));
  };
  for (const stream of [child.stdout, child.stderr]) if (stream !== null) relay(stream, pass);
  child.once('close', () => {
    if (limit.dropped > 0) write(`… ${limit.dropped} lines left out`);
  });
}

function relay(stream: Readable, pass: (line: string) => void): void {
  let kept = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (kept + text).split('\n');
    // A line beyond the cap is cut there; its rest is not kept.
    kept = (lines.pop() ?? '').slice(0, MAX_LINE + 1);
    for (const line of lines) pass(line);
  });
  stream.on('end', () => {
    if (kept !== '') pass(kept);
  });
  stream.on('error', () => {});
}
