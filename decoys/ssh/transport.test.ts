import { createHash } from 'node:crypto';
import { deflateSync, constants } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MessageEngine } from '@netsentinel/testkit/ssh-client/message-engine';
import { createCompressor, createDecompressor } from './compression.ts';
import { deriveHostKeys } from './host-keys.ts';
import { InputBuffer } from '../service/input-buffer.ts';
import { agreeDh } from './kex/dh-group.ts';
import { createKex } from './kex/index.ts';
import { chooseGroup, fixedGroup, loadModuli } from './kex/moduli.ts';
import { MSG } from './messages.ts';
import { Transport } from './transport.ts';
import type { TransportHost } from './transport.types.ts';
import { WireReader, WireWriter } from './wire.ts';

const hostKeys = deriveHostKeys(createHash('sha256').update('transport').digest());

/** A transport and a client that talk to each other at once. */
function pair(rekeyBytes?: number) {
  let ended: string | undefined;
  const received: Buffer[] = [];
  const fromServer: Buffer[] = [];
  const host: TransportHost = {
    write: (bytes) => void fromServer.push(Buffer.from(bytes)),
    end: (reason) => (ended = reason),
    identified() {},
    proposed() {},
    unblocked() {},
    keyed() {},
    message: (payload) => {
      received.push(Buffer.from(payload));
      return true;
    },
  };
  const transport = new Transport(
    { version: 'SSH-2.0-x', hostKeys, ...(rekeyBytes === undefined ? {} : { rekeyBytes }) },
    host,
  );
  const toServer: Buffer[] = [];
  const client = new MessageEngine((bytes) => toServer.push(Buffer.from(bytes)));
  const settle = (): void => {
    while (toServer.length > 0 || fromServer.length > 0) {
      for (const chunk of toServer.splice(0)) transport.receive(chunk);
      for (const chunk of fromServer.splice(0)) client.receive(chunk);
    }
  };
  transport.start();
  client.start();
  settle();
  return { transport, client, received, settle, ended: () => ended };
}

describe('Transport', () => {
  it('asks for new keys by itself after so many bytes, and loses nothing meanwhile', () => {
    const { transport, client, settle, ended } = pair(4000);
    transport.authenticated();
    const seen: number[] = [];
    client.onMessage = (payload) => seen.push(new WireReader(payload, 1).u32());
    for (let i = 0; i < 200; i++) {
      transport.send(new WireWriter().u8(MSG.CHANNEL_DATA).u32(i).raw(Buffer.alloc(100)).view());
      transport.flush();
      if (i % 7 === 0) settle();
    }
    settle();
    expect(ended()).toBeUndefined();
    expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(client.keyings).toBeGreaterThan(4);
  });

  it('takes the same bytes in any pieces', () => {
    const whole = pair();
    const { received } = whole;
    whole.client.send(new WireWriter().u8(MSG.CHANNEL_DATA).string('x'.repeat(3000)).view());
    whole.client.flush();
    whole.settle();
    expect(received).toHaveLength(1);
    const sent: Buffer[] = [];
    const pieces = pair();
    const engine = pieces.client;
    engine.send(new WireWriter().u8(MSG.CHANNEL_DATA).string('y'.repeat(3000)).view());
    const original = pieces.transport.receive.bind(pieces.transport);
    pieces.transport.receive = (chunk) => sent.push(Buffer.from(chunk));
    engine.flush();
    pieces.settle();
    for (const byte of Buffer.concat(sent)) original(Buffer.of(byte));
    expect(pieces.received.map((payload) => payload.length)).toEqual([3005]);
  });

  it('ends at a packet that is too long or was tampered with, without a word', () => {
    for (const bytes of [Buffer.alloc(64, 0xff), Buffer.concat([Buffer.from('00000020', 'hex'), Buffer.alloc(64)])]) {
      const { transport, ended } = pair();
      transport.receive(Buffer.from(bytes));
      expect(ended()).toMatch(/^(Bad packet length|Corrupted MAC)/);
    }
  });

  it('holds input back as long as it is blocked', () => {
    const { transport, client, received, settle } = pair();
    transport.block();
    client.send(Buffer.of(MSG.CHANNEL_DATA));
    client.flush();
    settle();
    expect(received).toHaveLength(0);
    transport.unblock();
    expect(received).toHaveLength(1);
  });
});

describe('compression', () => {
  it('carries packets one by one through one stream', () => {
    const compressor = createCompressor();
    const decompressor = createDecompressor(1 << 18);
    for (const text of ['a', 'hello '.repeat(50), '', 'hello '.repeat(40_000)]) {
      const packed = Buffer.from(compressor.compress(Buffer.from(text)));
      expect(decompressor.decompress(packed)?.toString()).toBe(text);
    }
    compressor.close();
    decompressor.close();
  });

  it('refuses a bomb and damaged data', () => {
    const bomb = deflateSync(Buffer.alloc(10 << 20), { finishFlush: constants.Z_SYNC_FLUSH });
    const decompressor = createDecompressor(1 << 18);
    expect(decompressor.decompress(bomb)).toBeUndefined();
    expect(decompressor.decompress(Buffer.from('x'))).toBeUndefined();
    expect(createDecompressor(1 << 18).decompress(Buffer.from('not deflate at all'))).toBeUndefined();
  });
});

