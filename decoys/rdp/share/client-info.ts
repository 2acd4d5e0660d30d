/** The Client Info PDU (MS-RDPBCGR 2.2.1.11): where TLS or RDP's own encryption protects it, the password comes along in the clear. */
import { utf16Text } from '../connect/gcc.ts';

const FLAG = { autoLogon: 0x08, unicode: 0x10 } as const;
const MAX_TEXT = 512;

export interface ClientInfo {
  readonly domain: string;
  readonly user: string;
  readonly password: string;
  readonly alternateShell: string;
  readonly workingDirectory: string;
  /** It wants to be logged in with these at once. */
  readonly autoLogon: boolean;
  /** What it says its address is. */
  readonly clientAddress: string;
  readonly clientDirectory: string;
}

/** Undefined where it is cut off. */
export function readClientInfo(data: Buffer): ClientInfo | undefined {
  if (data.length < 18) return undefined;
  const flags = data.readUInt32LE(4);
  const unicode = (flags & FLAG.unicode) !== 0;
  const end = unicode ? 2 : 1;
  const texts: string[] = [];
  let at = 18;
  for (let i = 0; i < 5; i++) {
    const length = data.readUInt16LE(8 + i * 2);
    if (length > 2 * MAX_TEXT || at + length + end > data.length) return undefined;
    const bytes = data.subarray(at, at + length);
    texts.push((unicode ? utf16Text(bytes) : bytes.toString('latin1').split('\0')[0]!).slice(0, MAX_TEXT));
    at += length + end;
  }
  const [domain = '', user = '', password = '', alternateShell = '', workingDirectory = ''] = texts;
  const extra: string[] = [];
  // Address family, then two texts with their lengths.
  for (at += 2; extra.length < 2 && at + 2 <= data.length;) {
    const length = data.readUInt16LE(at);
    if (length > 2 * MAX_TEXT || at + 2 + length > data.length) break;
    extra.push(utf16Text(data.subarray(at + 2, at + 2 + length)));
    at += 2 + length;
  }
  const [clientAddress = '', clientDirectory = ''] = extra;
  return {
    domain,
    user,
    password,
    alternateShell,
    workingDirectory,
    autoLogon: (flags & FLAG.autoLogon) !== 0,
    clientAddress,
    clientDirectory,
  };
}

/** Licensing as Windows does it with clients in a test period: all is well already (2.2.1.12, STATUS_VALID_CLIENT). */
export const LICENSE_VALID = Buffer.from('ff031000070000000200000004000000', 'hex');
