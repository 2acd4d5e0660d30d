/** A page's rooms over a socket that is cut and comes back: nothing missed, nothing told twice, read anew only where it must be. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Heard, JoinReply } from '@netsentinel/contracts/live';
import { LiveRooms } from './live-rooms.ts';

class FakeSocket {
  connected = true;
  readonly sent: unknown[][] = [];
  readonly #listeners = new Map<string, ((...args: unknown[]) => void)[]>();
  answer: (reply: JoinReply) => void = () => {};

  on(name: string, listener: (...args: never[]) => void): void {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener as (...args: unknown[]) => void]);
  }
  emit(name: string, room: string, heard?: Heard | null, answer?: (reply: JoinReply) => void): void {
    this.sent.push(name === 'join' ? [name, room, heard] : [name, room]);
    if (answer !== undefined) this.answer = answer;
  }
  tell(name: string, ...args: unknown[]): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(...args);
  }
}

let socket: FakeSocket;
let rooms: LiveRooms;
let heard: string[];
let fresh: number;

beforeEach(() => {
  vi.useFakeTimers();
  socket = new FakeSocket();
  rooms = new LiveRooms(socket);
  heard = [];
  fresh = 0;
});
afterEach(() => vi.useRealTimers());

const listen = (): (() => void) =>
  rooms.listen(
    'incident',
    ({ id }) => heard.push(id),
    () => fresh++,
  );
const kept = (offset: number, resumed: boolean, epoch = 'e1'): JoinReply => ({
  ok: true,
  kept: { heard: { epoch, offset }, resumed },
});

describe('a room', () => {
  it('is joined once for all who listen, and left a while after the last', () => {
    const [one, two] = [listen(), listen()];
    expect(socket.sent).toEqual([['join', 'incidents', null]]);
    socket.answer(kept(7, false));
    expect(fresh).toBe(2);
    one();
    two();
    // Drawn anew: it listens again at once.
    const three = listen();
    vi.advanceTimersByTime(5_000);
    expect(socket.sent).toHaveLength(1);
    three();
    vi.advanceTimersByTime(5_000);
    expect(socket.sent.at(-1)).toEqual(['leave', 'incidents']);
    socket.tell('incident', { id: 'late' }, 8);
    expect(heard).toEqual([]);
  });

  it('is joined from where it was heard last after a cut, and what it missed is told once', () => {
    listen();
    socket.answer(kept(7, false));
    socket.tell('incident', { id: 'a' }, 8);
    socket.tell('work', { incident: 'a' }, 9);
    socket.connected = false;
    socket.connected = true;
    socket.tell('connect');
    expect(socket.sent.at(-1)).toEqual(['join', 'incidents', { epoch: 'e1', offset: 9 }]);
    socket.answer(kept(9, true));
    for (const [id, offset] of [
      ['old', 9],
      ['b', 10],
      ['c', 11],
    ] as const)
      socket.tell('incident', { id }, offset);
    expect(heard).toEqual(['a', 'b', 'c']);
    expect(fresh).toBe(1);
  });

  it('is read anew where it cannot be resumed, and goes on from there', () => {
    listen();
    socket.answer(kept(7, false));
    socket.tell('connect');
    // Another start of the platform counts from 0.
    socket.answer(kept(0, false, 'e2'));
    socket.tell('incident', { id: 'a' }, 1);
    expect([fresh, heard]).toEqual([2, ['a']]);
    socket.tell('connect');
    expect(socket.sent.at(-1)).toEqual(['join', 'incidents', { epoch: 'e2', offset: 1 }]);
  });

  it('that one may not hear is silent', () => {
    listen();
    socket.answer({ ok: false, error: 'your role may not hear this room' });
    expect(fresh).toBe(0);
  });

  it('waits for the connection, and is asked for once then', () => {
    socket.connected = false;
    listen();
    expect(socket.sent).toEqual([]);
    socket.connected = true;
    socket.tell('connect');
    expect(socket.sent).toEqual([['join', 'incidents', null]]);
  });
});
