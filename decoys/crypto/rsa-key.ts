/**
 * An RSA key from a seed. Candidates come from AES-256-CTR keyed with the seed; small divisors are sieved out by hand, the rest is left to
 * `crypto.checkPrimeSync`. Slow by nature and not constant-time, which is fine for a key that guards nothing.
 */
import { checkPrimeSync, createCipheriv, createPrivateKey, type KeyObject } from 'node:crypto';

const EXPONENT = 65_537n;
const SMALL_PRIMES = primesBelow(8192);
/** Rounds of Miller–Rabin; random candidates need few (FIPS 186-5, table B.1). */
const CHECKS = 8;
const WINDOW = 8192;

export function generateRsaKey(seed: Uint8Array, bits: number): KeyObject {
  const stream = createCipheriv('aes-256-ctr', seed, Buffer.alloc(16));
  const random = (bytes: number) => stream.update(Buffer.alloc(bytes));
  const p = findPrime(random, bits / 2);
  let q = findPrime(random, bits / 2);
  while (q === p) q = findPrime(random, bits / 2);
  const [large, small] = p > q ? [p, q] : [q, p];
  const d = inverse(EXPONENT, (large - 1n) * (small - 1n));
  const text = (value: bigint) => toBytes(value).toString('base64url');
  return createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'RSA',
      n: text(large * small),
      e: text(EXPONENT),
      d: text(d),
      p: text(large),
      q: text(small),
      dp: text(d % (large - 1n)),
      dq: text(d % (small - 1n)),
      qi: text(inverse(small, large)),
    },
  });
}

/** The first prime at or after a random start with its two top bits and its lowest bit set. */
function findPrime(random: (bytes: number) => Buffer, bits: number): bigint {
  for (;;) {
    const bytes = random(bits / 8);
    bytes[0]! |= 0xc0;
    bytes[bytes.length - 1]! |= 1;
    const start = BigInt(`0x${bytes.toString('hex')}`);
    const composite = new Uint8Array(WINDOW);
    for (const prime of SMALL_PRIMES) {
      const remainder = Number(start % BigInt(prime));
      // Offsets are even, so step by the prime over half the distance.
      let offset = (prime - remainder) % prime;
      if (offset % 2 === 1) offset += prime;
      for (let i = offset / 2; i < WINDOW; i += prime) composite[i] = 1;
    }
    for (let i = 0; i < WINDOW; i++) {
      if (composite[i] === 1) continue;
      const candidate = start + BigInt(2 * i);
      if (candidate % EXPONENT !== 1n && checkPrimeSync(candidate, { checks: CHECKS })) return candidate;
    }
  }
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n];
  while (b > 0n) {
    const quotient = a / b;
    [a, b, x, y] = [b, a - quotient * b, y, x - quotient * y];
  }
  return ((x % modulus) + modulus) % modulus;
}

function toBytes(value: bigint): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

/** Odd primes only. */
function primesBelow(limit: number): readonly number[] {
  const composite = new Uint8Array(limit);
  const primes: number[] = [];
  for (let i = 3; i < limit; i += 2) {
    if (composite[i] === 1) continue;
    primes.push(i);
    for (let j = i * i; j < limit; j += i) composite[j] = 1;
  }
  return primes;
}
