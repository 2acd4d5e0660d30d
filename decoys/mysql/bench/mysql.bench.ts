/** Sessions: handshake, login by `mysql_native_password`, two queries, quit. */
import { createHash } from 'node:crypto';
import { BenchClient } from '../../service/bench/bench-client.ts';
import type { BenchTarget, DecoyBench } from '../../service/bench/bench-target.ts';
import { framed } from '../packets.ts';

const PASSWORD = '123456';
const CAPABILITIES = 0x000f_a685;
/** EOF_Packet with the server's status "autocommit": one behind the columns, one behind the rows. */
const END = '\xfe\0\0\x02\0';

const sha1 = (...parts: readonly Uint8Array[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha1')).digest();

async function packet(client: BenchClient): Promise<Buffer> {
  const head = await client.read(4);
  return client.read(head.readUIntLE(0, 3));
}

async function login(target: BenchTarget): Promise<BenchClient> {
  const client = await BenchClient.open(target);
  const greeting = await packet(client);
  const text = greeting.indexOf(0, 1);
  const scramble = Buffer.concat([greeting.subarray(text + 5, text + 13), greeting.subarray(text + 32, text + 44)]);
  const stage1 = sha1(Buffer.from(PASSWORD));
  const mask = sha1(scramble, sha1(stage1));
  const head = Buffer.alloc(32);
  head.writeUInt32LE(CAPABILITIES, 0);
  const answer = Buffer.from(stage1.map((byte, i) => byte ^ mask[i]!));
  client.send(
    framed(Buffer.concat([head, Buffer.from('root\0\x14'), answer, Buffer.from('mysql_native_password\0')]), 1),
  );
  if ((await packet(client))[0] !== 0) throw new Error('the login failed');
  return client;
}

async function query(client: BenchClient, sql: string): Promise<void> {
  client.send(framed(Buffer.from(`\x03${sql}`), 0));
  await client.until(END);
  await client.until(END);
}

export const mysqlBench: DecoyBench = {
  type: 'mysql',
  unit: 'sessions',
  config: { credentials: { any: true, remember: false } },
  wanted: 600,
  async run(target) {
    const client = await login(target);
    await query(client, 'select version()');
    await query(client, 'show databases');
    client.send(framed(Buffer.of(1), 0));
    await client.closed;
  },
  async hold(target) {
    const client = await login(target);
    await query(client, 'select version()');
    return client.rest();
  },
};
