/** The beginning of a body that came packed (RFC 9110, section 8.4.1), since that is how the application will read it. */
import type { Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { RequestHeaders } from '../guard.types.ts';

type Packing = 'plain' | 'gzip' | 'deflate' | 'br';

const PACKINGS: ReadonlyMap<string, Packing> = new Map([
  ['identity', 'plain'],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['br', 'br'],
]);

/** How a body is packed; undefined where nobody here can unpack it. */
export function packingOf(headers: RequestHeaders): Packing | undefined {
  const encoding = headers['content-encoding'];
  if (encoding === undefined) return 'plain';
  return typeof encoding === 'string' ? PACKINGS.get(encoding.trim().toLowerCase()) : undefined;
}

/**
 * @param body the first bytes as they came; what is missing at their end is no mistake
 * @returns at most `maxBytes`, and no more than that is ever unpacked; what came before a mistake, where there is one
 */
export async function unpackFirst(body: Buffer, headers: RequestHeaders, maxBytes: number): Promise<Buffer> {
  const stream = unpacker(packingOf(headers));
  if (stream === undefined) return body;
  const chunks: Buffer[] = [];
  let size = 0;
  stream.end(body);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= maxBytes) break;
    }
  } catch {
    // It is not what its header says: the application will say so.
  }
  return Buffer.concat(chunks, size).subarray(0, maxBytes);
}

function unpacker(packing: Packing | undefined): Transform | undefined {
  if (packing === 'gzip') return createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  if (packing === 'deflate') return createInflate({ finishFlush: constants.Z_SYNC_FLUSH });
  if (packing === 'br') return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH });
  return undefined;
}
