/**
 * Two connected local sockets, to be handed to two processes over IPC. Made through a socket file in a folder that only we can enter,
 * which is gone again before this resolves.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, connect, type Socket } from 'node:net';
import { join } from 'node:path';

/** `folder` must be writable by us alone, and its path short (a socket's path holds about 100 bytes). */
export async function socketPair(folder: string): Promise<readonly [Socket, Socket]> {
  const path = join(folder, `.pair-${randomBytes(6).toString('hex')}`);
  const server = createServer({ pauseOnConnect: true });
  server.listen(path);
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const near = connect({ path });
  // Before it is connected: once reading has begun, this process would swallow what is meant for the one that gets the socket.
  near.pause();
  await once(near, 'connect');
  const [far] = await accepted;
  server.close();
  // Node keeps listeners, for as long as the other process lives, about each server whose sockets it was given.
  Reflect.set(far, 'server', null);
  return [near, far];
}
