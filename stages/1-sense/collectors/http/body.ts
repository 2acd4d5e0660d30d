/**
 * Takes a request's body into memory, within bounds: of the request as it is sent, of the request unpacked, and of all requests at once. It is unpacked as a whole,
 * so that a request is kept with all its records or not at all.
 */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { err, ok, type Result } from '@netsentinel/contracts/result';
import { problems, type Problem } from './problem.ts';

const unpack = promisify(gunzip);

/** Bytes that all requests may hold together. */
export class HeldBytes {
  readonly #max: number;
  #held = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get held(): number {
    return this.#held;
  }

  take(bytes: number): boolean {
    if (this.#held + bytes > this.#max) return false;
    this.#held += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#held -= bytes;
  }
}

export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly maxUnpackedBytes: number;
}

export interface Body {
  readonly bytes: Buffer;
  /** Gives back what was held for it. */
  readonly release: () => void;
}

/** @param chunks the body as it comes; whoever breaks off makes it throw, which is passed on */
export async function readBody(
  chunks: AsyncIterable<Uint8Array>,
  { gzip, bodyBytes }: { readonly gzip: boolean; readonly bodyBytes: number | undefined },
  { maxBodyBytes, maxUnpackedBytes }: BodyLimits,
  room: HeldBytes,
): Promise<Result<Body, Problem>> {
  let held = 0;
  const take = (bytes: number): boolean => {
    if (!room.take(bytes)) return false;
    held += bytes;
    return true;
  };
  const release = (): void => {
    room.give(held);
    held = 0;
  };
  const refuse = (problem: Problem): Result<Body, Problem> => {
    release();
    return err(problem);
  };
  try {
    if (bodyBytes !== undefined && !take(bodyBytes)) return refuse(problems.busy);
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of chunks) {
      length += chunk.length;
      if (length > maxBodyBytes) return refuse(problems.tooLarge(maxBodyBytes));
      if (length > held && !take(chunk.length)) return refuse(problems.busy);
      pieces.push(chunk);
    }
    const body = Buffer.concat(pieces, length);
    if (!gzip) {
      if (length > maxUnpackedBytes) return refuse(problems.tooLargeUnpacked(maxUnpackedBytes));
      return ok({ bytes: body, release });
    }
    // How large it will be, only unpacking tells.
    if (!take(maxUnpackedBytes)) return refuse(problems.busy);
    const bytes = await unpacked(body, maxUnpackedBytes);
    if (!bytes.ok) return refuse(bytes.error);
    room.give(held - bytes.value.length);
    held = bytes.value.length;
    return ok({ bytes: bytes.value, release });
  } catch (error) {
    release();
    throw error;
  }
}

async function unpacked(body: Buffer, maxUnpackedBytes: number): Promise<Result<Buffer, Problem>> {
  if (body.length === 0) return ok(body);
  try {
    return ok(await unpack(body, { maxOutputLength: maxUnpackedBytes }));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return err(code === 'ERR_BUFFER_TOO_LARGE' ? problems.tooLargeUnpacked(maxUnpackedBytes) : problems.notGzip);
  }
}
