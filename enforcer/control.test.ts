import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SegmentChange } from '@netsentinel/contracts/segments';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { silentLogger } from '@netsentinel/kernel/log';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callEnforcer, startControl, type ControlServer } from './control.ts';
import type { Enforcer } from './enforcer.types.ts';

let folder: string;
let socketPath: string;
let server: ControlServer;
let asked: string[];

const enforcer: Enforcer = {
  record: () => {},
  handle: () => {},
  list: () => [],
  revert: (id, by) => {
    asked.push(`${id} ${by}`);
    return Promise.resolve({ id, status: 'reverted', at: 1 });
  },
  revertAll: (by) =>
    by === 'nobody' ? Promise.reject(new NetSentinelError('ENFORCER_REVERT', 'operational', 'no')) : Promise.resolve(3),
  revertWhere: (which, by) => {
    asked.push(`${JSON.stringify(which)} ${by}`);
    return Promise.resolve(2);
  },
  decide: (word, id, by, reason) => {
    asked.push(`${word} ${id} ${by} ${reason}`);
    return Promise.resolve({ id, status: word === 'approve' ? 'applied' : 'refused', at: 1 });
  },
  do: ({ measure, target }, by, reason) => {
    asked.push(`${measure} ${target} ${by} ${reason}`);
    return Promise.resolve({ id: 'do-1', status: 'applied', at: 1 });
  },
  plan: (target, _ttlMs, _traffic, measure = 'block') => ({ target, measure, ask: [], responders: [] }),
  describe: () => {
    throw new Error('broken');
  },
  join: () => Promise.resolve(),
  leave: () => Promise.resolve(),
  segments: {
    topology: () => Promise.resolve({ switches: [], links: [], hosts: [], cut: false }),
    diff: ({ segments }) => Promise.resolve({ refused: segments.map(({ name }) => name), parts: [], outside: [] }),
    apply: ({ segments }, by, reason) => change(`apply ${segments.length} ${by} ${reason}`),
    rollback: (to, by) => change(`rollback ${to} ${by}`),
    history: () => [],
  },
  close: () => Promise.resolve(),
};

const change = (what: string): Promise<SegmentChange> => {
  asked.push(what);
  return Promise.resolve({ id: 1, status: 'applied', at: 1, by: '', reason: '', before: 0, segments: [], detail: '' });
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'control-'));
  socketPath = join(folder, 'enforcer.sock');
  asked = [];
  server = await startControl({ enforcer, socketPath, log: silentLogger });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Sends raw text and answers what came until the server or the first line ended it. */
const raw = (text: string): Promise<string> =>
  new Promise((resolve) => {
    let heard = '';
    const socket = connect(socketPath, () => socket.write(text));
    socket.setEncoding('utf8').on('data', (part: string) => {
      heard += part;
      if (heard.endsWith('\n')) socket.destroy();
    });
    socket.on('error', () => {});
    socket.once('close', () => resolve(heard));
  });

describe('the control socket', () => {
  it('passes on what a person decides', async () => {
    expect(await callEnforcer(socketPath, { command: 'approve', id: 'a', by: 'eve', reason: 'seen it' })).toMatchObject(
      {
        status: 'applied',
      },
    );
    expect(await callEnforcer(socketPath, { command: 'deny', id: 'b', by: 'eve' })).toMatchObject({
      status: 'refused',
    });
    expect(await callEnforcer(socketPath, { command: 'revertWhere', actor: '198.18.5.5', by: 'eve' })).toEqual({
      reverted: 2,
    });
    expect(await callEnforcer(socketPath, { command: 'plan', target: '198.18.5.5' })).toMatchObject({ ask: [] });
    expect(asked).toEqual(['approve a eve seen it', 'deny b eve ', '{"actor":"198.18.5.5"} eve']);
  });

  it('is its owner’s alone', () => {
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
  });

  it('answers every command', async () => {
    expect(await callEnforcer(socketPath, { command: 'list' })).toEqual([]);
    expect(await callEnforcer(socketPath, { command: 'revert', id: 'a' })).toMatchObject({ status: 'reverted' });
    expect(await callEnforcer(socketPath, { command: 'revert', id: 'b', by: 'me' })).toMatchObject({ id: 'b' });
    expect(asked).toEqual(['a command line', 'b me']);
    expect(await callEnforcer(socketPath, { command: 'revertAll' })).toEqual({ reverted: 3 });
  });

  it('hands errors on', async () => {
    await expect(callEnforcer(socketPath, { command: 'revertAll', by: 'nobody' })).rejects.toMatchObject({
      code: 'ENFORCER_REVERT',
    });
    await expect(callEnforcer(socketPath, { command: 'describe' })).rejects.toMatchObject({ code: 'ENFORCER_FAILED' });
    await expect(callEnforcer(join(folder, 'none'), { command: 'list' })).rejects.toMatchObject({
      code: 'ENFORCER_UNREACHABLE',
    });
  });

  it('survives rubbish', async () => {
    expect(await raw('{}\n')).toMatch(/ENFORCER_REQUEST_INVALID/);
    expect(await raw('\u0000\u0001 not json\n')).toMatch(/ENFORCER_REQUEST_INVALID/);
    expect(await raw('{"command":"revert","id":7}\n')).toMatch(/ENFORCER_REQUEST_INVALID/);
    expect(await raw('x'.repeat(2_000_000))).toBe('');
    expect(await callEnforcer(socketPath, { command: 'list' })).toEqual([]);
  });

  it('makes no answer while nobody takes the one before', async () => {
    let made = 0;
    const long = 'x'.repeat(4_000_000);
    const other = join(folder, 'long.sock');
    const list = (): never => [(made++, long)] as never;
    const busy = await startControl({ enforcer: { ...enforcer, list }, socketPath: other, log: silentLogger });
    const socket = connect(other).pause();
    socket.write('{"command":"list"}\n'.repeat(10));
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    while (made === 0) await turn();
    for (let more = 0; more < 50; more++) await turn();
    expect(made).toBe(1);
    let heard = 0;
    socket.on('data', (bytes: Buffer) => (heard += bytes.length)).resume();
    while (heard < 10 * long.length) await turn();
    expect(made).toBe(10);
    socket.destroy();
    await busy.close();
  });

  it('is not taken from an enforcer that lives, but from one that died', async () => {
    await expect(startControl({ enforcer, socketPath, log: silentLogger })).rejects.toMatchObject({
      code: 'ENFORCER_SOCKET_IN_USE',
    });
    const stale = join(folder, 'stale.sock');
    writeFileSync(stale, '');
    const second = await startControl({ enforcer, socketPath: stale, log: silentLogger });
    expect(await callEnforcer(stale, { command: 'list' })).toEqual([]);
    await second.close();
  });

  it('says why it cannot listen', async () => {
    await expect(
      startControl({ enforcer, socketPath: join(folder, 'missing', 'x.sock'), log: silentLogger }),
    ).rejects.toMatchObject({ code: 'ENFORCER_SOCKET' });
  });
});
