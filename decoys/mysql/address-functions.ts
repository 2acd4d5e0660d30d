/** Addresses of the internet as numbers, bytes and texts; AES as MySQL has it. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { INT, bytes, text, type FunctionDefinition } from './function.types.ts';
import { known } from './function-makers.ts';
import { bytesOf, textOf } from './mysql-values.ts';

const KEY_BYTES = 16;

/** A key of any length, folded onto the cipher's. */
function foldedKey(key: Buffer): Buffer {
  const folded = Buffer.alloc(KEY_BYTES);
  for (const [i, byte] of key.entries()) folded[i % KEY_BYTES]! ^= byte;
  return folded;
}

function parse6(address: string): Buffer | undefined {
  const [head = '', tail] = address.split('::');
  const words = (part: string): number[] =>
    part === ''
      ? []
      : part.split(':').flatMap((word) => {
          if (!word.includes('.')) return [Number.parseInt(word, 16)];
          const [a, b, c, d] = word.split('.').map(Number);
          return [a! * 256 + b!, c! * 256 + d!];
        });
  const [left, right] = [words(head), words(tail ?? '')];
  const all = [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => 0), ...right];
  if (all.length !== 8) return undefined;
  return Buffer.from(all.flatMap((word) => [word >> 8, word & 255]));
}

function shown6(address: Buffer): string {
  const words = Array.from({ length: 8 }, (_, i) => address.readUInt16BE(i * 2));
  const isMapped = words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff;
  if (isMapped) return `::ffff:${[...address.subarray(12)].join('.')}`;
  const runs = words.map((_, at) => {
    let end = at;
    while (end < 8 && words[end] === 0) end++;
    return { at, length: end - at };
  });
  const gap = runs.reduce((best, run) => (run.length > best.length ? run : best));
  const hex = (part: readonly number[]): string => part.map((word) => word.toString(16)).join(':');
  return gap.length < 2 ? hex(words) : `${hex(words.slice(0, gap.at))}::${hex(words.slice(gap.at + gap.length))}`;
}

const test = (run: (value: string) => boolean): FunctionDefinition => ({
  least: 1,
  most: 1,
  type: () => ({ ...INT, length: 1 }),
  run: ([value]) => (value !== null && run(textOf(value!)) ? 1 : 0),
});

export const addressFunctions: Readonly<Record<string, FunctionDefinition>> = {
  is_ipv4: test(isIPv4),
  is_ipv6: test(isIPv6),
  inet6_aton: {
    least: 1,
    most: 1,
    type: () => bytes(16),
    run: known((value) => {
      const said = textOf(value);
      if (isIPv4(said)) return new Uint8Array(said.split('.').map(Number));
      const parsed = isIPv6(said) ? parse6(said) : undefined;
      return parsed === undefined ? null : new Uint8Array(parsed);
    }),
  },
  inet6_ntoa: {
    least: 1,
    most: 1,
    type: () => ({ ...text(39), scale: 0 }),
    run: known((value) => {
      const address = bytesOf(value);
      return address.length === 4 ? [...address].join('.') : address.length === 16 ? shown6(address) : null;
    }),
  },
  aes_encrypt: {
    least: 2,
    most: 3,
    type: ([type]) => ({ ...bytes((type?.length ?? 16) + KEY_BYTES), scale: 39 }),
    run: known((plain, key) => {
      const cipher = createCipheriv('aes-128-ecb', foldedKey(bytesOf(key)), null);
      return new Uint8Array(Buffer.concat([cipher.update(bytesOf(plain)), cipher.final()]));
    }),
  },
  aes_decrypt: {
    least: 2,
    most: 3,
    type: ([type]) => ({ ...bytes(type?.length ?? 16), scale: 39 }),
    run: known((sealed, key) => {
      try {
        const cipher = createDecipheriv('aes-128-ecb', foldedKey(bytesOf(key)), null);
        return new Uint8Array(Buffer.concat([cipher.update(bytesOf(sealed)), cipher.final()]));
      } catch {
        return null;
      }
    }),
  },
};
