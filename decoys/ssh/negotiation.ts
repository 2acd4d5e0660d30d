/**
 * Algorithm negotiation (RFC 4253 section 7.1): what Debian 12's sshd offers, in its order, and what both sides agree on. Also HASSH, the
 * MD5 that names a client by its offer (Salesforce's definition: `kex;encryption;mac;compression`, client to server).
 */
import { createHash } from 'node:crypto';
import { CIPHERS, DEBIAN_12_KEX, MACS } from './crypto/algorithms.ts';
import { MSG } from './messages.ts';
import { WireReader, WireWriter } from './wire.ts';

export const STRICT_KEX_SERVER = 'kex-strict-s-v00@openssh.com';
export const STRICT_KEX_CLIENT = 'kex-strict-c-v00@openssh.com';
const EXT_INFO_CLIENT = 'ext-info-c';

export const HOST_KEY_ALGORITHMS = ['rsa-sha2-512', 'rsa-sha2-256', 'ecdsa-sha2-nistp256', 'ssh-ed25519'] as const;
export type HostKeyAlgorithm = (typeof HOST_KEY_ALGORITHMS)[number];

const CIPHER_NAMES = [...CIPHERS.keys()];
const MAC_NAMES = [...MACS.keys()];
const COMPRESSIONS = ['none', 'zlib@openssh.com'] as const;

/** A proposal in the order of the message: key exchange, host key, then cipher, MAC, compression and language, each for both ways. */
export interface Proposal {
  readonly kex: readonly string[];
  readonly hostKey: readonly string[];
  readonly cipherIn: readonly string[];
  readonly cipherOut: readonly string[];
  readonly macIn: readonly string[];
  readonly macOut: readonly string[];
  readonly compressionIn: readonly string[];
  readonly compressionOut: readonly string[];
  readonly firstKexPacketFollows: boolean;
}

/** What was agreed on; `in` is from client to server. */
export interface Agreement {
  readonly kex: string;
  readonly hostKey: HostKeyAlgorithm;
  readonly cipherIn: string;
  readonly cipherOut: string;
  /** `<implicit>` where the cipher has a tag of its own. */
  readonly macIn: string;
  readonly macOut: string;
  readonly compressionIn: string;
  readonly compressionOut: string;
  /** The client guessed and guessed wrong: its next packet is to be skipped. */
  readonly skipGuess: boolean;
}

export const SERVER_PROPOSAL: Proposal = {
  kex: [...DEBIAN_12_KEX, STRICT_KEX_SERVER],
  hostKey: HOST_KEY_ALGORITHMS,
  cipherIn: CIPHER_NAMES,
  cipherOut: CIPHER_NAMES,
  macIn: MAC_NAMES,
  macOut: MAC_NAMES,
  compressionIn: COMPRESSIONS,
  compressionOut: COMPRESSIONS,
  firstKexPacketFollows: false,
};

const COOKIE_AT = 1;
const COOKIE_BYTES = 16;
const templates = new WeakMap<Proposal, Buffer>();

/** The server's KEXINIT payload with this cookie. */
export function serverKexInit(cookie: Uint8Array, proposal: Proposal = SERVER_PROPOSAL): Buffer {
  const template = templates.get(proposal) ?? encodeProposal(proposal, Buffer.alloc(COOKIE_BYTES));
  templates.set(proposal, template);
  const payload = Buffer.from(template);
  payload.set(cookie, COOKIE_AT);
  return payload;
}

export function encodeProposal(proposal: Proposal, cookie: Uint8Array): Buffer {
  const writer = new WireWriter(1536).u8(MSG.KEXINIT).raw(cookie);
  writer.nameList(proposal.kex).nameList(proposal.hostKey);
  writer.nameList(proposal.cipherIn).nameList(proposal.cipherOut).nameList(proposal.macIn).nameList(proposal.macOut);
  writer.nameList(proposal.compressionIn).nameList(proposal.compressionOut).nameList([]).nameList([]);
  return writer.bool(proposal.firstKexPacketFollows).u32(0).copy();
}

/** A client's KEXINIT, or undefined where it is malformed. */
export function decodeProposal(payload: Uint8Array): Proposal | undefined {
  const reader = new WireReader(payload, COOKIE_AT + COOKIE_BYTES);
  const lists: (readonly string[])[] = [];
  for (let i = 0; i < 10; i++) lists.push(reader.nameList());
  const firstKexPacketFollows = reader.bool();
  reader.u32();
  if (!reader.ok) return undefined;
  return {
    kex: lists[0]!,
    hostKey: lists[1]!,
    cipherIn: lists[2]!,
    cipherOut: lists[3]!,
    macIn: lists[4]!,
    macOut: lists[5]!,
    compressionIn: lists[6]!,
    compressionOut: lists[7]!,
    firstKexPacketFollows,
  };
}

export type Negotiation =
  | { readonly ok: true; readonly value: Agreement }
  /** `reason` in sshd's words: `no matching cipher found`. */
  | { readonly ok: false; readonly reason: string };

/** The first of the client's names that the server has too, list by list. */
export function negotiate(client: Proposal, server: Proposal = SERVER_PROPOSAL): Negotiation {
  const fail = (what: string): Negotiation => ({ ok: false, reason: `no matching ${what} found` });
  const kex = firstCommon(
    client.kex,
    server.kex.filter((name) => name !== STRICT_KEX_SERVER),
  );
  if (kex === undefined) return fail('key exchange method');
  const hostKey = firstCommon(client.hostKey, server.hostKey);
  if (hostKey === undefined) return fail('host key type');
  const cipherIn = firstCommon(client.cipherIn, server.cipherIn);
  const cipherOut = firstCommon(client.cipherOut, server.cipherOut);
  if (cipherIn === undefined || cipherOut === undefined) return fail('cipher');
  const macIn = macFor(cipherIn, client.macIn, server.macIn);
  const macOut = macFor(cipherOut, client.macOut, server.macOut);
  if (macIn === undefined || macOut === undefined) return fail('MAC');
  const compressionIn = firstCommon(client.compressionIn, server.compressionIn);
  const compressionOut = firstCommon(client.compressionOut, server.compressionOut);
  if (compressionIn === undefined || compressionOut === undefined) return fail('compression method');
  const guessedRight = client.kex[0] === server.kex[0] && client.hostKey[0] === server.hostKey[0];
  return {
    ok: true,
    value: {
      kex,
      hostKey: hostKey as HostKeyAlgorithm,
      cipherIn,
      cipherOut,
      macIn,
      macOut,
      compressionIn,
      compressionOut,
      skipGuess: client.firstKexPacketFollows && !guessedRight,
    },
  };
}

export function wantsExtensions(client: Proposal): boolean {
  return client.kex.includes(EXT_INFO_CLIENT);
}

export function wantsStrictKex(client: Proposal): boolean {
  return client.kex.includes(STRICT_KEX_CLIENT);
}

export function hassh(client: Proposal): { readonly hash: string; readonly algorithms: string } {
  const algorithms = [client.kex, client.cipherIn, client.macIn, client.compressionIn]
    .map((list) => list.join(','))
    .join(';');
  return { hash: createHash('md5').update(algorithms, 'latin1').digest('hex'), algorithms };
}

function macFor(cipher: string, client: readonly string[], server: readonly string[]): string | undefined {
  return CIPHERS.get(cipher)?.tagBytes ? '<implicit>' : firstCommon(client, server);
}

function firstCommon(client: readonly string[], server: readonly string[]): string | undefined {
  const found = client.find((name) => server.includes(name));
  // The server's own string: the client's would be held with the list that it was cut from.
  return server.find((name) => name === found);
}
