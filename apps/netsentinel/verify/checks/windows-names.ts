/** What NTLM's challenge says, compared with the machine: for SMB and RDP alike. */
import type { Persona } from '@netsentinel/decoys/persona/persona.types';
import { firstTell, type CheckOutcome, type Claim } from '../verify.types.ts';
import { knownTell, WINDOWS_NAMES } from './known-tells.ts';
import type { NtlmChallenge } from './ntlm-challenge.ts';

/** Challenges that tools and honeypots always give: Responder's, Metasploit's, Dionaea's. */
const FIXED_CHALLENGES = new Set(['1122334455667788', '0000000000000000', '4141414141414141', 'aaaaaaaaaaaaaaaa']);

export function judgeChallenges(
  first: NtlmChallenge,
  second: NtlmChallenge,
  { netbios, os, domain, hostname }: Persona,
): CheckOutcome {
  const name = first.names.get(1) ?? '';
  const known = [...first.names.values()]
    .map((value) => knownTell(WINDOWS_NAMES, value))
    .find((found) => found !== undefined);
  const dns = first.names.get(3) ?? '';
  return firstTell(
    known !== undefined && `it calls itself ${name}, as ${known.whose} does by default`,
    first.challenge.equals(second.challenge) && 'two connections got the same challenge',
    FIXED_CHALLENGES.has(first.challenge.toString('hex')) && `its challenge is ${first.challenge.toString('hex')}`,
    name.toLowerCase() !== netbios.name.toLowerCase() && `it calls itself ${name}; the machine is ${netbios.name}`,
    dns !== '' &&
      ![hostname, `${hostname}.${domain}`, netbios.name].some(
        (one) => one.toLowerCase() === dns.toLowerCase().replace(/\.$/, ''),
      ) &&
      `its DNS name is ${dns}; the machine is ${hostname}.${domain}`,
    os.family === 'windows' &&
      !first.version.endsWith(`.${os.build.split('.')[0]}`) &&
      `its version is ${first.version}; the machine has build ${os.build}`,
    os.family !== 'windows' && first.version !== '6.1.0' && `its version is ${first.version}; Samba says 6.1.0`,
  );
}

export function windowsClaims(challenge: NtlmChallenge | undefined): readonly Claim[] {
  const name = challenge?.names.get(1);
  const time = challenge?.time;
  return [
    ...(name === undefined ? [] : [{ about: 'host name', value: name } as const]),
    ...(time === undefined
      ? []
      : [{ about: 'clock skew, s', value: String(Math.round((time - Date.now()) / 1000)) } as const]),
  ];
}
