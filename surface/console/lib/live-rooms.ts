/**
 * Who on the page listens to which room of the live channel. A room is joined while somebody listens; after a cut it is joined again from where it was heard
 * last, so that no message of a kept room is missed or told twice.
 */
import type { ClientToServer, Heard, JoinReply, ServerToClient } from '@netsentinel/contracts/live';
import { ROOM_OF, type LiveRoom } from '@netsentinel/contracts/live-rooms';

export type RoomMessage = keyof typeof ROOM_OF;
export type Listener<K extends RoomMessage> = (body: Parameters<ServerToClient[K]>[0]) => void;

/** Components come and go as they are drawn anew: a room is left when nobody has listened for so long. */
const LEAVE_MS = 1_000;

/** Of a Socket.IO client what is needed here. */
export interface RoomSocket {
  readonly connected: boolean;
  on(name: string, listener: (...args: never[]) => void): unknown;
  emit(name: 'join', ...args: Parameters<ClientToServer['join']>): unknown;
  emit(name: 'leave', ...args: Parameters<ClientToServer['leave']>): unknown;
}

interface Use {
  readonly name: RoomMessage;
  readonly listener: (body: never) => void;
  readonly onFresh: (() => void) | undefined;
}

interface Joined {
  readonly uses: Set<Use>;
  heard: Heard | undefined;
  leaving: ReturnType<typeof setTimeout> | undefined;
}

export class LiveRooms {
  readonly #socket: RoomSocket;
  readonly #rooms = new Map<LiveRoom, Joined>();

  constructor(socket: RoomSocket) {
    this.#socket = socket;
    for (const name of Object.keys(ROOM_OF) as RoomMessage[])
      socket.on(name, (body: never, offset?: number) => this.#told(name, body, offset));
    socket.on('connect', () => {
      for (const [room, joined] of this.#rooms) this.#join(room, joined);
    });
  }

  /** @param onFresh called when messages may have been missed; answers how to listen no more */
  listen<K extends RoomMessage>(name: K, listener: Listener<K>, onFresh?: () => void): () => void {
    const room = ROOM_OF[name];
    const known = this.#rooms.get(room);
    const joined: Joined = known ?? { uses: new Set(), heard: undefined, leaving: undefined };
    const use: Use = { name, listener, onFresh };
    joined.uses.add(use);
    clearTimeout(joined.leaving);
    if (known === undefined) {
      this.#rooms.set(room, joined);
      if (this.#socket.connected) this.#join(room, joined);
    }
    return () => {
      joined.uses.delete(use);
      if (joined.uses.size > 0) return;
      clearTimeout(joined.leaving);
      joined.leaving = setTimeout(() => {
        this.#rooms.delete(room);
        if (this.#socket.connected) this.#socket.emit('leave', room);
      }, LEAVE_MS);
    };
  }

  #join(room: LiveRoom, joined: Joined): void {
    this.#socket.emit('join', room, joined.heard ?? null, (reply: JoinReply) => {
      if (!reply.ok) return;
      if (reply.kept !== undefined) joined.heard = reply.kept.heard;
      if (reply.kept?.resumed !== true) for (const { onFresh } of joined.uses) onFresh?.();
    });
  }

  #told(name: RoomMessage, body: never, offset: number | undefined): void {
    const joined = this.#rooms.get(ROOM_OF[name]);
    if (joined === undefined) return;
    const { heard } = joined;
    if (offset !== undefined && heard !== undefined) {
      if (offset <= heard.offset) return;
      joined.heard = { ...heard, offset };
    }
    for (const use of joined.uses) if (use.name === name) use.listener(body);
  }
}
