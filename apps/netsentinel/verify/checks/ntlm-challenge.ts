/** What a Windows or Samba server says of itself in the second message of NTLM ([MS-NLMP] 2.2.1.2), wherever in an answer it stands. */

export interface NtlmChallenge {
  readonly challenge: Buffer;
  readonly target: string;
  /** Major, minor and build: `10.0.17763`. */
  readonly version: string;
  /** By [MS-NLMP] 2.2.2.1: 1 NetBIOS name, 2 NetBIOS domain, 3 DNS name, 4 DNS domain. */
  readonly names: ReadonlyMap<number, string>;
  /** Epoch ms. */
  readonly time: number | undefined;
}

/** NTLM's first message: Unicode, sign, NTLM, target information, version. */
export const NTLM_NEGOTIATE = Buffer.from(
  '4e544c4d5353500001000000978208e2000000000000000000000000000000000a00614a0000000f',
  'hex',
);

const SIGNATURE = Buffer.from('NTLMSSP\0\u0002\0\0\0', 'latin1');
const TIMESTAMP = 7;
/** 100 ns since 1601 to ms since 1970. */
export function fileTimeMs(value: bigint): number {
  return Number(value / 10_000n) - 11_644_473_600_000;
}

export function readChallenge(bytes: Buffer): NtlmChallenge | undefined {
  const at = bytes.indexOf(SIGNATURE);
  const message = at < 0 ? Buffer.alloc(0) : bytes.subarray(at);
  if (message.length < 56) return undefined;
  const field = (offset: number): Buffer => {
    const start = message.readUInt32LE(offset + 4);
    return message.subarray(start, start + message.readUInt16LE(offset));
  };
  const info = field(40);
  const names = new Map<number, string>();
  let time: number | undefined;
  for (let i = 0; i + 4 <= info.length;) {
    const [id, length] = [info.readUInt16LE(i), info.readUInt16LE(i + 2)];
    if (id === 0 || i + 4 + length > info.length) break;
    if (id === TIMESTAMP && length === 8) time = fileTimeMs(info.readBigUInt64LE(i + 4));
    else names.set(id, info.toString('utf16le', i + 4, i + 4 + length));
    i += 4 + length;
  }
  return {
    challenge: Buffer.from(message.subarray(24, 32)),
    target: field(12).toString('utf16le'),
    version: `${message[48]}.${message[49]}.${message.readUInt16LE(50)}`,
    names,
    time,
  };
}
