/** Who that is: asks the policy with a password, or with an answer to NTLM's challenge, and tells the platform either way. */
import { hashcatLine } from '../ntlm/hashcat.ts';
import { matchPassword, responseKind } from '../ntlm/ntlm-response.ts';
import type { NtlmAuthenticate, NtlmVersion } from '../ntlm/ntlm.types.ts';
import type { ServiceSession } from '../service/service.types.ts';

/** `DOMAIN\user` and `user@domain` are the user. */
export function splitName(name: string, domain = ''): { readonly user: string; readonly domain: string } {
  const slash = name.lastIndexOf('\\');
  if (slash >= 0) return { user: name.slice(slash + 1), domain: name.slice(0, slash) };
  const at = name.lastIndexOf('@');
  return at > 0 ? { user: name.slice(0, at), domain: name.slice(at + 1) } : { user: name, domain };
}

/** As the machine's accounts spell it: Windows does not tell cases apart. */
function accountName(session: ServiceSession, name: string): string {
  const wanted = name.toLowerCase();
  return session.persona.users.find((user) => user.login && user.name.toLowerCase() === wanted)?.name ?? name;
}

export function judgePassword(session: ServiceSession, name: string, password: string, domain = ''): boolean {
  const said = splitName(name, domain);
  const accepted = session.logins.check(session.actor, accountName(session, said.user), password);
  session.report.login({
    user: said.user,
    password,
    accepted,
    ...(said.domain === ''
      ? {}
      : { extra: { user: { name: said.user.slice(0, 1024), domain: said.domain.slice(0, 1024) } } }),
  });
  return accepted;
}

/** The session key where the answer is that of a password that is let in. */
export function judgeNtlm(
  session: ServiceSession,
  message: NtlmAuthenticate,
  challenge: Uint8Array,
  version: NtlmVersion | undefined,
): Buffer | undefined {
  let key: Buffer | undefined;
  const { user } = splitName(message.user);
  const verdict = session.logins.checkProof(session.actor, accountName(session, user), (password) => {
    const found = matchPassword(message, challenge, password);
    key = found ?? key;
    return found !== undefined;
  });
  const response = hashcatLine(message, challenge);
  session.report.ntlm({
    user: message.user,
    domain: message.domain,
    workstation: message.workstation,
    method: responseKind(message),
    accepted: verdict.accepted && key !== undefined,
    ...(message.targetName === undefined ? {} : { target: message.targetName }),
    ...(response === undefined ? {} : { response }),
    ...(verdict.password === undefined ? {} : { password: verdict.password }),
    ...(version === undefined ? {} : { version: `${version.major}.${version.minor}.${version.build}` }),
  });
  return verdict.accepted ? key : undefined;
}
