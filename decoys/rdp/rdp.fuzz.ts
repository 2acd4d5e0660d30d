/**
 * Feeds bytes to the RDP decoy: straight after connecting, after the negotiation, after MCS, or once the screen is shown. Whatever they are, nothing may throw,
 * and nothing is left behind.
 */
import { duplexPair } from 'node:stream';
import { ManualClock } from '@netsentinel/kernel/clock';
import { createDecoyContext } from '@netsentinel/testkit/decoy-harness';
import {
  attachUser,
  clientInfo,
  confirmActive,
  connectInitial,
  connectionRequest,
  erectDomain,
  finalization,
  join,
  keys,
  securityExchange,
  sendData,
} from './rdp-client.fixture.ts';
import { CredSsp } from './security/credssp.ts';
import { rdpDecoy } from './rdp.decoy.ts';

const MAX_REPLY_BYTES = 16 * 1024 * 1024;
const USER = 1006;
const clock = new ManualClock();
const { ctx, failures } = createDecoyContext({ id: 'rdp-fuzz', clock, keepsEvents: false });
const decoy = rdpDecoy.create(ctx, rdpDecoy.config.parse({ persona: 'windows-2019-fileserver', failureDelayMs: 0 }));
const target = {
  netbiosDomain: 'A',
  netbiosComputer: 'A',
  dnsDomain: 'a',
  dnsComputer: 'a',
  inDomain: false,
  version: { major: 10, minor: 0, build: 17_763 },
};

/** The first byte says where the rest goes. */
export async function fuzz(data: Uint8Array): Promise<void> {
  const place = (data[0] ?? 0) % 5;
  const rest = Buffer.from(data.subarray(1));
  if (place === 4) {
    const options = {
      target,
      serverChallenge: new Uint8Array(8),
      publicKey: Buffer.alloc(270),
      now: () => 0,
      judge: () => Buffer.alloc(16),
    };
    new CredSsp(options).step(rest);
    return;
  }
  const [ours, theirs] = duplexPair();
  let received = 0;
  theirs.on('error', () => {});
  theirs.on('data', (chunk: Buffer) => (received += chunk.length));
  decoy.accept({ stream: ours, source: { ip: '192.0.2.1', port: 4000 }, destination: { ip: '192.0.2.2', port: 3388 } });
  if (place > 0) theirs.write(connectionRequest());
  // Without the client's random nothing is encrypted yet: what follows reaches the parsers as it is.
  if (place > 1)
    theirs.write(Buffer.concat([connectInitial({ encryption: 2 }), erectDomain(), attachUser(), join(USER, 1003)]));
  theirs.write(rest);
  for (let i = 0; i < 12; i++) await new Promise((resolve) => setImmediate(resolve));
  clock.advance(1000);
  theirs.destroy();
  ours.destroy();
  for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
  if (received > MAX_REPLY_BYTES) throw new Error(`${received} bytes in answer to ${data.length}`);
  if (decoy.connections !== 0) throw new Error('a connection was left behind');
  if (failures.length > 0) throw new Error(`the decoy failed: ${failures.splice(0).join('; ')}`);
}

const seed = (place: number, ...parts: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat([Buffer.from([place]), ...parts]);

export const seeds: readonly Uint8Array[] = [
  seed(0, connectionRequest(3, 'hello')),
  seed(
    0,
    connectionRequest(),
    connectInitial({ encryption: 2, channels: ['MS_T120', 'rdpdr', 'cliprdr'] }),
    erectDomain(),
    attachUser(),
  ),
  seed(1, connectInitial({ encryption: 31 })),
  seed(
    2,
    sendData(USER, clientInfo('a', 'b', 'c')),
    sendData(USER, confirmActive()),
    ...finalization().map((pdu) => sendData(USER, pdu)),
    keys(0x1c, 0x11),
  ),
  seed(
    3,
    sendData(
      USER,
      securityExchange(
        Buffer.concat([
          Buffer.from('RSA1'),
          Buffer.from([0x08, 1, 0, 0]),
          Buffer.alloc(8),
          Buffer.from([1, 0, 1, 0]),
          Buffer.alloc(256, 0xff),
        ]),
        Buffer.alloc(32),
      ),
    ),
  ),
  seed(
    4,
    Buffer.from(
      '3037a003020106a130302e302ca02a04284e544c4d5353500001000000b78208e2000000000000000000000000000000000a0063450000000f',
      'hex',
    ),
  ),
];
