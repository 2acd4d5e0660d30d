/** An open named pipe: a remote procedure endpoint, or a pipe of somebody's own that takes everything and answers nothing. */
import { RpcEndpoint, type RpcHost } from './rpc/rpc-endpoint.ts';
import { STATUS } from './nt-status.ts';

/** Taken on one pipe that leads nowhere. */
const MAX_IGNORED = 1024 * 1024;

export class PipeOpen {
  readonly kind = 'pipe';
  readonly name: string;
  readonly #rpc: RpcEndpoint | undefined;
  #ignored = 0;

  constructor(name: string, rpc: RpcEndpoint | undefined) {
    this.name = name;
    this.#rpc = rpc;
  }

  write(data: Buffer): number {
    if (this.#rpc !== undefined) return this.#rpc.write(data) ? STATUS.SUCCESS : STATUS.PIPE_DISCONNECTED;
    this.#ignored += data.length;
    return this.#ignored > MAX_IGNORED ? STATUS.PIPE_DISCONNECTED : STATUS.SUCCESS;
  }

  /** What is there, at most `room` of it. `BUFFER_OVERFLOW`: of this message there is more. Undefined: nothing yet. */
  read(room: number): { readonly status: number; readonly data: Buffer } | undefined {
    const data = this.#rpc?.read(room);
    if (data === undefined || data.length === 0) return undefined;
    return { status: this.#rpc!.hasMore ? STATUS.BUFFER_OVERFLOW : STATUS.SUCCESS, data };
  }

  get broken(): boolean {
    return this.#rpc?.broken ?? false;
  }
}

/** Opens a pipe by its name, or says why not. */
export function openPipe(
  name: string,
  host: RpcHost,
): { readonly ok: true; readonly open: PipeOpen } | { readonly ok: false; readonly status: number } {
  const plain = name.toLowerCase();
  if (host.account.anonymous && host.identity.product.family === 'windows')
    return { ok: false, status: STATUS.ACCESS_DENIED };
  if (plain === '') return { ok: false, status: STATUS.CONNECTION_REFUSED };
  const rpc = RpcEndpoint.open(plain, host);
  if (rpc !== undefined) return { ok: true, open: new PipeOpen(plain, rpc) };
  if (host.hasPipe(plain)) return { ok: true, open: new PipeOpen(plain, undefined) };
  return { ok: false, status: STATUS.OBJECT_NAME_NOT_FOUND };
}
