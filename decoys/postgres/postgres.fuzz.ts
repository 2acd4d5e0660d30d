/** Bytes to the PostgreSQL decoy as an attacker would send them: before the startup, and as messages after it. Nothing may throw, no answer be a flood. */
import { playService } from '../service/session.fixture.ts';
import { i32, message } from './messages.ts';
import { postgresDecoy } from './postgres.decoy.ts';

const MAX_REPLY_BYTES = 8 * 1024 * 1024;
const service = playService(postgresDecoy, { tls: false, authentication: 'trust' }, { checksEvents: false });
const startup = Buffer.concat([i32(196_608), Buffer.from('user\0postgres\0\0')]);

/** The first byte says where the rest goes. */
export async function fuzz(data: Uint8Array): Promise<void> {
  service.events.length = 0;
  const client = service.connect({ ip: `192.0.2.${(data[0] ?? 0) % 200}` });
  await client.settle();
  if (((data[0] ?? 0) & 1) === 1) await client.send(Buffer.concat([i32(startup.length + 4), startup]));
  await client.send(data.subarray(1));
  await client.settle();
  const { length } = client.received;
  await client.destroy();
  if (length > MAX_REPLY_BYTES) throw new Error(`${length} bytes in answer to ${data.length}`);
  if (service.failures.length > 0) throw new Error(`the decoy failed: ${service.failures.splice(0).join('; ')}`);
}

export const seeds = [
  message('Q', 'select 1'),
  Buffer.concat([
    message('P', '', 'select $1::int', Buffer.alloc(2)),
    message('B', '', '', Buffer.alloc(6)),
    message('D', Buffer.from('P'), ''),
    message('E', '', i32(0)),
    message('S'),
  ]),
  message('Q', 'copy pg_am to stdout'),
].map((bytes) => Buffer.concat([Buffer.from([1]), bytes]));
