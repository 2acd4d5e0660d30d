/** The small messages of the transport layer (RFC 4253 section 11, RFC 8308), and which of them may pass when. */
import { MSG } from './messages.ts';
import { WireReader } from './wire.ts';

/** As sshd 9.2 sends it: every signature type it was built with, whatever its configuration allows. */
export const SERVER_SIG_ALGS =
  'ssh-ed25519,sk-ssh-ed25519@openssh.com,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,' +
  'sk-ecdsa-sha2-nistp256@openssh.com,webauthn-sk-ecdsa-sha2-nistp256@openssh.com,ssh-dss,ssh-rsa,rsa-sha2-256,rsa-sha2-512';

/** What may pass while a key exchange is under way (RFC 4253 section 7.1). */
export function isKexMessage(type: number): boolean {
  return type < 50 && type !== MSG.SERVICE_REQUEST && type !== MSG.SERVICE_ACCEPT && type !== MSG.EXT_INFO;
}

/** sshd takes DEBUG and UNIMPLEMENTED apart although it does nothing with them. */
export function isWellFormedNotice(payload: Buffer): boolean {
  const reader = new WireReader(payload, 1);
  if (payload[0] === MSG.UNIMPLEMENTED) reader.u32();
  else if (payload[0] === MSG.DEBUG) {
    reader.bool();
    reader.string();
    reader.string();
  }
  return reader.ok;
}

export function disconnectReason(payload: Buffer): string {
  const reader = new WireReader(payload, 1);
  const code = reader.u32();
  const text = reader.string().toString('utf8').slice(0, 256);
  return reader.ok ? `client: ${code}: ${text}` : 'client: malformed disconnect';
}
