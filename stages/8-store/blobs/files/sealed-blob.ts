/** Blobs in encrypted files: written once, complete, and read whole or piece by piece. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { BlobInfo } from '@netsentinel/contracts/blob-store';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { DataKeys } from '@netsentinel/kernel/keyring';
import { missingIsUndefined, writeFully } from './blob-paths.ts';
import { checkEnd, damaged, FileSeal, MAX_FRAME, readFrames, sealOf } from './sealed-file.ts';

/** On disk once resolved. Rejects with `BLOB_TOO_LARGE`, and leaves what it has written. */
export async function writeSealedBlob(
  file: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { keys, maxBytes }: { readonly keys: DataKeys; readonly maxBytes: number },
): Promise<BlobInfo> {
  const seal = FileSeal.make(keys, { kind: 'blob', name: '', file });
  const hash = createHash('sha256');
  const frame = Buffer.allocUnsafe(MAX_FRAME);
  let filled = 0;
  let written = 0;
  const handle = await open(file, 'wx', 0o600);
  const flush = async (): Promise<void> => {
    if (filled > 0) await writeFully(handle, seal.frame(frame.subarray(0, filled), written), null);
    written += filled;
    filled = 0;
  };
  try {
    await writeFully(handle, seal.header, null);
    for await (const chunk of chunks) {
      if (written + filled + chunk.byteLength > maxBytes)
        throw new NetSentinelError('BLOB_TOO_LARGE', 'operational', `a blob may have ${maxBytes} bytes`);
      hash.update(chunk);
      for (let taken = 0; taken < chunk.byteLength;) {
        const piece = chunk.subarray(taken, taken + MAX_FRAME - filled);
        frame.set(piece, filled);
        filled += piece.byteLength;
        taken += piece.byteLength;
        if (filled === MAX_FRAME) await flush();
      }
    }
    await flush();
    const sha256 = hash.digest('hex');
    await writeFully(handle, seal.end(sha256, written), null);
    await handle.sync();
    return { sha256, bytes: written };
  } finally {
    await handle.close();
  }
}

/** Undefined where there is no such file. Opened and checked at once, so that a blob removed meanwhile can be read to its end. */
export async function readSealedBlob(
  file: string,
  sha256: string,
  keys: DataKeys,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const handle = await open(file, 'r').catch(missingIsUndefined);
  if (handle === undefined) return undefined;
  try {
    const as = { kind: 'blob', name: '', file } as const;
    const seal = await sealOf(handle, keys, as);
    if (seal === undefined) throw damaged(file);
    const bytes = await checkEnd(handle, seal, { ...as, endOf: sha256 });
    return (async function* () {
      try {
        let offset = 0;
        for await (const frames of readFrames(handle, seal, { file })) {
          ({ offset } = frames);
          yield* frames.plain;
        }
        if (offset !== bytes) throw damaged(file);
      } finally {
        await handle.close();
      }
    })();
  } catch (error) {
    await handle.close();
    throw error;
  }
}
