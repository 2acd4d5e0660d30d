/**
 * MD4 (RFC 1320), the hash under every NT password: OpenSSL 3 has it only in a provider that Node does not load. Broken as a hash, which is fine for
 * checking what a protocol of 1993 sends.
 */

const ROUND_1 = [3, 7, 11, 19];
const ROUND_2 = [3, 5, 9, 13];
const ROUND_3 = [3, 9, 11, 15];
/** The order in which round three takes the words of a block. */
const ORDER_3 = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15];

export function md4(message: Uint8Array): Buffer {
  const padded = pad(message);
  const words = new Uint32Array(16);
  let [a, b, c, d] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 16; i++) words[i] = padded.readUInt32LE(block + 4 * i);
    const [startA, startB, startC, startD] = [a, b, c, d];
    for (let i = 0; i < 48; i++) {
      let mixed: number;
      let shift: number;
      if (i < 16) {
        mixed = ((b & c) | (~b & d)) + words[i]!;
        shift = ROUND_1[i & 3]!;
      } else if (i < 32) {
        mixed = ((b & c) | (b & d) | (c & d)) + words[((i & 3) << 2) | ((i >> 2) & 3)]! + 0x5a82_7999;
        shift = ROUND_2[i & 3]!;
      } else {
        mixed = (b ^ c ^ d) + words[ORDER_3[i - 32]!]! + 0x6ed9_eba1;
        shift = ROUND_3[i & 3]!;
      }
      const sum = (a + mixed) | 0;
      const turned = (sum << shift) | (sum >>> (32 - shift));
      [a, b, c, d] = [d, turned, b, c];
    }
    a = (a + startA) | 0;
    b = (b + startB) | 0;
    c = (c + startC) | 0;
    d = (d + startD) | 0;
  }
  const digest = Buffer.alloc(16);
  for (const [i, word] of [a, b, c, d].entries()) digest.writeInt32LE(word | 0, 4 * i);
  return digest;
}

function pad(message: Uint8Array): Buffer {
  const padded = Buffer.alloc(Math.ceil((message.length + 9) / 64) * 64);
  padded.set(message);
  padded[message.length] = 0x80;
  padded.writeUInt32LE((message.length << 3) >>> 0, padded.length - 8);
  padded.writeUInt32LE(Math.floor(message.length / 0x2000_0000), padded.length - 4);
  return padded;
}
