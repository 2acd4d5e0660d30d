/**
 * What the sshd of each version that we play offers, and says after the keys are agreed on. All of them offer algorithms that we have; they differ in
 * which, and in their order, and that is what fingerprints (HASSH) tell them by. Sources: `sshd -T` of Debian 12 and Ubuntu 22.04, and the DEFAULT
 * policy of RHEL 9 (`/etc/crypto-policies/back-ends/opensshserver.config`).
 */
import { DEBIAN_12_KEX } from './crypto/algorithms.ts';
import { SERVER_PROPOSAL, STRICT_KEX_SERVER, type Proposal } from './negotiation.ts';

export interface ServerOffer {
  readonly proposal: Proposal;
  /** It tells clients that it can bind a signature to the host key (OpenSSH 8.9 and later). */
  readonly bindsHostKey: boolean;
}

const SNTRUP = 'sntrup761x25519-sha512@openssh.com';
/** Before 9.0 the post-quantum method stood behind the elliptic curves. */
const OPENSSH_8_9: readonly string[] = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  SNTRUP,
  'diffie-hellman-group-exchange-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
  'diffie-hellman-group14-sha256',
];
const RHEL_9 = {
  kex: [
    ...OPENSSH_8_9.slice(0, 5),
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group14-sha256',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
  ],
  ciphers: [
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes256-ctr',
    'aes128-gcm@openssh.com',
    'aes128-ctr',
  ],
  macs: [
    'hmac-sha2-256-etm@openssh.com',
    'hmac-sha1-etm@openssh.com',
    'umac-128-etm@openssh.com',
    'hmac-sha2-512-etm@openssh.com',
    'hmac-sha2-256',
    'hmac-sha1',
    'umac-128@openssh.com',
    'hmac-sha2-512',
  ],
};

const DEBIAN_12: ServerOffer = { proposal: SERVER_PROPOSAL, bindsHostKey: true };
const UBUNTU_22_04: ServerOffer = { proposal: withKex(OPENSSH_8_9), bindsHostKey: true };
const DEBIAN_12_EARLIER: ServerOffer = {
  proposal: withKex(DEBIAN_12_KEX.filter((name) => name !== 'sntrup761x25519-sha512')),
  bindsHostKey: true,
};
const RED_HAT_9: ServerOffer = {
  proposal: {
    ...withKex(RHEL_9.kex),
    cipherIn: RHEL_9.ciphers,
    cipherOut: RHEL_9.ciphers,
    macIn: RHEL_9.macs,
    macOut: RHEL_9.macs,
  },
  bindsHostKey: false,
};

/** `software`: as the server names itself, `OpenSSH_8.9p1 Ubuntu-3ubuntu0.10`. A version that we do not know gets Debian 12's. */
export function offerOf(software: string): ServerOffer {
  if (/^OpenSSH_8\.9p1\b/.test(software)) return UBUNTU_22_04;
  if (/^OpenSSH_8\.7$/.test(software)) return RED_HAT_9;
  return /^OpenSSH_9\.2p1 Debian-2\+deb12u[1-7]$/.test(software) ? DEBIAN_12_EARLIER : DEBIAN_12;
}

function withKex(kex: readonly string[]): Proposal {
  return { ...SERVER_PROPOSAL, kex: [...kex, STRICT_KEX_SERVER] };
}
