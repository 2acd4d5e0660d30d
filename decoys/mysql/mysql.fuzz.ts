/** Bytes to the MySQL decoy as an attacker would send them: before the login, and as packets after it. Nothing may throw, no answer be a flood. */
import { createHash } from 'node:crypto';
import { playService } from '../service/session.fixture.ts';
import { mysqlDecoy } from './mysql.decoy.ts';
import { framed } from './packets.ts';

const MAX_REPLY_BYTES = 8 * 1024 * 1024;
const sha1 = (...parts: readonly Uint8Array[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha1')).digest();
const service = playService(
  mysqlDecoy,
  { credentials: { accept: [{ user: 'root', password: 'x' }], remember: false } },
  { checksEvents: false },
);

/** The first byte says where the rest goes. */
export async function fuzz(data: Uint8Array): Promise<void> {
  service.events.length = 0;
  const client = service.connect({ ip: `192.0.2.${(data[0] ?? 0) % 200}` });
  await client.settle();
  if (((data[0] ?? 0) & 1) === 1) {
    const greeting = client.received.subarray(4);
    const text = greeting.indexOf(0, 1);
    const scramble = Buffer.concat([greeting.subarray(text + 5, text + 13), greeting.subarray(text + 32, text + 44)]);
    const stage1 = sha1(Buffer.from('x'));
    const mask = sha1(scramble, sha1(stage1));
    const head = Buffer.alloc(32);
    head.writeUInt32LE(0x000fa685, 0);
    await client.send(
      framed(
        Buffer.concat([
          head,
          Buffer.from('root\0\x14'),
          Buffer.from(stage1.map((byte, i) => byte ^ mask[i]!)),
          Buffer.from('mysql_native_password\0'),
        ]),
        1,
      ),
    );
    await client.settle();
    await client.send(framed(data.subarray(1), 0));
  } else await client.send(data.subarray(1));
  await client.settle();
  const { length } = client.received;
  await client.destroy();
  if (length > MAX_REPLY_BYTES) throw new Error(`${length} bytes in answer to ${data.length}`);
  if (service.failures.length > 0) throw new Error(`the decoy failed: ${service.failures.splice(0).join('; ')}`);
}

export const seeds = [
  '\u0001\u0003select 1',
  '\u0001\u0016select ?',
  '\u0001\u0002mysql',
  '\u0001\u0004user\0',
  '\u0001\u0009',
  '\u0000\u0020\u0000\u0000\u0001\u0085\u00a6',
].map((text) => Buffer.from(text, 'latin1'));
