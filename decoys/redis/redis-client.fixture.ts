/** What a client sends and reads: commands as arrays of bulk strings, replies counted. */
import { readReply } from './resp/reply-reader.ts';
import type { RedisProbe } from './probes/redis-probe.fixture.ts';

export function encodeRequest(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word, 'latin1')}\r\n${word}\r\n`).join('')}`;
}

/** A probe's bytes: commands come after a FLUSHALL, so that each probe finds an empty store. */
export function probeBytes({ send }: RedisProbe): string {
  return typeof send === 'string' ? send : [['FLUSHALL'], ...send].map(encodeRequest).join('');
}

/** How many whole replies there are. */
export function countReplies(bytes: string): number {
  let count = 0;
  for (let at = 0; at < bytes.length; count++) {
    const reply = readReply(bytes, at);
    if (reply === undefined) break;
    at = reply.end;
  }
  return count;
}

/** One line for `redis-answers.json`. */
export function maskAnswer({ mask }: RedisProbe, answer: string): string {
  return mask === undefined ? answer : mask(answer);
}
