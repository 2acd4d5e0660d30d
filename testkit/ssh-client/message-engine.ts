/**
 * An SSH client's transport for tests and fuzzing: curve25519-sha256, every cipher and MAC of the decoy, rekeying, and nothing hidden: any message
 * can be sent and each answer is seen. It works on bytes, so it drives the decoy in process, over a socket, or a real sshd alike.
 */
import { randomBytes } from 'node:crypto';
import {
  BAD_BLOCK,
  BAD_LENGTH,
  type PacketOpener,
  type PacketSealer,
} from '@netsentinel/decoys/ssh/crypto/crypto.types';
import {
  createOpener,
  createPlainOpener,
  createPlainSealer,
  createSealer,
} from '@netsentinel/decoys/ssh/crypto/packet-crypto';
import { InputBuffer } from '@netsentinel/decoys/service/input-buffer';
import { MSG } from '@netsentinel/decoys/ssh/messages';
import { decodeProposal, encodeProposal, negotiate } from '@netsentinel/decoys/ssh/negotiation';
import { WireWriter } from '@netsentinel/decoys/ssh/wire';
import { agree, ephemeralPair, type EphemeralPair } from './key-agreement.ts';

export interface MessageClientOptions {
  readonly version?: string;
  readonly hostKey?: readonly string[];
  readonly cipher?: string;
  readonly mac?: string;
  /** Added to the list of key exchange methods: `ext-info-c`, `kex-strict-c-v00@openssh.com`. */
  readonly extensions?: readonly string[];
}

const STRICT = 'kex-strict-c-v00@openssh.com';

/** Bytes in, bytes out. Messages above the transport are handed to `onMessage`, valid during the call. */
export class MessageEngine {
  onMessage: (payload: Buffer) => void = () => {};
  onReady: () => void = () => {};
  serverVersion = '';
  sessionId: Buffer | undefined;
  /** How often keys were taken into use. */
  keyings = 0;
  hostKeyBlob: Buffer | undefined;
  #write: (bytes: Uint8Array) => void;
  #options: MessageClientOptions;
  #version: string;
  #input = new InputBuffer();
  #sealer: PacketSealer = createPlainSealer();
  #opener: PacketOpener = createPlainOpener();
  #sequenceIn = 0;
  #sequenceOut = 0;
  #ownKexInit: Buffer | undefined;
  #peerKexInit: Buffer | undefined;
  #pair: EphemeralPair | undefined;
  #nextOpener: PacketOpener | undefined;
  #output: Buffer[] = [];
  #queued: Buffer[] = [];
  #strict = false;
  #ready = false;

  constructor(write: (bytes: Uint8Array) => void, options: MessageClientOptions = {}) {
    this.#write = write;
    this.#options = options;
    this.#version = options.version ?? 'SSH-2.0-testclient';
  }

  get ready(): boolean {
    return this.#ready;
  }

  start(): void {
    this.#output.push(Buffer.from(`${this.#version}\r\n`));
    this.flush();
  }

  /** Bytes as they are, between packets. */
  sendRaw(bytes: Uint8Array): void {
    this.#write(bytes);
  }

  /** While keys are exchanged, what does not belong to the exchange waits. */
  send(payload: Uint8Array): void {
    if (this.#ownKexInit !== undefined && this.#ready && payload[0]! >= 50) this.#queued.push(Buffer.from(payload));
    else this.#seal(payload);
  }

  #seal(payload: Uint8Array): void {
    this.#output.push(Buffer.from(this.#sealer.seal(this.#sequenceOut, payload)));
    this.#sequenceOut = (this.#sequenceOut + 1) >>> 0;
  }

