/** Functions that write something in another form: bases, digests, base 64, addresses. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { known, texts, own } from './function-makers.ts';
import { BIGINT, type FunctionDefinition, bytes, text } from './function.types.ts';
import { bytesOf, decimalOf, numeric, textOf, toNumber } from './mysql-values.ts';

function digest(algorithm: string): FunctionDefinition {
  return {
    least: 1,
    most: 1,
    type: () => text(createHash(algorithm).digest().length * 2),
    run: known((value) => createHash(algorithm).update(bytesOf(value)).digest('hex')),
  };
}

const CONV = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

export const codingFunctions: Readonly<Record<string, FunctionDefinition>> = {
  hex: {
    least: 1,
    most: 1,
    type: (types) => ({ ...text((types[0]?.length ?? 10) * 8), scale: 0 }),
    run: known((value) =>
      typeof value === 'string' || value instanceof Uint8Array
        ? bytesOf(value).toString('hex').toUpperCase()
        : BigInt.asUintN(64, decimalOf(numeric(value)).rescale(0).digits)
            .toString(16)
            .toUpperCase(),
    ),
  },
  unhex: {
    least: 1,
    most: 1,
    type: (types) => bytes(own(types) / 2),
    run: known((value) => {
      const hex = textOf(value);
      return /^[0-9a-fA-F]*$/.test(hex)
        ? new Uint8Array(Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, 'hex'))
        : null;
    }),
  },
  bin: {
    least: 1,
    most: 1,
    type: () => text(64),
    run: known((value) => BigInt.asUintN(64, decimalOf(numeric(value)).rescale(0).digits).toString(2)),
  },
  oct: {
    least: 1,
    most: 1,
    type: () => text(64),
    run: known((value) => BigInt.asUintN(64, decimalOf(numeric(value)).rescale(0).digits).toString(8)),
  },
  conv: texts(3, 3, 64, (value, from, to) => {
    const [base, target] = [Math.abs(Number(from)), Math.abs(Number(to))];
    if (!(base >= 2 && base <= 36 && target >= 2 && target <= 36)) return null;
    let result = 0n;
    for (const c of value.trim().toUpperCase().slice(0, 64)) {
      const digit = CONV.indexOf(c);
      if (digit < 0 || digit >= base) break;
      result = result * BigInt(base) + BigInt(digit);
    }
    return BigInt.asUintN(64, result).toString(target).toUpperCase();
  }),
  md5: digest('md5'),
  sha1: digest('sha1'),
  sha: digest('sha1'),
  sha2: {
    least: 2,
    most: 2,
    type: () => text(128),
    run: known((value, bits) => {
      const size = toNumber(bits) || 256;
      return [224, 256, 384, 512].includes(size) ? createHash(`sha${size}`).update(bytesOf(value)).digest('hex') : null;
    }),
  },
  password: texts(1, 1, 41, (value) =>
    value === ''
      ? ''
      : `*${createHash('sha1').update(createHash('sha1').update(value).digest()).digest('hex').toUpperCase()}`,
  ),
  crc32: {
    least: 1,
    most: 1,
    type: () => ({ name: 'int', length: 10, unsigned: true }),
    run: known((value) => crc32(bytesOf(value))),
  },
  to_base64: {
    least: 1,
    most: 1,
    type: (types) => text(own(types) * 2),
    run: known((value) =>
      bytesOf(value)
        .toString('base64')
        .replace(/.{76}(?=.)/g, '$&\n'),
    ),
  },
  from_base64: {
    least: 1,
    most: 1,
    type: (types) => ({ ...bytes(own(types)), scale: 39 }),
    run: known((value) =>
      /^[A-Za-z0-9+/=\s]*$/.test(textOf(value)) ? new Uint8Array(Buffer.from(textOf(value), 'base64')) : null,
    ),
  },
  inet_aton: {
    least: 1,
    most: 1,
    type: () => BIGINT,
    run: known((value) =>
      /^\d{1,3}(\.\d{1,3}){3}$/.test(textOf(value))
        ? textOf(value)
            .split('.')
            .reduce((sum, part) => sum * 256 + Number(part), 0)
        : null,
    ),
  },
  inet_ntoa: {
    least: 1,
    most: 1,
    type: () => ({ ...text(31), scale: 0 }),
    run: known((value) => {
      const number = toNumber(value);
      return number > 0xffffffff
        ? null
        : [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
    }),
  },
};
