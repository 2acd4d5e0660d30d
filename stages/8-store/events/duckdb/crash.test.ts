/** kill -9 while appending: afterwards the watermark names exactly the events that are in, once each, and every word finds them. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLogger } from '@netsentinel/kernel/log';
import { allPages } from '@netsentinel/testkit/event-fixtures';
import { expect, it } from 'vitest';
import { openDuckDbEventStore } from './duckdb-events.store.ts';

const ROUNDS = Number(process.env['NETSENTINEL_CRASH_ROUNDS'] ?? 3);

const open = (directory: string) =>
  openDuckDbEventStore({ directory: join(directory, 'events'), minFreeBytes: 0, log: silentLogger });

/** Goes on from the store's own watermark, and says what was acknowledged. */
const CHILD = (here: string, directory: string): string => `
  import { openDuckDbEventStore } from ${JSON.stringify(here)};
  const quiet = { debug() {}, info() {}, warn() {}, error() {}, with: () => quiet };
  const store = await openDuckDbEventStore({ directory: ${JSON.stringify(directory)}, minFreeBytes: 0, log: quiet, clock: { now: () => 0 } });
  let n = Number((await store.watermarks())[0]?.offset ?? 0n);
  console.log('start ' + n);
  const event = (i) => ({
    '@timestamp': new Date(1.7e12 + i).toISOString(), message: 'word' + i + ' ' + Array.from({ length: 60 }, (_, k) => 'w' + i + 'x' + k).join(' '),
    event: { id: 'e' + i, ingested: new Date(1.7e12).toISOString(), kind: 'event', dataset: 'd' },
    netsentinel: { sensor: { id: 's', type: 't' }, source_verified: true, actor: '-' },
  });
  for (;;) {
    const size = [1, 7, 300, 2000][n % 4];
    const events = Array.from({ length: size }, (_, k) => event(n + k));
    n += size;
    await store.append(events, [{ partition: 0, offset: BigInt(n) }]);
    console.log('acknowledged ' + n);
  }`;

async function appendUntilKilled(directory: string, killAfter: number): Promise<number> {
  const here = fileURLToPath(new URL('./duckdb-events.store.ts', import.meta.url));
  const script = join(directory, 'child.mjs');
  await writeFile(script, CHILD(here, join(directory, 'events')));
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const enough = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.split('acknowledged').length > killAfter) resolve();
    });
    child.on('close', resolve);
  });
  const closed = new Promise((resolve) => child.on('close', resolve));
  await enough;
  await expect(open(directory)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
  child.kill('SIGKILL');
  await closed;
  expect(complaint).toBe('');
  return Number(/acknowledged (\d+)\s*$/.exec(output)?.[1] ?? /start (\d+)/.exec(output)?.[1]);
}

it('loses nothing that was acknowledged, and doubles nothing', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'crash-'));
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const acknowledged = await appendUntilKilled(directory, 3 + round * 9);
      const store = await open(directory);
      const stored = Number((await store.watermarks())[0]!.offset);
      expect(stored).toBeGreaterThanOrEqual(acknowledged);
      expect((await store.describe()).events).toBe(stored);
      const ids = (await allPages(store, { order: 'oldest', limit: 1000 })).map((event) => event.event.id);
      expect(ids).toEqual(Array.from({ length: stored }, (_, i) => `e${i}`));
      for (let i = 0; i < stored; i += Math.ceil(stored / 40)) {
        const found = await store.query({ words: `word${i} w${i}x59` });
        expect(found.events.map((event) => event.event.id)).toEqual([`e${i}`]);
        expect((await store.get(`e${i}`))?.event.id).toBe(`e${i}`);
      }
      await store.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}, 120_000);
