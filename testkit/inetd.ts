/** What inetd does: a port of loopback whose connections are handed to a program as its standard input and output. For tests against real daemons. */
import { type ChildProcess, spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';

export interface Inetd {
  readonly port: number;
  /** Ends every daemon that still runs. */
  close(): Promise<void>;
}

export async function serveByInetd(program: string, args: readonly string[]): Promise<Inetd> {
  const daemons = new Set<ChildProcess>();
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    const daemon = spawn(program, args, { stdio: [socket, socket, socket] });
    daemons.add(daemon);
    daemon.on('exit', () => {
      daemons.delete(daemon);
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const daemon of daemons) daemon.kill('SIGKILL');
      await ended;
    },
  };
}