  flush(): void {
    if (this.#output.length === 0) return;
    const bytes = this.#output.length === 1 ? this.#output[0]! : Buffer.concat(this.#output);
    this.#output = [];
    this.#write(bytes);
  }

  /** Asks for new keys, unless that is under way. */
  rekey(): void {
    if (this.#ownKexInit === undefined) this.#sendKexInit();
    this.flush();
  }

  receive(chunk: Uint8Array): void {
    this.#input.append(chunk);
    if (this.serverVersion === '' && !this.#readVersion()) return;
    for (;;) {
      const input = this.#input;
      if (input.length < this.#opener.headBytes) break;
      const frame = this.#opener.frameBytes(this.#sequenceIn, input.buffer, input.start, 300_000);
      if (frame === BAD_LENGTH || frame === BAD_BLOCK)
        throw new Error(`bad packet length ${this.#opener.packetLength}`);
      if (input.length < frame) break;
      const opened = this.#opener.open(this.#sequenceIn, input.buffer, input.start);
      if (typeof opened === 'string') throw new Error(opened);
      this.#sequenceIn = (this.#sequenceIn + 1) >>> 0;
      this.#dispatch(Buffer.from(opened.buffer, opened.byteOffset, opened.byteLength));
      input.consume(frame);
    }
    this.#input.compact();
    this.flush();
  }

  #readVersion(): boolean {
    const view = this.#input.view();
    const end = view.indexOf('\r\n');
    if (end < 0) return false;
    this.serverVersion = view.toString('latin1', 0, end);
    this.#input.consume(end + 2);
    this.#sendKexInit();
    return true;
  }

  #sendKexInit(): void {
    const { hostKey, cipher = 'aes128-gcm@openssh.com', mac = 'hmac-sha2-256', extensions = [] } = this.#options;
    this.#ownKexInit = encodeProposal(
      {
        kex: ['curve25519-sha256', ...extensions],
        hostKey: hostKey ?? ['ssh-ed25519'],
        cipherIn: [cipher],
        cipherOut: [cipher],
        macIn: [mac],
        macOut: [mac],
        compressionIn: ['none'],
        compressionOut: ['none'],
        firstKexPacketFollows: false,
      },
      randomBytes(16),
    );
    this.send(this.#ownKexInit);
  }

  #dispatch(payload: Buffer): void {
    switch (payload[0]) {
      case MSG.KEXINIT:
        return this.#onKexInit(payload);
      case MSG.KEXDH_REPLY:
        if (this.#pair !== undefined) return this.#onReply(payload);
        return this.onMessage(payload);
      case MSG.NEWKEYS:
        return this.#onNewKeys();
      default:
        this.onMessage(payload);
    }
  }

  #onKexInit(payload: Buffer): void {
    this.#peerKexInit = Buffer.from(payload);
    if (this.#ownKexInit === undefined) this.#sendKexInit();
    this.#strict = (this.#options.extensions ?? []).includes(STRICT);
    this.#pair = ephemeralPair(false);
    this.send(new WireWriter(64).u8(MSG.KEXDH_INIT).string(this.#pair.publicKey).view());
  }

  #onReply(payload: Buffer): void {
    const agreed = agree(payload, this.#pair!, {
      clientVersion: this.#version,
      serverVersion: this.serverVersion,
      clientInit: this.#ownKexInit!,
      serverInit: this.#peerKexInit!,
      hostKeys: 'any',
      ...(this.sessionId !== undefined && { sessionId: this.sessionId }),
    });
    if (agreed === undefined) throw new Error('the host key did not sign');
    this.hostKeyBlob = agreed.hostKey;
    this.sessionId = agreed.sessionId;
    // Our own proposal names one of each: what it agrees to with itself is what the server chose.
    const chosen = negotiate(decodeProposal(this.#ownKexInit!)!);
    if (!chosen.ok) throw new Error(chosen.reason);
    const { cipherIn, macIn } = chosen.value;
    this.send(Buffer.of(MSG.NEWKEYS));
    this.#sealer = createSealer(cipherIn, macIn, agreed.toServer);
    if (this.#strict) this.#sequenceOut = 0;
    this.#nextOpener = createOpener(cipherIn, macIn, agreed.toClient);
    this.#ownKexInit = undefined;
    this.#pair = undefined;
    for (const payload of this.#queued.splice(0)) this.#seal(payload);
  }

  #onNewKeys(): void {
    this.#opener = this.#nextOpener!;
    if (this.#strict) this.#sequenceIn = 0;
    this.keyings++;
    if (this.#ready) return;
    this.#ready = true;
    this.onReady();
  }
}
