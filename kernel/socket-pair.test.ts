import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { socketPair } from './socket-pair.ts';

/** Answers on each socket that it gets how often it listens to its parent. */
const CHILD = `process.on('message', (_, socket) => socket.end(String(process.listenerCount('internalMessage'))));`;

describe('a pair of sockets', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ns-pair-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('leaves nothing behind in who gives one end away and who gets it, however often', async () => {
    const program = join(folder, 'child.cjs');
    writeFileSync(program, CHILD);
    const child = fork(program, { execArgv: [] });
    const heard: string[] = [];
    const before = child.listenerCount('internalMessage');
    try {
      for (let i = 0; i < 3; i++) {
        const [near, far] = await socketPair(folder);
        child.send({}, far);
        heard.push(await text(near));
      }
      expect(child.listenerCount('internalMessage')).toBe(before);
      expect(new Set(heard).size).toBe(1);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
});

async function text(socket: Socket): Promise<string> {
  let all = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (all += chunk));
  socket.resume();
  await once(socket, 'end');
  return all;
}
