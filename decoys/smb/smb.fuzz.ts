/**
 * Feeds bytes to the SMB decoy as an attacker would: straight after connecting, as SMB2 and SMB1 commands of somebody who is logged in, and as remote procedure
 * calls. Whatever they are, nothing may throw, nothing may grow without bound, and the next client is served.
 */
import type { PlayedService } from '../service/session.fixture.ts';
import { fileId, framed, type RawSmb2, type Transport } from './smb-client.fixture.ts';
import { loggedIn, playSmb } from './smb-play.fixture.ts';
import { rawSmb1 } from './smb1-client.fixture.ts';

const MAX_REPLY_BYTES = 16 * 1024 * 1024;
const MAX_EVENTS = 5000;
const MAX_MESSAGES = 24;

let shared: { readonly service: PlayedService; readonly windows: PlayedService } | undefined;

/** The first byte says where the rest goes. Rejects when a bound was broken. */
export async function fuzz(data: Uint8Array): Promise<void> {
  shared ??= {
    service: playSmb('debian-12-server'),
    windows: playSmb('windows-2019-fileserver', { smb1: true, eternalBlue: true }),
  };
  const place = (data[0] ?? 0) % 5;
  const service = (data[0] ?? 0) % 2 === 0 ? shared.service : shared.windows;
  const rest = Buffer.from(data.subarray(1));
  service.events.length = 0;
  service.blobs.clear();
  if (place === 0) await raw(service, rest);
  else if (place === 1)
    await afterLogin(service, rest, (smb, message) =>
      smb.transport.send(Buffer.concat([smb.header(message[0]! % 20), message.subarray(1)])),
    );
  else if (place === 2) await smb1(service, rest);
  else if (place === 3) await afterLogin(service, rest, (smb, message) => smb.transport.send(message));
  else await calls(service, rest);
  if (service.events.length > MAX_EVENTS) throw new Error(`${service.events.length} events from ${data.length} bytes`);
  if (service.decoy.connections !== 0) throw new Error('a connection was left behind');
  if (service.failures.length > 0) throw new Error(`the decoy failed: ${service.failures.splice(0).join('; ')}`);
}

async function raw(service: PlayedService, bytes: Buffer): Promise<void> {
  const client = service.connect();
  for (const message of split(bytes)) await client.send(framed(message));
  if (client.received.length > MAX_REPLY_BYTES)
    throw new Error(`${client.received.length} bytes in answer to ${bytes.length}`);
  await client.destroy();
}

async function afterLogin(
  service: PlayedService,
  bytes: Buffer,
  send: (smb: RawSmb2, message: Buffer) => void,
): Promise<void> {
  const smb = await loggedIn(service, {
    user: 'Administrator',
    share: service === shared?.windows ? 'C$' : 'public',
  }).catch(() => undefined);
  if (smb === undefined) throw new Error('the login failed');
  for (const message of split(bytes)) send(smb, message);
  await smb.transport.receive();
  await finish(smb.transport);
}

async function smb1(service: PlayedService, bytes: Buffer): Promise<void> {
  const smb = rawSmb1(service);
  await smb.negotiate();
  const uid = await smb.login('Administrator', 'Summer2026!');
  const tid = await smb.tree(uid, service === shared?.windows ? 'C$' : 'public');
  for (const message of split(bytes)) {
    const words = message.subarray(1, 1 + 2 * Math.trunc(((message[0] ?? 0) % 64) / 2));
    await smb.ask(message[0] ?? 0, words.subarray(0, words.length & ~1), message.subarray(1 + words.length, 60_000), {
      uid,
      tid,
    });
  }
  await finish(smb.transport);
}

async function calls(service: PlayedService, bytes: Buffer): Promise<void> {
  const smb = await loggedIn(service, { user: 'Administrator', share: 'IPC$' });
  const pipes = ['srvsvc', 'samr', 'lsarpc', 'svcctl', 'wkssvc', 'spoolss', 'winreg'];
  const id = fileId(await smb.create(pipes[(bytes[0] ?? 0) % pipes.length]!));
  for (const message of split(bytes.subarray(1))) await smb.ioctl(id, 0x0011_c017, message);
  await finish(smb.transport);
}

async function finish(transport: Transport): Promise<void> {
  transport.close();
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  await transport.receive();
}

/** Messages out of bytes: a length in two bytes, then so many. */
function split(bytes: Buffer): readonly Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at + 2 < bytes.length && messages.length < MAX_MESSAGES;) {
    const length = Math.max(1, bytes.readUInt16BE(at) % 8000);
    messages.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return messages;
}

const prefixed = (message: Uint8Array): Buffer =>
  Buffer.concat([Buffer.of(message.length >> 8, message.length & 255), message]);
const RPC_BIND = Buffer.from(
  '05000b03100000004800000001000000b810b8100000000001000000000001' +
    '00c84f324b7016d30112785a47bf6ee18803000000045d888aeb1cc9119fe808002b10486002000000',
  'hex',
);
const RPC_CALL = Buffer.from(
  '0500000310000000280000000100000010000000000010000000000001000000010000000000000000000000',
  'hex',
);

/** Whole exchanges to mutate: a negotiation, files, transactions, procedure calls. */
export const seeds: readonly Uint8Array[] = [
  Buffer.concat([
    Buffer.of(0),
    prefixed(
      Buffer.from(
        'ff534d4272000000001807c80000000000000000000000000000fffe00000100002200024e54204c4d20302e31320002534d4220322e3030320002534d4220322e3f3f3f00',
        'hex',
      ),
    ),
  ]),
  Buffer.concat([
    Buffer.of(1),
    prefixed(
      Buffer.from(
        '0539000000020000000000000000000000000000000000000089001200000000000700000001000000000000007800000000000000000000000000',
        'hex',
      ),
    ),
  ]),
  Buffer.concat([
    Buffer.of(2),
    prefixed(Buffer.from('320f00000002000a0040000000000000000f0042000000000001000100', 'hex')),
  ]),
  Buffer.concat([Buffer.of(4, 0), prefixed(RPC_BIND), prefixed(RPC_CALL)]),
];
