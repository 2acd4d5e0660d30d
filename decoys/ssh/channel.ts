/**
 * One channel (RFC 4254 section 5) with OpenSSH's window arithmetic. What the client's window does not allow yet waits here, and whoever writes is
 * told to wait too.
 */
import { MSG } from './messages.ts';
import type { Transport } from './transport.ts';
import { WireWriter, type WireReader } from './wire.ts';

/** CHAN_SES_PACKET_DEFAULT and CHAN_SES_WINDOW_DEFAULT; the same for forwarded connections. */
export const MAX_PACKET_BYTES = 32 * 1024;
export const WINDOW_BYTES = 64 * MAX_PACKET_BYTES;
/** What may wait for the client's window; a writer that does not stop when told to loses its channel. */
const MAX_PENDING_BYTES = 8 * 1024 * 1024;
const EXTENDED_STDERR = 1;

/** What stands behind a channel. Chunks are only valid during the call. */
export interface ChannelUser {
  data(chunk: Buffer): void;
  /** The client sends no more. */
  eof(): void;
  /** The client reads again after `write` answered false. */
  writable(): void;
  /** Only sessions have requests; answers whether it was granted. */
  request(type: string, reader: WireReader): boolean;
  /** The channel is gone: free everything. Called once. */
  closed(): void;
}

const scratch = new WireWriter(MAX_PACKET_BYTES + 64);

export class Channel {
  readonly localId: number;
  readonly remoteId: number;
  readonly kind: string;
  user: ChannelUser | undefined;
  #transport: Transport;
  #release: (channel: Channel) => void;
  #remoteWindow: number;
  #remoteMaxPacket: number;
  #localWindow = 0;
  /** A session that has not started its program takes no data. */
  #open = false;
  #consumed = 0;
  #exceeded = 0;
  #pending: { readonly bytes: Buffer; readonly extended: boolean }[] = [];
  #pendingBytes = 0;
  #eofWanted = false;
  #eofSent = false;
  #closeWanted: (() => void) | undefined;
  #closeSent = false;
  #closeReceived = false;
  #inputEnded = false;
  #freed = false;

  constructor(
    transport: Transport,
    ids: { readonly kind: string; readonly localId: number; readonly remoteId: number },
    remote: { readonly window: number; readonly maxPacket: number },
    release: (channel: Channel) => void,
  ) {
    this.#transport = transport;
    this.kind = ids.kind;
    this.localId = ids.localId;
    this.remoteId = ids.remoteId;
    this.#remoteWindow = remote.window;
    this.#remoteMaxPacket = remote.maxPacket;
    this.#release = release;
  }

  /** The client closed its sending side. */
  get inputEnded(): boolean {
    return this.#inputEnded;
  }

  get closeSent(): boolean {
    return this.#closeSent;
  }

  confirm(windowBytes: number): void {
    this.#localWindow = windowBytes;
    this.#open = windowBytes > 0;
    scratch.reset().u8(MSG.CHANNEL_OPEN_CONFIRMATION).u32(this.remoteId).u32(this.localId);
    this.#transport.send(scratch.u32(windowBytes).u32(MAX_PACKET_BYTES).view());
  }

  /** A session's window opens when its program starts. */
  openWindow(): void {
    this.#localWindow = WINDOW_BYTES;
    this.#open = true;
    this.#adjust(WINDOW_BYTES);
  }

  reply(granted: boolean): void {
    if (this.#closeSent) return;
    this.#transport.send(
      scratch
        .reset()
        .u8(granted ? MSG.CHANNEL_SUCCESS : MSG.CHANNEL_FAILURE)
        .u32(this.remoteId)
        .view(),
    );
  }

