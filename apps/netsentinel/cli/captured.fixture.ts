/** For tests: a command run in this process, with what it printed. */
import { vi } from 'vitest';
import { runProgram } from './program.ts';

export async function captured(args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const text = { out: '', err: '' };
  const keep = (stream: 'out' | 'err') => (chunk: string | Uint8Array) => {
    text[stream] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    return true;
  };
  const out = vi.spyOn(process.stdout, 'write').mockImplementation(keep('out'));
  const err = vi.spyOn(process.stderr, 'write').mockImplementation(keep('err'));
  try {
    return { code: await runProgram([...args]), ...text };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}
