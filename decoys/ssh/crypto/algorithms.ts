/**
 * The ciphers and MACs that Debian 12's OpenSSH 9.2p1 offers by default, in its order (`sshd -T`), with the lengths of their keys.
 * The order is part of the server's fingerprint (HASSH): a change here changes what nmap and ssh-audit see.
 */
import type { CipherName, CipherSpec, MacName, MacSpec } from './crypto.types.ts';

function cipher(
  name: CipherName,
  keyBytes: number,
  ivBytes: number,
  blockBytes: number,
  tagBytes: number,
): readonly [CipherName, CipherSpec] {
  return [name, { name, keyBytes, ivBytes, blockBytes, tagBytes }];
}

function mac(name: MacName, keyBytes: number, tagBytes: number): readonly [MacName, MacSpec] {
  return [name, { name, keyBytes, tagBytes, etm: name.includes('-etm@') }];
}

/** By name; iteration follows the order in which Debian 12 offers them. */
export const CIPHERS: ReadonlyMap<string, CipherSpec> = new Map([
  cipher('chacha20-poly1305@openssh.com', 64, 0, 8, 16),
  cipher('aes128-ctr', 16, 16, 16, 0),
  cipher('aes192-ctr', 24, 16, 16, 0),
  cipher('aes256-ctr', 32, 16, 16, 0),
  cipher('aes128-gcm@openssh.com', 16, 12, 16, 16),
  cipher('aes256-gcm@openssh.com', 32, 12, 16, 16),
]);

/** By name; iteration follows the order in which Debian 12 offers them. */
export const MACS: ReadonlyMap<string, MacSpec> = new Map([
  mac('umac-64-etm@openssh.com', 16, 8),
  mac('umac-128-etm@openssh.com', 16, 16),
  mac('hmac-sha2-256-etm@openssh.com', 32, 32),
  mac('hmac-sha2-512-etm@openssh.com', 64, 64),
  mac('hmac-sha1-etm@openssh.com', 20, 20),
  mac('umac-64@openssh.com', 16, 8),
  mac('umac-128@openssh.com', 16, 16),
  mac('hmac-sha2-256', 32, 32),
  mac('hmac-sha2-512', 64, 64),
  mac('hmac-sha1', 20, 20),
]);

/** `kexalgorithms` of Debian 12's sshd 9.2p1 (deb12u10 also offers sntrup761 under its IETF name, first), for the transport to offer. */
export const DEBIAN_12_KEX: readonly string[] = [
  'sntrup761x25519-sha512',
  'sntrup761x25519-sha512@openssh.com',
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group-exchange-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
  'diffie-hellman-group14-sha256',
];
