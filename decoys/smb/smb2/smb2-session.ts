/** What SMB2 keeps for each session of a connection: who it is, its keys, its trees and open files. */
import type { SmbLogin } from '../smb-login.ts';
import type { Open, Tree } from '../smb-client.ts';
import type { Account } from '../smb.types.ts';
import type { SessionKeys } from './smb2-crypto.ts';

export interface Smb2Open {
  readonly open: Open;
  readonly tree: Smb2Tree;
  readonly persistent: bigint;
  readonly volatile: bigint;
}

export interface Smb2Tree {
  readonly id: number;
  readonly tree: Tree;
}

export class Smb2Session {
  readonly id: bigint;
  login: SmbLogin | undefined;
  account: Account | undefined;
  keys: SessionKeys | undefined;
  /** Everything of it must be signed. */
  signs = false;
  encrypts = false;
  /** Of 3.1.1: over the negotiation and this session's setup. */
  preauth: Buffer;
  /** Nonces of what we encrypt. */
  sealed = 0n;
  readonly trees = new Map<number, Smb2Tree>();
  readonly opens = new Map<bigint, Smb2Open>();

  constructor(id: bigint, preauth: Buffer) {
    this.id = id;
    this.preauth = preauth;
  }

  close(): void {
    for (const { open } of this.opens.values()) if (open.kind === 'disk') open.close();
    this.opens.clear();
    this.trees.clear();
  }

  closeTree(id: number): boolean {
    for (const [key, { open, tree }] of this.opens) {
      if (tree.id !== id) continue;
      if (open.kind === 'disk') open.close();
      this.opens.delete(key);
    }
    return this.trees.delete(id);
  }
}
