/** CRC-64 as redis dumps and RDB files end with (Jones' polynomial, reflected, no inversion). */
const POLYNOMIAL = 0x95ac9329ac4bc9b5n;
const LOW = new Uint32Array(256);
const HIGH = new Uint32Array(256);
for (let i = 0; i < 256; i++) {
  let crc = BigInt(i);
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1n) === 1n ? (crc >> 1n) ^ POLYNOMIAL : crc >> 1n;
  LOW[i] = Number(crc & 0xffffffffn);
  HIGH[i] = Number(crc >> 32n);
}

/** Eight bytes, the lowest first. */
export function crc64(bytes: Uint8Array): Buffer {
  let [low, high] = [0, 0];
  for (const byte of bytes) {
    const index = (low ^ byte) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ LOW[index]!;
    high = (high >>> 8) ^ HIGH[index]!;
  }
  const out = Buffer.alloc(8);
  out.writeUInt32LE(low >>> 0, 0);
  out.writeUInt32LE(high >>> 0, 4);
  return out;
}
