/** The key exchange methods by name: all that the server offers, and nothing else. */
import { createCurve25519Kex, createNistKex } from './ecdh.kex.ts';
import type { ServerKex } from './kex.types.ts';

const METHODS: Readonly<Record<string, () => ServerKex>> = {
  'curve25519-sha256': createCurve25519Kex,
  'curve25519-sha256@libssh.org': createCurve25519Kex,
  'ecdh-sha2-nistp256': () => createNistKex('ecdh-sha2-nistp256'),
  'ecdh-sha2-nistp384': () => createNistKex('ecdh-sha2-nistp384'),
  'ecdh-sha2-nistp521': () => createNistKex('ecdh-sha2-nistp521'),
};

/** Undefined for a name that was never offered. */
export function createKex(name: string): ServerKex | undefined {
  return METHODS[name]?.();
}
