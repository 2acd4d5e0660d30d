/** Context handles of one pipe: 20 bytes that stand for an opened policy, domain, user or service. */
import { randomBytes } from 'node:crypto';

const MAX_HANDLES = 256;

export class RpcHandles {
  readonly #open = new Map<string, unknown>();

  /** Undefined where there are too many. */
  add(what: unknown): Buffer {
    const handle = Buffer.concat([Buffer.alloc(4), randomBytes(16)]);
    if (this.#open.size >= MAX_HANDLES) this.#open.delete(this.#open.keys().next().value!);
    this.#open.set(handle.toString('latin1'), what);
    return handle;
  }

  get(handle: Buffer): unknown {
    return this.#open.get(handle.toString('latin1'));
  }

  close(handle: Buffer): boolean {
    return this.#open.delete(handle.toString('latin1'));
  }
}

export const NO_HANDLE = Buffer.alloc(20);
