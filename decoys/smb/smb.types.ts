/** What one SMB decoy is made of: the product it plays, its shares, and what both dialects of the protocol know of a client. */
import type { Persona } from '../persona/persona.types.ts';
import type { FsUser } from '../shell/shell.types.ts';
import type { NtlmTarget } from '../ntlm/ntlm.types.ts';

export type Dialect = 0x0202 | 0x0210 | 0x0300 | 0x0302 | 0x0311;

/** What tells one server's product and version from another's on the wire. */
export interface SmbProduct {
  readonly family: 'samba' | 'windows';
  /** `Windows 6.1` and `Samba 4.17.12-Debian`; `Windows Server 2012 R2 Standard 9600` and `Windows Server 2012 R2 Standard 6.3`. */
  readonly nativeOs: string;
  readonly nativeLanManager: string;
  /** As the workstation and server services tell it: 6.1. */
  readonly major: number;
  readonly minor: number;
  readonly dialects: readonly Dialect[];
  readonly smb1: boolean;
  /** In the server's order of preference (MS-SMB2 section 2.2.3.1.2 and .7). */
  readonly ciphers: readonly number[];
  readonly signings: readonly number[];
  readonly compression: boolean;
  /** What the server type of NetServerGetInfo says. */
  readonly serverType: number;
  /** Unknown names log in as guest (Debian's `map to guest = bad user`). */
  readonly guestForUnknown: boolean;
  /** Nobody at all may log in: to `IPC$`, and with Samba to list shares. */
  readonly anonymous: boolean;
  readonly signingRequired: boolean;
  /** Looks unpatched to who probes for MS17-010. */
  readonly eternalBlue: boolean;
}

export interface Share {
  readonly name: string;
  readonly kind: 'disk' | 'printer' | 'ipc';
  /** In the machine's own notation. */
  readonly path: string;
  readonly comment: string;
  readonly access: 'everyone' | 'users' | 'admins';
  readonly writable: boolean;
}

/** Who a client is, once it has logged in. */
export interface Account {
  readonly name: string;
  readonly guest: boolean;
  readonly anonymous: boolean;
  readonly admin: boolean;
  /** On the file system of the machine. */
  readonly user: FsUser;
}

export interface SmbIdentity {
  readonly persona: Persona;
  readonly product: SmbProduct;
  readonly target: NtlmTarget;
  /** Sixteen bytes in every negotiation. */
  readonly guid: Buffer;
  readonly workgroup: string;
  readonly serverComment: string;
  readonly sid: string;
  readonly shares: readonly Share[];
}
