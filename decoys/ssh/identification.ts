/**
 * The exchange of identification strings (RFC 4253 section 4.2) as OpenSSH's server does it: one line at a time, no line but the client's
 * own before it, and two error texts in the clear.
 */

/** Longest line that sshd reads, its end not counted. */
const MAX_LINE_BYTES = 8192;

export const INVALID_IDENTIFICATION = 'Invalid SSH identification string.\r\n';
export const MAJOR_VERSIONS_DIFFER = 'Protocol major versions differ.\r\n';

export type Identification =
  | { readonly kind: 'incomplete' }
  /** `version` is the line without its end; `used` the bytes that it took. */
  | { readonly kind: 'accepted'; readonly version: string; readonly used: number }
  /** `reply` goes out in the clear, then the connection ends. `used` is where sshd stopped reading. */
  | { readonly kind: 'refused'; readonly reply: string; readonly reason: string; readonly used: number };

/** Looks at everything received so far. Pure: may be asked again with more. */
export function readIdentification(bytes: Uint8Array): Identification {
  const refuse = (used: number, reason: string, reply = INVALID_IDENTIFICATION): Identification => ({
    kind: 'refused',
    reply,
    reason,
    used,
  });
  let carriageReturn = false;
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === 0x0a) return judge(Buffer.from(bytes.subarray(0, length)).toString('latin1'), at + 1, refuse);
    if (byte === 0x0d) {
      carriageReturn = true;
      continue;
    }
    if (byte === 0 || carriageReturn) return refuse(at + 1, 'banner line contains invalid characters');
    if (++length > MAX_LINE_BYTES) return refuse(at + 1, 'banner line too long');
  }
  return { kind: 'incomplete' };
}

function judge(
  line: string,
  used: number,
  refuse: (used: number, reason: string, reply?: string) => Identification,
): Identification {
  if (!line.startsWith('SSH-')) return refuse(used, 'client sent invalid protocol identifier');
  const match = /^SSH-[ \t\n\v\f\r]*([+-]?\d+)\.[ \t\n\v\f\r]*([+-]?\d+)-(.+)$/s.exec(line);
  if (match === null) return refuse(used, 'bad remote protocol version identification');
  const major = Number(match[1]);
  const minor = Number(match[2]);
  const software = match[3]!;
  // sshd closes without a word on the scanners that it knows by name.
  if (software.startsWith('Probe-')) return refuse(used, 'probed', '');
  if (major === 2 || (major === 1 && minor === 99)) return { kind: 'accepted', version: line, used };
  return refuse(used, 'protocol major versions differ', MAJOR_VERSIONS_DIFFER);
}
