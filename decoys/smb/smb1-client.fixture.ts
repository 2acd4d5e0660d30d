/** An SMB1 client for tests: each call is one request, what is answered is the whole message. */
import { ntlmClient } from '../ntlm/ntlm-client.fixture.ts';
import type { PlayedService } from '../service/session.fixture.ts';
import { smb1Message } from './smb-client.fixture.ts';
import { transportOf } from './smb-play.fixture.ts';
import { LittleWriter } from './wire.ts';

export function rawSmb1(service: PlayedService) {
  const transport = transportOf(service.connect());
  let mid = 0;
  const ask = async (
    command: number,
    words: Uint8Array,
    bytes: Uint8Array,
    fields: { uid?: number; tid?: number; mid?: number } = {},
  ): Promise<Buffer> => {
    transport.send(smb1Message(command, words, bytes, { mid: ++mid, ...fields }));
    return (await transport.receive()) ?? Buffer.alloc(64);
  };
  const setup = (token: Buffer, uid: number): Promise<Buffer> => {
    const words = new LittleWriter(24)
      .u16(0xff)
      .u16(0)
      .u16(16_644)
      .u16(2)
      .u16(1)
      .u32(0)
      .u16(token.length)
      .u32(0)
      .u32(0x8000_00d4);
    const pad = token.length % 2 === 0 ? Buffer.alloc(1) : Buffer.alloc(0);
    return ask(0x73, words.done(), Buffer.concat([token, pad, Buffer.from('Test OS\0Test client\0', 'utf16le')]), {
      uid,
    });
  };
  const transaction = (
    command: number,
    setup2: readonly number[],
    name: string,
    parameters: Buffer,
    data: Buffer,
    timeout = 0,
  ) => {
    const nameBytes =
      command === 0x25 ? Buffer.concat([Buffer.alloc(1), Buffer.from(`${name}\0`, 'utf16le')]) : Buffer.alloc(3);
    const words = new LittleWriter(64)
      .u16(parameters.length)
      .u16(data.length)
      .u16(64)
      .u16(16_000)
      .u8(0)
      .u8(0)
      .u16(0)
      .u32(timeout)
      .u16(0);
    const start = 32 + 1 + 28 + setup2.length * 2 + 2 + nameBytes.length;
    words
      .u16(parameters.length)
      .u16(start)
      .u16(data.length)
      .u16(start + parameters.length)
      .u8(setup2.length)
      .u8(0);
    for (const word of setup2) words.u16(word);
    return { words: words.done(), bytes: Buffer.concat([nameBytes, parameters, data]) };
  };
  return {
    transport,
    ask,
    transaction,
    negotiate: () => ask(0x72, Buffer.alloc(0), Buffer.from('\x02LANMAN1.0\0\x02NT LM 0.12\0', 'latin1')),
    /** The user's number, or 0. */
    async login(user: string, password: string): Promise<number> {
      const client = ntlmClient({ user, password });
      const first = await setup(client.first(), 0);
      const uid = first.readUInt16LE(28);
      const blob = first.subarray(32 + 1 + 8 + 2, 32 + 1 + 8 + 2 + first.readUInt16LE(32 + 1 + 6));
      const last = await setup(client.next(blob), uid);
      return last.readUInt32LE(5) === 0 ? uid : 0;
    },
    async tree(uid: number, share: string): Promise<number> {
      const words = new LittleWriter(8).u16(0xff).u16(0).u16(0).u16(1).done();
      const path = Buffer.from(`\\\\server\\${share}\0`, 'utf16le');
      const answer = await ask(0x75, words, Buffer.concat([Buffer.alloc(1), path, Buffer.from('?????\0', 'latin1')]), {
        uid,
      });
      return answer.readUInt16LE(24);
    },
    findFirst(uid: number, tid: number, pattern: string): Promise<Buffer> {
      const parameters = new LittleWriter(64)
        .u16(0x16)
        .u16(100)
        .u16(2)
        .u16(0x104)
        .u32(0)
        .raw(Buffer.from(`${pattern}\0`, 'utf16le'));
      const { words, bytes } = transaction(0x32, [1], '', parameters.done(), Buffer.alloc(0));
      return ask(0x32, words, bytes, { uid, tid });
    },
    peek(uid: number, tid: number): Promise<Buffer> {
      const { words, bytes } = transaction(0x25, [0x23, 0], '\\PIPE\\', Buffer.alloc(0), Buffer.alloc(0));
      return ask(0x25, words, bytes, { uid, tid });
    },
    doublePulsar(uid: number, tid: number, timeout: number, data: Buffer): Promise<Buffer> {
      const { words, bytes } = transaction(0x32, [0x0e], '', Buffer.alloc(12), data, timeout);
      return ask(0x32, words, bytes, { uid, tid, mid: 65 });
    },
  };
}
