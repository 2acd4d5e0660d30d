/** What a persona's Remote Desktop says of itself: the names and the build in NTLM's challenge, the certificate, the key of RDP's own security. */
import { createPublicKey } from 'node:crypto';
import { generateRsaKey } from '../crypto/rsa-key.ts';
import type { NtlmTarget } from '../ntlm/ntlm.types.ts';
import type { Persona } from '../persona/persona.types.ts';
import { type TlsIdentity, tlsIdentity } from '../tls/tls-identity.ts';
import { standardKey, type StandardKey } from './security/standard-security.ts';

/** Windows makes a certificate for half a year and renews it. */
const CERTIFICATE_DAYS = 182;
const DAY_MS = 86_400_000;
const DEFAULT_BUILD = 17_763;

export interface RdpIdentity {
  readonly persona: Persona;
  readonly target: NtlmTarget;
  /** As the login screen names the machine. */
  readonly machine: string;
  readonly tls: TlsIdentity;
  /** RSAPublicKey, DER: what CredSSP binds to. */
  readonly publicKey: Buffer;
  readonly standard: StandardKey;
}

export function rdpIdentity(persona: Persona, now: number): RdpIdentity {
  const { netbios, domain } = persona;
  const isWindows = persona.os.family === 'windows';
  const inDomain = isWindows && netbios.isMember;
  const host = netbios.name;
  const commonName = inDomain ? `${host}.${domain}` : host;
  // The current one of a row of certificates that began soon after the installation.
  const period = (CERTIFICATE_DAYS - 2) * DAY_MS;
  const begun = persona.installedAt + 3_600_000;
  const issuedAt = begun + Math.max(0, Math.floor((now - begun) / period)) * period;
  const tls = tlsIdentity(persona, {
    commonName,
    style: 'windows',
    days: CERTIFICATE_DAYS,
    issuedAt,
    purpose: `rdp ${issuedAt}`,
  });
  const build = Number.parseInt(persona.os.build, 10);
  return {
    persona,
    machine: commonName,
    target: {
      netbiosDomain: inDomain ? netbios.domain : host,
      netbiosComputer: host,
      dnsDomain: inDomain ? domain : host,
      dnsComputer: inDomain ? `${host}.${domain}` : host,
      ...(inDomain ? { dnsTree: domain } : {}),
      inDomain,
      version: { major: 10, minor: 0, build: isWindows && build > 0 ? build : DEFAULT_BUILD },
    },
    tls,
    publicKey: createPublicKey(tls.cert).export({ format: 'der', type: 'pkcs1' }),
    standard: standardKey(generateRsaKey(persona.derive('rdp standard security', 32), 2048)),
  };
}
