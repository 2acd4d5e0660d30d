/** What a transport is told, and what it tells whoever owns it. */
import type { HostKeys } from './host-keys.ts';
import type { Agreement, Proposal } from './negotiation.ts';
import type { ServerOffer } from './offers.ts';

export interface TransportOptions {
  /** Without its line end: `SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10`. */
  readonly version: string;
  readonly hostKeys: HostKeys;
  /** What this version of sshd offers; Debian 12's where absent. */
  readonly offer?: ServerOffer;
  /** Bytes in one direction after which new keys are asked for; OpenSSH's own limits where absent. */
  readonly rekeyBytes?: number;
}

export interface TransportHost {
  /** Bytes for the client; whole flights at once. The array is not touched again. */
  write(bytes: Uint8Array): void;
  /** The connection is over, for `reason` (ours, for logs). `unread`: sshd would have closed with input unread, which resets. */
  end(reason: string, unread: boolean): void;
  identified(version: string): void;
  proposed(proposal: Proposal): void;
  /** Input is let through again: read on. */
  unblocked(): void;
  /** New keys are in use. */
  keyed(agreement: Agreement, initial: boolean): void;
  /**
   * A message for the layers above: service request, extension info, and everything from 50 on. `payload` is only valid during the call.
   * Answers false for what is not known there.
   */
  message(payload: Buffer): boolean;
}
