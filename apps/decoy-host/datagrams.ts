/**
 * Hands datagrams to a decoy and sends back what it answers, within what harms nobody: anyone can write any source, so all answers to one datagram
 * together are never longer than it was, and each source gets so many bytes a minute and no more.
 */
import type { Socket } from 'node:dgram';
import type { Decoy } from '@netsentinel/contracts/decoy';
import type { Clock } from '@netsentinel/contracts/clock';

const WINDOW_MS = 60_000;
/** What one source is sent in a minute: a person who tries things out, not a victim worth flooding. */
const MAX_BYTES_PER_SOURCE = 16 * 1024;
const MAX_SOURCES = 10_000;
/** Datagrams of all sources that are looked at in a minute; the rest is dropped unread. */
const MAX_DATAGRAMS = 60_000;

/** Counts what each source was sent in the current minute. Where there are too many sources to count, new ones get nothing. */
export class ReplyBudget {
  #sent = new Map<string, number>();
  #windowEnds = 0;
  #taken = 0;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** False once too much came in this minute. */
  take(): boolean {
    this.#turn();
    this.#taken += 1;
    return this.#taken <= MAX_DATAGRAMS;
  }

  /** True where the source may be sent this much, which then counts as sent. */
  spend(ip: string, bytes: number): boolean {
    this.#turn();
    const sent = this.#sent.get(ip);
    if (sent === undefined && this.#sent.size >= MAX_SOURCES) return false;
    if ((sent ?? 0) + bytes > MAX_BYTES_PER_SOURCE) return false;
    this.#sent.set(ip, (sent ?? 0) + bytes);
    return true;
  }

  #turn(): void {
    const now = this.#clock.now();
    if (now < this.#windowEnds && now > this.#windowEnds - 2 * WINDOW_MS) return;
    this.#windowEnds = now + WINDOW_MS;
    this.#sent.clear();
    this.#taken = 0;
  }
}

export function serveDatagrams(socket: Socket, decoy: Decoy, budget: ReplyBudget, port: number): void {
  socket.on('error', () => {});
  socket.on('message', (bytes, { address: ip, port: from }) => {
    // Nobody sends from port 0, and an answer to one of ours would come back.
    if (from === 0 || !budget.take()) return;
    let left = bytes.length;
    decoy.datagram?.({
      bytes,
      source: { ip, port: from },
      destination: { ip: socket.address().address, port },
      reply: (answer) => {
        if (answer.length === 0 || answer.length > left || !budget.spend(ip, answer.length)) return false;
        left -= answer.length;
        socket.send(answer, from, ip, () => {});
        return true;
      },
    });
  });
}
