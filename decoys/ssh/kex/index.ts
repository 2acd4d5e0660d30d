/** The key exchange methods by name: all that the server offers, and nothing else. */
import { createFixedDhKex, createGroupExchangeKex } from './dh.kex.ts';
import { createCurve25519Kex, createNistKex } from './ecdh.kex.ts';
import type { ServerKex } from './kex.types.ts';
import { createSntrupKex } from './sntrup.kex.ts';

const METHODS: Readonly<Record<string, () => ServerKex>> = {
  'sntrup761x25519-sha512': createSntrupKex,
  'sntrup761x25519-sha512@openssh.com': createSntrupKex,
  'curve25519-sha256': createCurve25519Kex,
  'curve25519-sha256@libssh.org': createCurve25519Kex,
  'ecdh-sha2-nistp256': () => createNistKex('ecdh-sha2-nistp256'),
  'ecdh-sha2-nistp384': () => createNistKex('ecdh-sha2-nistp384'),
  'ecdh-sha2-nistp521': () => createNistKex('ecdh-sha2-nistp521'),
  'diffie-hellman-group-exchange-sha256': createGroupExchangeKex,
  'diffie-hellman-group16-sha512': () => createFixedDhKex('modp16', 'sha512'),
  'diffie-hellman-group18-sha512': () => createFixedDhKex('modp18', 'sha512'),
  'diffie-hellman-group14-sha256': () => createFixedDhKex('modp14', 'sha256'),
};

/** Undefined for a name that was never offered. */
export function createKex(name: string): ServerKex | undefined {
  return METHODS[name]?.();
}
