/** A captured response as password crackers read it: hashcat's modes 5500 (NetNTLMv1) and 5600 (NetNTLMv2), which John takes too. */
import { responseKind } from './ntlm-response.ts';
import type { NtlmAuthenticate } from './ntlm.types.ts';

/** Undefined where there is nothing to crack: anonymous logins, and an LM response alone. */
export function hashcatLine(message: NtlmAuthenticate, serverChallenge: Uint8Array): string | undefined {
  const { ntResponse, lmResponse } = message;
  const challenge = Buffer.from(serverChallenge).toString('hex');
  // A colon inside a name would move the fields.
  const [user, domain] = [message.user, message.domain].map((name) => name.replaceAll(/[:\p{Cc}]/gu, '_'));
  const kind = responseKind(message);
  if (kind === 'ntlmv2')
    return `${user}::${domain}:${challenge}:${hex(ntResponse.subarray(0, 16))}:${hex(ntResponse.subarray(16))}`;
  if (kind === 'ntlm' || kind === 'ntlm-ess')
    return `${user}::${domain}:${hex(lmResponse)}:${hex(ntResponse)}:${challenge}`;
  return undefined;
}

function hex(bytes: Buffer): string {
  return bytes.toString('hex');
}
