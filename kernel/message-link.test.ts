import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { encodeFrame } from './frames.ts';
import { receiveMessages, sendMessage } from './message-link.ts';
import { pack } from './pack.ts';
import { socketPair } from './socket-pair.ts';

const Message = z.strictObject({ n: z.number() });
let folder: string;
let near: Socket;
let far: Socket;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ns-link-'));
  [near, far] = await socketPair(folder);
});
afterEach(() => {
  near.destroy();
  far.destroy();
  rmSync(folder, { recursive: true, force: true });
});

it('is made of a pair that leaves no file behind, and loses nothing written before it is read', async () => {
  expect(readdirSync(folder)).toEqual([]);
  for (let n = 0; n < 100; n++) sendMessage(near, { n });
  near.end();
  const got: number[] = [];
  receiveMessages(
    far,
    Message,
    ({ n }) => got.push(n),
    () => {},
  );
  await once(far, 'end');
  expect(got).toEqual(Array.from({ length: 100 }, (_, n) => n));
});

it('goes both ways', async () => {
  const got: number[] = [];
  receiveMessages(
    near,
    Message,
    ({ n }) => got.push(n),
    () => {},
  );
  sendMessage(far, { n: 7 });
  far.end();
  await once(near, 'end');
  expect(got).toEqual([7]);
});

it('hands on only what fits the schema', async () => {
  const got: number[] = [];
  let bad = 0;
  receiveMessages(
    far,
    Message,
    ({ n }) => got.push(n),
    () => bad++,
  );
  sendMessage(near, { n: 1 });
  sendMessage(near, { n: 1, more: 2 });
  sendMessage(near, 'text');
  near.write(encodeFrame(Uint8Array.of(0xc1)));
  sendMessage(near, { n: 2 });
  near.end();
  await once(far, 'end');
  expect(got).toEqual([1, 2]);
  expect(bad).toBe(3);
});

it('ends with a frame beyond its bound', async () => {
  receiveMessages(
    far,
    Message,
    () => {},
    () => {},
  );
  near.on('error', () => {});
  near.write(encodeFrame(pack({ n: 'x'.repeat(70_000) })));
  near.resume();
  await once(far, 'close');
  expect(far.destroyed).toBe(true);
});
