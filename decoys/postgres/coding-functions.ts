/** Hashes and codings: what attackers carry things out by. */
import { createHash } from 'node:crypto';
import type { SqlType } from '../sql/values.ts';
import { known, type PgFunction } from './function-makers.ts';
import { fault } from './pg-faults.ts';
import { TEXT } from './pg-types.ts';

const digest = (algorithm: string, type: SqlType): PgFunction => ({
  least: 1,
  most: 1,
  type,
  run: known((value) => {
    const hash = createHash(algorithm)
      .update(value instanceof Uint8Array ? value : String(value))
      .digest();
    return type.name === 'text' ? hash.toString('hex') : new Uint8Array(hash);
  }),
});

export const codingFunctions: Readonly<Record<string, PgFunction>> = {
  md5: digest('md5', TEXT),
  sha224: digest('sha224', { name: 'bytea' }),
  sha256: digest('sha256', { name: 'bytea' }),
  sha384: digest('sha384', { name: 'bytea' }),
  sha512: digest('sha512', { name: 'bytea' }),
  encode: {
    least: 2,
    most: 2,
    type: TEXT,
    run: known((value, how) => {
      const bytes = value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value), 'utf8');
      if (how === 'hex' || how === 'base64')
        return bytes.toString(how).replace(/.{76}(?=.)/g, how === 'base64' ? '$&\n' : '$&');
      if (how === 'escape')
        return bytes
          .toString('latin1')
          .replace(/\\/g, '\\\\')
          .replace(/[\x80-\xff\0]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
      throw fault('22023', `unrecognized encoding: "${String(how)}"`);
    }),
  },
  decode: {
    least: 2,
    most: 2,
    type: { name: 'bytea' },
    run: known((value, how) => {
      if (how !== 'hex' && how !== 'base64' && how !== 'escape')
        throw fault('22023', `unrecognized encoding: "${String(how)}"`);
      return new Uint8Array(Buffer.from(String(value), how === 'escape' ? 'latin1' : how));
    }),
  },
  convert_from: {
    least: 2,
    most: 2,
    type: TEXT,
    run: known((value) => Buffer.from(value as Uint8Array).toString('utf8')),
  },
  convert_to: {
    least: 2,
    most: 2,
    type: { name: 'bytea' },
    run: known((value) => new Uint8Array(Buffer.from(String(value), 'utf8'))),
  },
  to_hex: {
    least: 1,
    most: 1,
    type: TEXT,
    run: known((value) =>
      BigInt.asUintN(64, BigInt(value as number))
        .toString(16)
        .slice(-16),
    ),
  },
};
