/** A TCP proxy that cuts each connection after some bytes, without a word: in the middle of what the sender says, or of what it is answered. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface CuttingProxy {
  readonly port: number;
  readonly cuts: number;
  close(): Promise<void>;
}

/** @param after how many bytes of the sender's, and of answers, the n-th connection may pass on */
export async function cuttingProxy(
  to: number,
  after: (connection: number) => { readonly sent: number; readonly answered: number },
): Promise<CuttingProxy> {
  const open = new Set<Socket>();
  let connections = 0;
  let cuts = 0;
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    const left = { ...after(connections++) };
    const cut = (): void => {
      for (const socket of [near, far]) {
        open.delete(socket);
        socket.destroy();
      }
    };
    const pass = (from: Socket, into: Socket, side: 'sent' | 'answered'): void => {
      open.add(from);
      from.on('error', cut);
      from.on('close', cut);
      from.on('data', (chunk) => {
        into.write(chunk.subarray(0, left[side]));
        left[side] -= chunk.length;
        if (left[side] > 0) return;
        cuts++;
        // What was passed on shall arrive.
        into.end(cut);
        from.pause();
      });
    };
    pass(near, far, 'sent');
    pass(far, near, 'answered');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get cuts() {
      return cuts;
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
