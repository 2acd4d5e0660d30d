import { createCipheriv, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { CIPHERS, MACS } from './algorithms.ts';
import { BAD_BLOCK, BAD_LENGTH, type DirectionKeys } from './crypto.types.ts';
import { createOpener, createPlainOpener, createPlainSealer, createSealer } from './packet-crypto.ts';

const MAX = 256 * 1024;
const keys: DirectionKeys = {
  key: Buffer.from(Array.from({ length: 64 }, (_, i) => i)),
  iv: Buffer.from(Array.from({ length: 16 }, (_, i) => 255 - i)),
  macKey: Buffer.from(Array.from({ length: 64 }, (_, i) => i * 3)),
};

const pairs: (readonly [string, string])[] = [];
for (const [cipher, spec] of CIPHERS) {
  if (spec.tagBytes > 0) pairs.push([cipher, '<implicit>']);
  else for (const mac of MACS.keys()) pairs.push([cipher, mac]);
}

test.each(pairs)('%s with %s: what is sealed opens, packet after packet', (cipher, mac) => {
  const sealer = createSealer(cipher, mac, keys);
  const opener = createOpener(cipher, mac, keys);
  let sequence = 0xfffffffa;
  for (const length of [1, 2, 11, 12, 13, 64, 300, 511, 512, 513, 2000, 2048, 35_000, 5, 5, 5, 5]) {
    const payload = Buffer.alloc(length, `payload ${length}`);
    const wire = sealer.seal(sequence, payload);
    expect(wire.length).toBe(sealer.sealedBytes(length));
    const buffer = Buffer.concat([Buffer.from('xyz'), wire, Buffer.from('next packet')]);
    expect(opener.frameBytes(sequence, buffer, 3, MAX)).toBe(wire.length);
    expect(opener.frameBytes(sequence, buffer, 3, MAX), 'asking twice is harmless').toBe(wire.length);
    const opened = opener.open(sequence, buffer, 3);
    expect(Buffer.from(opened as Uint8Array).equals(payload)).toBe(true);
    expect(buffer.subarray(3 + wire.length).toString()).toBe('next packet');
    sequence = (sequence + 1) >>> 0;
  }
});

test.each(pairs)('%s with %s: any flipped bit is refused', (cipher, mac) => {
  const payload = Buffer.from('an exec request');
  const size = createSealer(cipher, mac, keys).sealedBytes(payload.length);
  for (let byte = 0; byte < size; byte++) {
    const wire = createSealer(cipher, mac, keys).seal(3, payload);
    wire[byte]! ^= 1 << (byte % 8);
    const opener = createOpener(cipher, mac, keys);
    const frame = opener.frameBytes(3, wire, 0, MAX);
    // A flipped length is refused at once, or is that of another frame, whose tag would be looked for elsewhere.
    const outcome = frame === wire.length ? opener.open(3, wire, 0) : byte < 4;
    expect(outcome === 'corrupt' || outcome === true).toBe(true);
  }
});

test.each(pairs)('%s with %s: pads to the block with at least four bytes and seals in place', (cipher, mac) => {
  const block = CIPHERS.get(cipher)!.blockBytes;
  const clear = cipher.includes('ctr') && !MACS.get(mac)!.etm ? 0 : 4;
  const tag = CIPHERS.get(cipher)!.tagBytes || MACS.get(mac)!.tagBytes;
  const sealer = createSealer(cipher, mac, keys);
  for (let length = 1; length < 40; length++) {
    const packet = sealer.sealedBytes(length) - tag;
    expect((packet - clear) % block).toBe(0);
    expect(packet - 5 - length).toBeGreaterThanOrEqual(4);
    expect(packet - 5 - length).toBeLessThan(4 + block);
  }
  const out = new Uint8Array(200);
  out.set(Buffer.from('in place'), 15);
  const wireBytes = sealer.sealInto(9, out.subarray(15, 23), out, 10);
  const opener = createOpener(cipher, mac, keys);
  expect(opener.frameBytes(9, out, 10, MAX)).toBe(wireBytes);
  expect(Buffer.from(opener.open(9, out, 10) as Uint8Array).toString()).toBe('in place');
});

test('lengths out of bounds and out of step with the block are told apart', () => {
  const opener = createPlainOpener();
  const head = Buffer.alloc(8);
  for (const [length, expected] of [
    [4, BAD_LENGTH],
    [0xffffffff, BAD_LENGTH],
    [MAX + 4, BAD_LENGTH],
    [13, BAD_BLOCK],
    [12, 16],
    [MAX - 4, MAX],
  ] as const) {
    head.writeUInt32BE(length);
    expect(opener.frameBytes(0, head, 0, MAX)).toBe(expected);
    expect(opener.packetLength).toBe(length);
  }
});

test('padding that is too short or longer than the packet is refused', () => {
  const opener = createPlainOpener();
  for (const padding of [0, 3, 12, 255]) {
    const wire = Buffer.alloc(16);
    wire.writeUInt32BE(12);
    wire[4] = padding;
    expect(opener.frameBytes(0, wire, 0, MAX)).toBe(16);
    expect(opener.open(0, wire, 0)).toBe('bad-padding');
  }
});

test('before the first keys, packets are padded to eight with zeros', () => {
  expect(Buffer.from(createPlainSealer().seal(0, Buffer.from([21]))).toString('hex')).toBe(
    '0000000c0a1500000000000000000000',
  );
});

test('encrypt-and-MAC covers the plaintext and its number; encrypt-then-MAC the ciphertext', () => {
  const payload = Buffer.from('hello');
  const plain = createSealer('aes128-ctr', 'hmac-sha2-256', keys).seal(5, payload);
  const stream = createCipheriv('aes-128-ctr', keys.key.subarray(0, 16), keys.iv);
  const opened = stream.update(plain.subarray(0, -32));
  const mac = (covered: Uint8Array) =>
    createHmac('sha256', keys.macKey.subarray(0, 32))
      .update(Buffer.from([0, 0, 0, 5]))
      .update(covered)
      .digest('hex');
  expect(opened.subarray(5, 10).toString()).toBe('hello');
  expect(Buffer.from(plain.subarray(-32)).toString('hex')).toBe(mac(opened));
  const etm = createSealer('aes128-ctr', 'hmac-sha2-256-etm@openssh.com', keys).seal(5, payload);
  expect(Buffer.from(etm.subarray(-32)).toString('hex')).toBe(mac(etm.subarray(0, -32)));
});

test('names that were never offered are a bug of ours', () => {
  expect(() => createSealer('rot13', '', keys)).toThrow('rot13');
  expect(() => createOpener('aes128-ctr', 'md5', keys)).toThrow('md5');
});
