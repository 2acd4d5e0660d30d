/** What a shared room does with what waits, and with a stream that is not what it was. The rest is tried with a real Redis. */
import { beforeEach, expect, it } from 'vitest';
import { summaryOf } from '@netsentinel/contracts/incident';
import { FeedWindow } from './feed-window.ts';
import { ManualClock } from '@netsentinel/kernel/clock';
import type { RedisConnection } from '@netsentinel/kernel/redis-connection';
import type { Reply } from '@netsentinel/kernel/resp';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';
import type { KeptMessage } from './kept-feed.ts';
import { macOf, textOf } from './shared-entry.ts';
import { SharedRoom } from './shared-room.ts';

const SECRET = 's'.repeat(32);
const message = (id: string, title = ''): KeptMessage => ({
  name: 'incident',
  body: summaryOf(sampleIncident(id, 1, { title })),
});

/** One stream, as far as a shared room uses it. */
class Stream {
  entries: [string, string[]][] = [];
  run(commands: readonly (readonly string[])[]): Promise<Reply[]> {
    return Promise.resolve(commands.map((words) => this.#one(words)));
  }
  #one([name, , ...rest]: readonly string[]): Reply {
    if (name === 'DEL') this.entries = [];
    if (name === 'XREVRANGE') return this.entries.slice(-1);
    if (name === 'XRANGE') return this.entries.filter(([id]) => isWithin(id, rest[0]!, rest[1]!)).slice(0, 32);
    if (name !== 'XADD') return 0;
    const id = rest.find((word) => /^\d+-(\*|1)$/.test(word))!;
    const [epoch] = id.split('-');
    const next = this.entries.filter(([one]) => one.startsWith(`${epoch}-`)).length + 1;
    const added: [string, string[]] = [`${epoch}-${next}`, rest.slice(-4)];
    this.entries.push(added);
    return added[0];
  }
}

function isWithin(id: string, from: string, to: string): boolean {
  const at = (text: string): [number, number] => {
    const [epoch, offset = '1e15'] = text.replace('(', '').split('-');
    return [Number(epoch), Number(offset)];
  };
  const isBefore = ([a, b]: [number, number], [c, d]: [number, number]): boolean => a < c || (a === c && b <= d);
  if (from.startsWith('(') && id === from.slice(1)) return false;
  return isBefore(at(from), at(id)) && isBefore(at(id), at(to));
}

let told: unknown[];
let relinks: number;
let sent: (readonly string[])[];
let stream: Stream;
let room: SharedRoom;
const link = (): Promise<void> => room.link(stream as unknown as RedisConnection);

beforeEach(() => {
  [told, relinks, sent, stream] = [[], 0, [], new Stream()];
  room = new SharedRoom({
    room: 'incidents',
    key: 'k',
    secret: SECRET,
    from: 'us',
    now: () => 1000,
    deliver: (one) => told.push(one === null ? null : (one.body as { id: string }).id),
    renew: (epoch, last) => told.push(`${epoch} ${last}`),
    send: (command) => sent.push(command),
    relink: () => relinks++,
    refused: () => told.push('refused'),
  });
});

it('begins a stream, and adds what waited', async () => {
  expect(room.take(message('a'))).toBe(true);
  await link();
  expect(told).toEqual(['redis-rs 0', null, 'a']);
  expect(room.cursor).toBe('1000-2');
  expect(room.take(message('b'))).toBe(true);
  expect(sent).toHaveLength(1);
});

it('goes on where it was, with nothing twice that was added before the connection was lost', async () => {
  await link();
  room.take(message('a'));
  await stream.run(sent);
  room.take(message('b'));
  room.unlink();
  told = [];
  await link();
  expect(told).toEqual(['a', 'b']);
});

it('tells of none that comes again', async () => {
  room.take(message('a'));
  await link();
  const [id, fields] = stream.entries.at(-1)!;
  told = [];
  room.heard(id.replace('-2', '-3'), fields);
  expect(told).toEqual([null]);
});

it('has clients read anew where the stream was set back', async () => {
  room.take(message('a'));
  room.take(message('b'));
  await link();
  room.unlink();
  const json = textOf({ from: 'others', number: 1, name: 'incident', body: message('c').body });
  stream.entries.splice(2, 1, ['1000-3', ['v', json, 'm', macOf(SECRET, 'incidents', 1000, json)]]);
  told = [];
  await link();
  expect(told).toEqual(['redis-rt 0', null]);
});

it('lets the oldest go beyond its bounds, and then has everybody read anew', async () => {
  await link();
  room.unlink();
  room.goAlone('own');
  for (let n = 0; n < 5_000; n++) expect(room.take(message(`m${n}`))).toBe(false);
  told = [];
  await link();
  expect(told.slice(0, 3)).toEqual(['redis-rt 0', null, 'm904']);
  expect(told).toHaveLength(2 + 4_096);
});

it('links anew where an entry is of another epoch, and where a message is too large to be told', async () => {
  await link();
  room.heard('1001-1', []);
  expect(relinks).toBe(1);
  room.take(message('huge', 'x'.repeat(200_000)));
  expect([relinks, sent]).toEqual([2, []]);
});

it('gives an offset that was jumped over to nobody', async () => {
  await link();
  told = [];
  room.heard('1000-9', ['x', 'y']);
  expect(told).toEqual(['redis-rs 8', 'refused', null]);
});

it('keeps a burst in its window for some seconds, within a bound', () => {
  const clock = new ManualClock();
  const window = new FeedWindow<number>({ messages: 10, bytes: 1_000, burst: 3, burstMs: 5_000 }, clock);
  for (let n = 1; n <= 25; n++) window.push(n);
  expect(window.holdsAfter(0)).toBe(true);
  for (let n = 26; n <= 40; n++) window.push(n);
  expect([window.holdsAfter(9), window.holdsAfter(10)]).toEqual([false, true]);
  clock.advance(5_001);
  window.trim();
  expect([window.holdsAfter(29), window.holdsAfter(30)]).toEqual([false, true]);
});
