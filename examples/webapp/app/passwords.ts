/** Passwords are kept as scrypt with a salt of their own: `scrypt$salt$hash`, both in base64url. */
import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);
/** 64 MiB and some 100 ms a try. */
const COST: ScryptOptions = { N: 65_536, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };
const LENGTH = 32;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password.normalize(), salt, LENGTH, COST);
  return `scrypt$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

/** Takes as long for an account that does not exist, so that nobody learns which do. */
export async function isPassword(password: string, kept: string | undefined): Promise<boolean> {
  const [, salt = '', hash = ''] = (kept ?? 'scrypt$AAAAAAAAAAAAAAAAAAAAAA$').split('$');
  const tried = await derive(password.normalize(), Buffer.from(salt, 'base64url'), LENGTH, COST);
  const right = Buffer.from(hash, 'base64url');
  return right.length === tried.length && timingSafeEqual(right, tried);
}
