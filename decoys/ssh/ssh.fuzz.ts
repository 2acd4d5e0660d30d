/**
 * Feeds bytes to the SSH decoy as an attacker would: straight after connecting, and as messages inside an encrypted and logged-in connection. Whatever
 * they are, nothing may throw, the connection's memory stays bounded, and the next client is served.
 */
import { duplexPair } from 'node:stream';
import { ManualClock } from '@netsentinel/kernel/clock';
import { MessageEngine } from '@netsentinel/testkit/ssh-client/message-engine';
import { createSshHarness, type SshHarness } from '@netsentinel/testkit/ssh-harness';
import { MSG } from './messages.ts';
import { WireWriter } from './wire.ts';

/** What one input may make the decoy send and report: it answers, it does not amplify. */
const MAX_REPLY_BYTES = 8 * 1024 * 1024;
const MAX_EVENTS = 5000;

let shared: SshHarness | undefined;

/** The first byte says where the rest goes: in the clear, before the login, or after it. Rejects when a bound was broken. */
export async function fuzz(data: Uint8Array): Promise<void> {
  const harness = (shared ??= createSshHarness({
    clock: new ManualClock(),
    config: { credentials: { accept: [{ user: 'root', password: 'toor' }] }, failureDelayMs: 0, successDelayMs: 0 },
  }));
  harness.events.length = 0;
  harness.recordings.clear();
  const place = (data[0] ?? 0) % 3;
  const rest = data.subarray(1);
  const peer = attach(harness);
  if (place === 0) peer.write(rest);
  else {
    const engine = peer.client();
    await peer.settle();
    if (!engine.ready) throw new Error('the handshake failed');
    if (place === 2) {
      engine.send(new WireWriter().u8(MSG.SERVICE_REQUEST).string('ssh-userauth').view());
      engine.send(
        new WireWriter()
          .u8(MSG.USERAUTH_REQUEST)
          .string('root')
          .string('ssh-connection')
          .string('password')
          .bool(false)
          .string('toor')
          .view(),
      );
      engine.flush();
      await peer.settle();
      if (!harness.events.some((event) => event.event.outcome === 'success' && event.event.action === 'ssh-login'))
        throw new Error('the login failed');
    }
    for (const payload of split(rest)) engine.send(payload);
    engine.flush();
  }
  await peer.settle();
  if (peer.received() > MAX_REPLY_BYTES) throw new Error(`${peer.received()} bytes in answer to ${data.length}`);
  if (harness.events.length > MAX_EVENTS) throw new Error(`${harness.events.length} events from ${data.length} bytes`);
  peer.end();
  await peer.settle();
  if (harness.decoy.connections !== 0) throw new Error('a connection was left behind');
  if (harness.failures.length > 0) throw new Error(`the decoy failed: ${harness.failures.splice(0).join('; ')}`);
}

/** Messages out of bytes: a length in two bytes, then so many. */
function split(bytes: Uint8Array): readonly Uint8Array[] {
  const payloads: Uint8Array[] = [];
  for (let at = 0; at + 2 < bytes.length;) {
    const length = Math.max(1, ((bytes[at]! << 8) | bytes[at + 1]!) % 40_000);
    payloads.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return payloads;
}

function attach(harness: SshHarness) {
  const [ours, theirs] = duplexPair();
  let received = 0;
  let engine: MessageEngine | undefined;
  theirs.on('error', () => {});
  theirs.on('data', (chunk: Buffer) => {
    received += chunk.length;
    // What the client makes of the answers is its own affair.
    try {
      engine?.receive(chunk);
    } catch {
      engine = undefined;
    }
  });
  harness.decoy.accept({
    stream: ours,
    source: { ip: '192.0.2.1', port: 4000 },
    destination: { ip: '192.0.2.2', port: 22 },
  });
  return {
    received: () => received,
    write: (bytes: Uint8Array) => theirs.write(bytes),
    end: () => theirs.destroy(),
    client(): MessageEngine {
      engine = new MessageEngine((bytes) => theirs.write(bytes));
      engine.start();
      return engine;
    },
    /** Lets everything that is under way arrive. */
    async settle(): Promise<void> {
      for (let i = 0; i < 12; i++) await new Promise((resolve) => setImmediate(resolve));
      if (theirs.destroyed) ours.destroy();
    },
  };
}
