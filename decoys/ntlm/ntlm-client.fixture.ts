/** The client's side of a login with NTLMv2, for tests of those who accept it. */
import { createHmac } from 'node:crypto';
import { AV, readAvPairs, utf16, writeAvPairs } from './av-pairs.ts';
import { NTLM } from './ntlm-flags.ts';
import { NTLM_SIGNATURE } from './ntlm-messages.ts';
import { ntHash } from './ntlm-response.ts';
import { NtlmSealing } from './ntlm-sealing.ts';
import { Rc4 } from './rc4.ts';
import { OID, readSpnego, spnegoHello, spnegoResponse } from './spnego.ts';

export interface NtlmClientOptions {
  readonly user: string;
  readonly password: string;
  readonly domain?: string;
  readonly workstation?: string;
  /** `spnego-second`: NTLM is not the first of the mechanisms offered, so that the list must be signed. */
  readonly wrapping?: 'bare' | 'spnego' | 'spnego-second';
}

const FLAGS =
  (NTLM.unicode |
    NTLM.requestTarget |
    NTLM.sign |
    NTLM.seal |
    NTLM.ntlm |
    NTLM.alwaysSign |
    NTLM.extendedSessionSecurity |
    NTLM.targetInfo |
    NTLM.version |
    NTLM.key128 |
    NTLM.keyExchange |
    NTLM.key56) >>>
  0;
const HEAD = 88;
const SESSION_KEY = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');

export function ntlmClient(options: NtlmClientOptions) {
  const wrapping = options.wrapping ?? 'bare';
  const domain = options.domain ?? '';
  let hello: Buffer | undefined;
  const negotiate = (): Buffer => {
    const message = Buffer.alloc(40);
    message.set(NTLM_SIGNATURE);
    message.writeUInt32LE(1, 8);
    message.writeUInt32LE(FLAGS, 12);
    message.set([10, 0, 0x61, 0x4a, 0, 0, 0, 15], 32);
    return message;
  };

  const authenticate = (challenge: Buffer): { readonly message: Buffer } => {
    const anonymous = options.user === '';
    const serverChallenge = challenge.subarray(24, 32);
    const info = readAvPairs(challenge.subarray(challenge.readUInt32LE(44)));
    const time = info.get(AV.timestamp) ?? Buffer.alloc(8);
    const pairs = writeAvPairs([...info, [AV.flags, Buffer.of(2, 0, 0, 0)], [AV.targetName, utf16('cifs/server')]]);
    const temp = Buffer.concat([
      Buffer.of(1, 1, 0, 0, 0, 0, 0, 0),
      time,
      Buffer.alloc(8, 0xaa),
      Buffer.alloc(4),
      pairs,
      Buffer.alloc(4),
    ]);
    const owf = createHmac('md5', ntHash(options.password))
      .update(utf16(options.user.toUpperCase() + domain))
      .digest();
    const proof = createHmac('md5', owf).update(serverChallenge).update(temp).digest();
    const base = anonymous ? Buffer.alloc(16) : createHmac('md5', owf).update(proof).digest();
    const parts = [
      anonymous ? Buffer.alloc(1) : Buffer.alloc(24),
      anonymous ? Buffer.alloc(0) : Buffer.concat([proof, temp]),
      utf16(domain),
      utf16(options.user),
      utf16(options.workstation ?? 'WS01'),
      new Rc4(base).update(SESSION_KEY),
    ];
    const head = Buffer.alloc(HEAD);
    head.set(NTLM_SIGNATURE);
    head.writeUInt32LE(3, 8);
    let offset = HEAD;
    for (const [i, part] of parts.entries()) {
      head.writeUInt16LE(part.length, 12 + 8 * i);
      head.writeUInt16LE(part.length, 14 + 8 * i);
      head.writeUInt32LE(offset, 16 + 8 * i);
      offset += part.length;
    }
    head.writeUInt32LE(FLAGS, 60);
    head.set([10, 0, 0x61, 0x4a, 0, 0, 0, 15], 64);
    const message = Buffer.concat([head, ...parts]);
    if (!anonymous)
      message.set(createHmac('md5', SESSION_KEY).update(negotiate()).update(challenge).update(message).digest(), 72);
    return { message };
  };

  return {
    sessionKey: SESSION_KEY,
    negotiate,
    authenticate,
    /** The first token. */
    first(): Buffer {
      if (wrapping === 'bare') return negotiate();
      hello =
        wrapping === 'spnego'
          ? spnegoHello([OID.ntlmssp], { hint: false, token: negotiate() })
          : spnegoHello([OID.kerberos, OID.ntlmssp], { hint: false });
      return hello;
    },
    /** What follows on an answer. */
    next(answer: Buffer): Buffer {
      if (wrapping === 'bare') return authenticate(answer).message;
      const token = readSpnego(answer)?.token;
      if (token === undefined) return spnegoResponse({ state: 'accept-incomplete', token: negotiate() });
      const { message } = authenticate(token);
      const list = readSpnego(hello!)!.mechanismList!;
      const mic = new NtlmSealing(SESSION_KEY, FLAGS, 'client').sign(list);
      return spnegoResponse({ state: 'accept-incomplete', token: message, mic });
    },
    /** Whether the server's last token is what a client accepts. */
    finished(last: Buffer): boolean {
      if (wrapping === 'bare') return last.length === 0;
      const read = readSpnego(last);
      const list = readSpnego(hello!)!.mechanismList!;
      return (
        read?.kind === 'response' &&
        read.mic !== undefined &&
        new NtlmSealing(SESSION_KEY, FLAGS, 'client').verify(list, read.mic)
      );
    },
  };
}