  /** A request of ours that wants no reply: `exit-status`, `exit-signal`, `eow@openssh.com`. */
  request(type: string, fill?: (writer: WireWriter) => void): void {
    if (this.#closeSent) return;
    scratch.reset().u8(MSG.CHANNEL_REQUEST).u32(this.remoteId).string(type).bool(false);
    fill?.(scratch);
    this.#transport.send(scratch.view());
  }

  /** Answers false when the client must read first: wait for `writable`. */
  write(bytes: Uint8Array, extended = false): boolean {
    if (this.#eofWanted || this.#closeSent || this.#freed) return true;
    let rest = bytes;
    if (this.#pending.length === 0) rest = this.#transmit(bytes, extended);
    if (rest.length > 0) {
      this.#pending.push({ bytes: Buffer.from(rest), extended });
      this.#pendingBytes += rest.length;
      if (this.#pendingBytes > MAX_PENDING_BYTES) this.close();
    }
    return this.#pending.length === 0;
  }

  /** EOF, once everything written has left. */
  end(): void {
    this.#eofWanted = true;
    this.#drain();
  }

  /** EOF and CLOSE once everything written has left; `before` sends what belongs between the two. */
  finish(before: () => void = () => {}): void {
    if (this.#closeWanted !== undefined) return;
    this.#eofWanted = true;
    // sshd reports the end of the program at once, and what it wrote last when the client has room for it.
    if (this.#pending.length > 0) before();
    this.#closeWanted = this.#pending.length > 0 ? () => {} : before;
    this.#drain();
  }

  /** CLOSE at once; what was written and not sent is lost. */
  close(): void {
    if (this.#closeSent || this.#freed) return;
    this.#pending = [];
    this.#sendClose();
  }

  onData(chunk: Buffer, transport: Transport): void {
    if (!this.#open || chunk.length > MAX_PACKET_BYTES) return;
    if (this.#inputEnded || this.#closeSent) this.#localWindow -= Math.min(chunk.length, this.#localWindow);
    else if (chunk.length > this.#localWindow) {
      this.#exceeded += chunk.length - this.#localWindow;
      this.#localWindow = 0;
      if (this.#exceeded > WINDOW_BYTES / 10)
        return transport.disconnect(`channel ${this.localId}: peer ignored channel window`);
    } else this.#localWindow -= chunk.length;
    if (!this.#inputEnded && !this.#closeSent) this.user?.data(chunk);
    this.#consumed += chunk.length;
    if (this.#closeSent || this.#closeReceived) return;
    const spent = WINDOW_BYTES - this.#localWindow;
    if (this.#consumed > 0 && (spent > MAX_PACKET_BYTES * 3 || this.#localWindow < WINDOW_BYTES / 2)) {
      const granted = this.#consumed;
      this.#consumed = 0;
      this.#localWindow += granted;
      this.#adjust(granted);
    }
  }

  onWindowAdjust(bytes: number): void {
    this.#remoteWindow = Math.min(this.#remoteWindow + bytes, 0xffff_ffff);
    this.#drain();
  }

  /** The socket takes data again. */
  resume(): void {
    this.#drain();
  }

  onEof(): void {
    if (this.#inputEnded) return;
    this.#inputEnded = true;
    this.user?.eof();
  }

  onClose(): void {
    this.#closeReceived = true;
    this.#inputEnded = true;
    if (!this.#closeSent) this.close();
    this.free();
  }

  /** The connection is gone, or both sides have closed. */
  free(): void {
    if (this.#freed) return;
    this.#freed = true;
    this.#pending = [];
    this.#release(this);
    const user = this.user;
    this.user = undefined;
    user?.closed();
  }

  #drain(): void {
    if (this.#freed || this.#closeSent) return;
    let waited = false;
    while (this.#pending.length > 0) {
      waited = true;
      const head = this.#pending[0]!;
      const rest = this.#transmit(head.bytes, head.extended);
      this.#pendingBytes -= head.bytes.length - rest.length;
      if (rest.length > 0) {
        this.#pending[0] = { bytes: rest as Buffer, extended: head.extended };
        return;
      }
      this.#pending.shift();
    }
    if (this.#eofWanted && !this.#eofSent) {
      this.#eofSent = true;
      this.#transport.send(scratch.reset().u8(MSG.CHANNEL_EOF).u32(this.remoteId).view());
    }
    if (this.#closeWanted !== undefined) {
      this.#closeWanted();
      this.#sendClose();
    } else if (waited && !this.#eofWanted) this.user?.writable();
  }

  #sendClose(): void {
    if (this.#closeSent) return;
    this.#closeSent = true;
    this.#transport.send(scratch.reset().u8(MSG.CHANNEL_CLOSE).u32(this.remoteId).view());
    if (this.#closeReceived) this.free();
  }

  #transmit(bytes: Uint8Array, extended: boolean): Uint8Array {
    let at = 0;
    const limit = Math.min(this.#remoteMaxPacket, MAX_PACKET_BYTES);
    if (limit === 0) return bytes;
    while (at < bytes.length && this.#remoteWindow > 0 && !this.#transport.congested) {
      const length = Math.min(bytes.length - at, this.#remoteWindow, limit);
      scratch
        .reset()
        .u8(extended ? MSG.CHANNEL_EXTENDED_DATA : MSG.CHANNEL_DATA)
        .u32(this.remoteId);
      if (extended) scratch.u32(EXTENDED_STDERR);
      this.#transport.send(scratch.string(bytes.subarray(at, at + length)).view());
      this.#remoteWindow -= length;
      at += length;
    }
    return bytes.subarray(at);
  }

  #adjust(bytes: number): void {
    this.#transport.send(scratch.reset().u8(MSG.CHANNEL_WINDOW_ADJUST).u32(this.remoteId).u32(bytes).view());
  }
}
