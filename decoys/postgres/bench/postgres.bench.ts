/** Sessions: startup, password, one query, terminate. */
import { BenchClient } from '../../service/bench/bench-client.ts';
import type { BenchTarget, DecoyBench } from '../../service/bench/bench-target.ts';

/** ReadyForQuery, idle. */
const READY = 'Z\0\0\0\x05I';
const PROTOCOL = 196_608;

function message(type: string, body: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, Buffer.from(body)]);
}

async function login(target: BenchTarget): Promise<BenchClient> {
  const client = await BenchClient.open(target);
  const protocol = Buffer.alloc(4);
  protocol.writeUInt32BE(PROTOCOL);
  client.send(message('', `${protocol.toString('latin1')}user\0postgres\0database\0postgres\0\0`));
  await client.until('R\0\0\0\x08\0\0\0\x03');
  client.send(message('p', 'benchmark\0'));
  await client.until(READY);
  client.send(message('Q', 'select version()\0'));
  await client.until(READY);
  return client;
}

export const postgresBench: DecoyBench = {
  type: 'postgres',
  unit: 'sessions',
  config: { credentials: { any: true, remember: false }, authentication: 'password' },
  async run(target) {
    const client = await login(target);
    client.send(message('X', ''));
    await client.closed;
  },
  async hold(target) {
    return (await login(target)).rest();
  },
};