describe('InputBuffer', () => {
  it('gives back what was appended, however it was cut', () => {
    const input = new InputBuffer();
    let expected = Buffer.alloc(0);
    for (let i = 0; i < 300; i++) {
      const chunk = Buffer.alloc((i * 37) % 50, i);
      expected = Buffer.concat([expected, chunk]);
      input.append(Buffer.from(chunk));
      const used = Math.min((i * 13) % 40, input.length);
      expect(input.view().subarray(0, used)).toEqual(expected.subarray(0, used));
      input.consume(used);
      expected = expected.subarray(used);
      input.compact();
    }
    expect(input.view()).toEqual(expected);
  });
});

describe('Diffie–Hellman', () => {
  it('chooses among the moduli as sshd does', () => {
    const bits = (min: number, wanted: number, max: number) => chooseGroup(min, wanted, max).prime.length * 8;
    expect(bits(2048, 2048, 8192)).toBe(2048);
    expect(bits(2048, 3000, 8192)).toBe(3072);
    expect(bits(2048, 8192, 8192)).toBe(8192);
    expect(bits(2048, 7000, 6500)).toBe(6144);
    expect(bits(2100, 2100, 2200)).toBe(2048);
    const draws = new Set(Array.from({ length: 50 }, (_, i) => chooseGroup(2048, 2048, 8192, () => i / 50).prime));
    expect(draws.size).toBe(50);
    expect(loadModuli().every((group) => group.prime[0]! >= 0x80 && (group.prime.at(-1)! & 1) === 1)).toBe(true);
  });

  it('agrees on what the mathematics says', () => {
    const group = fixedGroup('modp14');
    const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
    const prime = number(group.prime);
    let peer = 1n;
    for (let i = 0; i < 12_345; i++) peer = (peer * 2n) % prime;
    const { publicValue, secret } = agreeDh(group, Buffer.from(peer.toString(16).padStart(512, '0'), 'hex'))!;
    let expected = 1n;
    for (let i = 0; i < 12_345; i++) expected = (expected * number(publicValue)) % prime;
    expect(number(secret)).toBe(expected);
  });

  it('agrees whatever zeros an exponent and a public value begin with', () => {
    const group = fixedGroup('modp14');
    const peer = Buffer.concat([Buffer.alloc(40), Buffer.alloc(60, 0x5a)]);
    for (const zeros of [1, 2, 40]) {
      const exponent = Buffer.concat([Buffer.alloc(zeros), Buffer.alloc(64 - zeros, 0x33)]);
      expect(agreeDh(group, peer, exponent)?.secret).toEqual(
        agreeDh(group, peer.subarray(40), exponent.subarray(zeros))?.secret,
      );
      expect(agreeDh(group, peer, exponent)?.publicValue.length).toBeGreaterThan(200);
    }
  });

  it('refuses 0, 1, the prime less one, and what is longer than the prime', () => {
    const group = fixedGroup('modp14');
    const last = Buffer.from(group.prime);
    last[last.length - 1]! -= 1;
    for (const peer of [[], [0], [1], [7], last, group.prime, Buffer.alloc(300, 0x77)])
      expect(agreeDh(group, Buffer.from(peer))).toBeUndefined();
  });

  it('refuses a group exchange out of bounds and messages out of turn', () => {
    const request = (min: number, wanted: number, max: number) =>
      createKex('diffie-hellman-group-exchange-sha256')!.receive(
        new WireWriter().u8(MSG.KEX_DH_GEX_REQUEST).u32(min).u32(wanted).u32(max).view(),
      );
    expect(request(1024, 1024, 1024).kind).toBe('invalid');
    expect(request(4096, 2048, 8192).kind).toBe('invalid');
    expect(request(2048, 2048, 8192).kind).toBe('send');
    const init = new WireWriter().u8(MSG.KEX_DH_GEX_INIT).mpint(Buffer.of(5)).view();
    expect(createKex('diffie-hellman-group-exchange-sha256')!.receive(init).kind).toBe('unexpected');
  });

  it.each(['sntrup761x25519-sha512', 'curve25519-sha256', 'ecdh-sha2-nistp256', 'diffie-hellman-group14-sha256'])(
    'refuses nonsense in %s',
    (name) => {
      const receive = (payload: Uint8Array) => createKex(name)!.receive(payload).kind;
      expect(receive(Buffer.of(MSG.KEXDH_REPLY))).toBe('unexpected');
      expect(receive(Buffer.of(MSG.KEXDH_INIT))).toBe('invalid');
      expect(receive(new WireWriter().u8(MSG.KEXDH_INIT).string(Buffer.alloc(32)).view())).toBe('invalid');
      expect(receive(new WireWriter().u8(MSG.KEXDH_INIT).string(Buffer.alloc(1190)).view())).toBe('invalid');
    },
  );

  it('knows no method that was not offered', () => {
    expect(createKex('diffie-hellman-group1-sha1')).toBeUndefined();
  });
});
