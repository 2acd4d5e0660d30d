/** Feeds hostile bytes to the scripts that we ship. Throws when a decoy fails of itself, answers out of proportion, or leaves a connection behind. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '@netsentinel/kernel/config';
import { createDecoyContext } from '@netsentinel/testkit/decoy-harness';
import { playService } from '../service/session.fixture.ts';
import { Exchange } from './exchange.schema.ts';
import { scriptedUdpDecoy } from './scripted-udp.decoy.ts';
import { scriptedDecoy } from './scripted.decoy.ts';

const SCRIPTS = join(import.meta.dirname, '../../content/scripted');
const MAX_REPLY = 4 * 1024 * 1024;

const exchanges = readdirSync(SCRIPTS)
  .filter((name) => name.endsWith('.yml'))
  .toSorted()
  .map((file) => loadConfig(Exchange, { file, text: readFileSync(join(SCRIPTS, file), 'utf8') }).config);

export const seeds: readonly Uint8Array[] = exchanges.map(({ trial }, i) =>
  Buffer.from(String.fromCharCode(i) + trial.map(({ send }) => send ?? '').join(''), 'latin1'),
);

/** The first byte says to which. */
export async function fuzz(data: Uint8Array): Promise<void> {
  const exchange = exchanges[(data[0] ?? 0) % exchanges.length]!;
  const rest = Buffer.from(data.subarray(1));
  if (exchange.transport === 'udp') return overUdp(exchange, rest);
  const service = playService(scriptedDecoy, { script: exchange, credentials: { any: true } });
  const client = service.connect();
  await client.send(rest);
  await client.settle(10_000);
  if (client.received.length > MAX_REPLY) throw new Error(`${client.received.length} bytes in answer`);
  await client.destroy();
  if (service.decoy.connections !== 0) throw new Error('a connection was left behind');
  await service.close();
  if (service.failures.length > 0) throw new Error(`the decoy failed: ${service.failures.join('; ')}`);
}

function overUdp(exchange: Exchange, bytes: Buffer): void {
  const { ctx, failures } = createDecoyContext();
  const decoy = scriptedUdpDecoy.create(ctx, scriptedUdpDecoy.config.parse({ script: exchange }));
  let answered = 0;
  decoy.datagram!({
    bytes,
    source: { ip: '198.51.100.7', port: 1000 },
    destination: { ip: '203.0.113.9', port: 5060 },
    reply: (answer) => {
      answered += answer.length;
      return true;
    },
  });
  if (answered > bytes.length) throw new Error(`${answered} bytes in answer to ${bytes.length}`);
  if (failures.length > 0) throw new Error(`the decoy failed: ${failures.join('; ')}`);
}
