/** One login to the server, whichever dialect carries it: leads NTLM to its end and asks the policy who that is. */
import { randomBytes } from 'node:crypto';
import type { ServiceSession } from '../service/service.types.ts';
import { hashcatLine } from '../ntlm/hashcat.ts';
import { NtlmAcceptor, type NtlmStep } from '../ntlm/ntlm-acceptor.ts';
import { anonymousKey, checkMic, matchPassword, responseKind } from '../ntlm/ntlm-response.ts';
import type { NtlmAuthenticate, NtlmVersion } from '../ntlm/ntlm.types.ts';
import { STATUS } from './nt-status.ts';
import type { Account, SmbIdentity } from './smb.types.ts';

export type LoginResult =
  | { readonly kind: 'continue'; readonly token: Buffer }
  | {
      readonly kind: 'done';
      readonly token: Buffer;
      readonly account: Account;
      /** Undefined where nobody shares one: guests whose password we do not know. */
      readonly sessionKey: Buffer | undefined;
    }
  | { readonly kind: 'failed'; readonly status: number };

const NOBODY = { uid: 65_534, gid: 65_534, groups: [65_534] };

export class SmbLogin {
  readonly #identity: SmbIdentity;
  readonly #session: ServiceSession;
  readonly #acceptor: NtlmAcceptor;
  #version: NtlmVersion | undefined;

  constructor(identity: SmbIdentity, session: ServiceSession) {
    this.#identity = identity;
    this.#session = session;
    this.#acceptor = new NtlmAcceptor(identity.target, randomBytes(8), () => session.clock.now());
  }

  step(token: Uint8Array): LoginResult {
    const step: NtlmStep = this.#acceptor.step(token);
    if (step.kind === 'malformed') return { kind: 'failed', status: STATUS.INVALID_PARAMETER };
    if (step.kind === 'continue') {
      this.#version = step.negotiate?.version ?? this.#version;
      return step;
    }
    const { message, raw } = step;
    const { serverChallenge, negotiate, challenge } = this.#acceptor;
    const verdict = judge(this.#identity, this.#session, message, serverChallenge, this.#version);
    if (verdict.account === undefined) return { kind: 'failed', status: STATUS.LOGON_FAILURE };
    const { account, sessionKey } = verdict;
    if (
      sessionKey !== undefined &&
      !account.anonymous &&
      !checkMic(message, sessionKey, negotiate ?? Buffer.alloc(0), challenge ?? Buffer.alloc(0), raw)
    )
      return { kind: 'failed', status: STATUS.INVALID_PARAMETER };
    const last = this.#acceptor.accept(account.guest || account.anonymous ? undefined : sessionKey, message.flags);
    return { kind: 'done', token: last, account, sessionKey };
  }
}

interface Verdict {
  readonly account: Account | undefined;
  readonly sessionKey: Buffer | undefined;
}

/** Who that is, if they are let in; tells the platform either way. */
export function judge(
  identity: SmbIdentity,
  session: ServiceSession,
  message: NtlmAuthenticate,
  serverChallenge: Uint8Array,
  version?: NtlmVersion,
): Verdict {
  const { product, persona } = identity;
  const method = responseKind(message);
  const response = hashcatLine(message, serverChallenge);
  const tell = (accepted: boolean, password?: string): void =>
    session.report.ntlm({
      user: message.user,
      domain: message.domain,
      workstation: message.workstation,
      method,
      accepted,
      ...(message.targetName === undefined ? {} : { target: message.targetName }),
      ...(response === undefined ? {} : { response }),
      ...(password === undefined ? {} : { password }),
      ...((message.version ?? version) === undefined ? {} : { version: versionText((message.version ?? version)!) }),
    });
  const guest = (anonymous: boolean, name: string): Account => ({
    name,
    guest: !anonymous,
    anonymous,
    admin: false,
    user: NOBODY,
  });
  if (message.anonymous) {
    tell(product.anonymous);
    return product.anonymous
      ? { account: guest(true, ''), sessionKey: anonymousKey(message) }
      : { account: undefined, sessionKey: undefined };
  }
  const wanted = message.user.toLowerCase();
  const known = persona.users.find((user) => user.login && user.name.toLowerCase() === wanted);
  let sessionKey: Buffer | undefined;
  const verdict = session.logins.checkProof(session.actor, known?.name ?? message.user, (password) => {
    const key = matchPassword(message, serverChallenge, password);
    sessionKey = key ?? sessionKey;
    return key !== undefined;
  });
  // Whom Samba's own list of accounts lacks is nobody in particular, root too.
  const isListed = known !== undefined && (product.family === 'windows' || known.uid >= 1000);
  const asGuest = !verdict.accepted && !isListed && product.guestForUnknown;
  tell(verdict.accepted, verdict.password);
  if (asGuest) {
    // Not as whom they said they were.
    session.report.login({ user: 'nobody', method: 'guest', accepted: true });
    return { account: guest(false, 'nobody'), sessionKey: undefined };
  }
  if (!verdict.accepted || sessionKey === undefined) return { account: undefined, sessionKey: undefined };
  const account: Account = {
    name: known?.name ?? message.user,
    guest: false,
    anonymous: false,
    admin: known?.admin === true || known?.uid === 0 || (product.family === 'windows' && known?.uid === 500),
    user:
      product.family === 'windows'
        ? { uid: 0, gid: 0, groups: [0] }
        : { uid: known?.uid ?? NOBODY.uid, gid: known?.gid ?? NOBODY.gid, groups: [known?.gid ?? NOBODY.gid] },
  };
  return { account, sessionKey };
}

function versionText({ major, minor, build }: NtlmVersion): string {
  return `${major}.${minor}.${build}`;
}
