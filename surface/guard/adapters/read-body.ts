/**
 * Looks at the first bytes of a request's body and puts them back, so that whoever reads it afterwards (a parser, a pipe) finds the stream as if nobody
 * had. Waits for no more than it looks at, and the rest is never held.
 */
import type { IncomingMessage } from 'node:http';

export type FirstBytes = { readonly bytes: Buffer } | { readonly failed: 'slow' | 'gone' };

/** @returns up to `maxBytes`; `slow` where they did not come in time, `gone` where the client left */
export function readFirstBytes(request: IncomingMessage, maxBytes: number, timeoutMs: number): Promise<FirstBytes> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => end({ failed: 'slow' }), timeoutMs);
    const gone = (): void => end({ failed: 'gone' });
    const end = (result: FirstBytes | undefined): void => {
      clearTimeout(timer);
      request.off('readable', read).off('error', gone).off('close', gone);
      if (result !== undefined) return resolve(result);
      const all = Buffer.concat(chunks, size);
      // Before the end of the stream is told, which is as soon as nothing is left in it.
      if (size > 0) request.unshift(all);
      resolve({ bytes: all.subarray(0, maxBytes) });
    };
    const read = (): void => {
      for (;;) {
        const chunk = request.read() as Buffer | null;
        if (chunk !== null) {
          chunks.push(chunk);
          size += chunk.length;
        }
        if (size >= maxBytes || request.complete) return end(undefined);
        if (chunk === null) return;
      }
    };
    request.on('readable', read).on('error', gone).on('close', gone);
    if (request.complete && request.readableLength === 0) end(undefined);
  });
}
