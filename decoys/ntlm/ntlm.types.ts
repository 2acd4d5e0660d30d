/** The three messages of NTLM (MS-NLMP section 2.2.1) as the side that is logged in to sees them. */

/** What a machine calls itself in a challenge: it tells more about a network than most of its banners. */
export interface NtlmTarget {
  /** `WORKGROUP` for a machine of its own, its domain otherwise. */
  readonly netbiosDomain: string;
  readonly netbiosComputer: string;
  readonly dnsDomain: string;
  readonly dnsComputer: string;
  /** The forest, for members of a domain. */
  readonly dnsTree?: string;
  /** Of a domain: the target's name is then the domain's. */
  readonly inDomain: boolean;
  /** Windows 10.0 build 20348 is `{ major: 10, minor: 0, build: 20348 }`; Samba says 6.1, build 0. */
  readonly version: NtlmVersion;
}

export interface NtlmVersion {
  readonly major: number;
  readonly minor: number;
  readonly build: number;
}

export interface NtlmNegotiate {
  readonly flags: number;
  readonly domain: string;
  readonly workstation: string;
  readonly version: NtlmVersion | undefined;
}

export interface NtlmAuthenticate {
  readonly flags: number;
  readonly user: string;
  readonly domain: string;
  readonly workstation: string;
  readonly lmResponse: Buffer;
  readonly ntResponse: Buffer;
  readonly encryptedSessionKey: Buffer;
  readonly version: NtlmVersion | undefined;
  /** Neither user nor response: an anonymous login (section 3.2.5.1.2). */
  readonly anonymous: boolean;
  /** Over the three messages, where the client says that it sends one. */
  readonly mic: Buffer | undefined;
  /** What the client repeated of the challenge, with what it added (the name of the service it means to reach). */
  readonly targetName: string | undefined;
}

export const LIMITS = {
  /** The longest token that is looked at. */
  maxToken: 16 * 1024,
  /** Characters of a name. */
  maxName: 256,
  maxAvPairs: 32,
} as const;
