/**
 * A listener that comes from another process accepts from its first turn on. Until whoever it is for has taken it, its connections would be accepted by nobody:
 * their clients would wait without an end.
 */
import { Server, type Socket } from 'node:net';

/** Of one listener; who comes beyond is cut off. */
const MAX_WAITING = 4_096;

/** Holds connections of `peer`, where it is a listener. @returns hands them to who listens by now, in the order in which they came */
export function holdEarly(peer: unknown): () => void {
  if (!(peer instanceof Server)) return () => {};
  const waiting: Socket[] = [];
  // A client that goes again meanwhile is no failure of the process.
  const gone = (): void => {};
  const hold = (socket: Socket): void => {
    if (waiting.length >= MAX_WAITING) socket.destroy();
    else waiting.push(socket.on('error', gone));
  };
  peer.on('connection', hold);
  return () => {
    peer.off('connection', hold);
    for (const socket of waiting) {
      socket.off('error', gone);
      if (peer.listenerCount('connection') === 0) socket.destroy();
      else if (!socket.destroyed) peer.emit('connection', socket);
    }
  };
}
