/**
 * The server's side of the SSH transport (RFC 4253) as OpenSSH 9.2 behaves: identification, packets, key exchange and rekeying, strict key exchange,
 * extension info. Bytes in, actions out: it owns no socket and no timer, and nothing that a client sends makes it throw.
 */
import { createHash, randomFillSync } from 'node:crypto';
import { CIPHERS } from './crypto/algorithms.ts';
import { BAD_BLOCK, BAD_LENGTH, type PacketOpener, type PacketSealer } from './crypto/crypto.types.ts';
import { createOpener, createPlainOpener, createPlainSealer, createSealer } from './crypto/packet-crypto.ts';
import type { HostKeys } from './host-keys.ts';
import { readIdentification } from './identification.ts';
import { InputBuffer } from './input-buffer.ts';
import { createKex } from './kex/index.ts';
import type { KexDone, ServerKex } from './kex/kex.types.ts';
import { CLIENT_TO_SERVER, deriveKeys, SERVER_TO_CLIENT, type KeyMaterial } from './key-derivation.ts';
import { DISCONNECT_PROTOCOL_ERROR, MSG } from './messages.ts';
import {
  decodeProposal,
  negotiate,
  serverKexInit,
  wantsExtensions,
  wantsStrictKex,
  type Agreement,
  type Proposal,
} from './negotiation.ts';
import { createCompressor, createDecompressor, type Compressor, type Decompressor } from './compression.ts';
import { WireReader, WireWriter } from './wire.ts';

/** PACKET_MAX_SIZE of OpenSSH. */
const MAX_PACKET_BYTES = 256 * 1024;
/** OpenSSH asks for new keys after 2^32 blocks, or after 1 GiB where the block is shorter than 16 bytes. */
const REKEY_BLOCKS_WIDE = 2 ** 32;
const REKEY_BYTES_NARROW = 2 ** 30;
const MAX_PACKETS_PER_KEY = 2 ** 31;
/** Types from here on are reserved for local extensions; sshd takes none. */
const FIRST_LOCAL_TYPE = 192;
/** What may wait behind a key exchange that the client does not finish. */
const MAX_QUEUED_BYTES = 4 * 1024 * 1024;

/** As sshd 9.2 sends it: every signature type it was built with, whatever its configuration allows. */
export const SERVER_SIG_ALGS =
  'ssh-ed25519,sk-ssh-ed25519@openssh.com,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,' +
  'sk-ecdsa-sha2-nistp256@openssh.com,webauthn-sk-ecdsa-sha2-nistp256@openssh.com,ssh-dss,ssh-rsa,rsa-sha2-256,rsa-sha2-512';

export interface TransportOptions {
  /** Without its line end: `SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10`. */
  readonly version: string;
  readonly hostKeys: HostKeys;
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

type KexState = 'none' | 'proposed' | 'exchange' | 'newkeys';

const scratch = new WireWriter(4096);

export class Transport {
  /** Set by the host while the socket takes no more; channels then hold their data. */
  congested = false;
  #options: TransportOptions;
  #host: TransportHost;
  #input = new InputBuffer();
  #output: Buffer | undefined;
  #outputLength = 0;
  #identified = false;
  #closed = false;
  #blocks = 0;
  #flushDue = false;
  #running = false;
  #clientVersion = '';
  #sealer: PacketSealer = createPlainSealer();
  #opener: PacketOpener = createPlainOpener();
  #compressor: Compressor | undefined;
  #decompressor: Decompressor | undefined;
  #sequenceIn = 0;
  #sequenceOut = 0;
  #kexState: KexState = 'none';
  #initial = true;
  #strict = false;
  #extensions = false;
  #authenticated = false;
  #skipPacket = false;
  #ownKexInit: Buffer | undefined;
  #peerKexInit: Buffer | undefined;
  #kex: ServerKex | undefined;
  #agreement: Agreement | undefined;
  #keys: KeyMaterial | undefined;
  #sessionId: Buffer | undefined;
  #sentKexInit = false;
  #queued: Buffer[] = [];
  #queuedBytes = 0;
  #bytesIn = 0;
  #bytesOut = 0;
  #packetsIn = 0;
  #packetsOut = 0;

  constructor(options: TransportOptions, host: TransportHost) {
    this.#options = options;
    this.#host = host;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** True while input is held back; then the host should stop reading. */
  get blocked(): boolean {
    return this.#blocks > 0;
  }

  get sessionId(): Uint8Array {
    return this.#sessionId ?? new Uint8Array(0);
  }

  get clientVersion(): string {
    return this.#clientVersion;
  }

  /** Sends the server's identification. */
  start(): void {
    this.#append(Buffer.from(`${this.#options.version}\r\n`, 'latin1'));
    this.flush();
  }

  receive(chunk: Uint8Array): void {
    if (this.#closed) return;
    this.#input.append(chunk);
    this.#run();
  }

  /** Holds input back, as sshd does while it waits for PAM. Each call needs an `unblock` of its own. */
  block(): void {
    this.#blocks++;
  }

  unblock(): void {
    this.#blocks--;
    if (this.#blocks > 0 || this.#closed) return;
    this.#run();
    if (this.#blocks === 0) this.#host.unblocked();
  }

  /** Sends a message: with everything else of this turn of the event loop, or after the key exchange under way. `payload` may be reused at once. */
  send(payload: Uint8Array): void {
    if (this.#closed) return;
    if (this.#sentKexInit && !isKexMessage(payload[0]!)) {
      this.#queuedBytes += payload.length;
      if (this.#queuedBytes > MAX_QUEUED_BYTES) this.drop('too much queued behind a key exchange');
      else this.#queued.push(Buffer.from(payload));
      return;
    }
    this.#seal(payload);
    if (this.#running) return;
    this.#rekeyIfDue();
    if (this.#flushDue) return;
    this.#flushDue = true;
    queueMicrotask(() => {
      this.#flushDue = false;
      this.flush();
    });
  }

  flush(): void {
    if (this.#output === undefined || this.#outputLength === 0) return;
    const bytes = this.#output.subarray(0, this.#outputLength);
    this.#output = undefined;
    this.#outputLength = 0;
    this.#host.write(bytes);
  }

  /** Says why and ends the connection: `packet_disconnect` of OpenSSH. */
  disconnect(text: string): void {
    if (this.#closed) return;
    this.#seal(scratch.reset().u8(MSG.DISCONNECT).u32(DISCONNECT_PROTOCOL_ERROR).string(text).string('').view());
    this.flush();
    this.drop(text);
  }

  /** Ends the connection without a word, as sshd does for most errors. */
  drop(reason: string, unread = false): void {
    if (this.#closed) return;
    this.#closed = true;
    // After the login sshd writes once a turn, and what an error finds unwritten is lost; before it, each message is written at once.
    if (!this.#authenticated) this.flush();
    this.#output = undefined;
    this.#compressor?.close();
    this.#decompressor?.close();
    this.#input.clear();
    this.#queued = [];
    this.#host.end(reason, unread);
  }

  /** Starts delayed compression and the limits that only hold from here on. Call right after USERAUTH_SUCCESS was sent. */
  authenticated(): void {
    this.#authenticated = true;
    if (this.#agreement === undefined) return;
    this.#startCompression(this.#agreement, 'out');
    this.#startCompression(this.#agreement, 'in');
  }

  /** Asks for new keys. */
  rekey(): void {
    if (this.#closed || this.#kexState !== 'none' || this.#sentKexInit) return;
    this.#sendKexInit();
    this.#kexState = 'proposed';
  }

  #run(): void {
    if (this.#running) return;
    this.#running = true;
    while (!this.#closed && this.#blocks === 0 && this.#step());
    this.#running = false;
    if (this.#closed) return;
    this.#input.compact();
    this.#rekeyIfDue();
    this.flush();
  }

  /** One packet, or false where more bytes are needed. */
  #step(): boolean {
    if (!this.#identified) return this.#identify();
    const input = this.#input;
    if (input.length < this.#opener.headBytes) return false;
    const frame = this.#opener.frameBytes(this.#sequenceIn, input.buffer, input.start, MAX_PACKET_BYTES);
    if (frame === BAD_LENGTH || frame === BAD_BLOCK) {
      this.drop(frame === BAD_LENGTH ? `Bad packet length ${this.#opener.packetLength}.` : 'padding error');
      return false;
    }
    if (input.length < frame) return false;
    const opened = this.#opener.open(this.#sequenceIn, input.buffer, input.start);
    if (opened === 'bad-padding') {
      // The length of the padding stands in the clear only before the first keys.
      this.disconnect(
        `Corrupted padlen ${this.#sessionId === undefined ? input.buffer[input.start + 4] : 0} on input.`,
      );
      return false;
    }
    if (opened === 'corrupt') {
      this.drop('Corrupted MAC on input.');
      return false;
    }
    const sequence = this.#sequenceIn;
    this.#sequenceIn = (sequence + 1) >>> 0;
    this.#packetsIn++;
    this.#bytesIn += frame;
    const plain = asBuffer(opened);
    const payload = this.#decompressor === undefined ? plain : this.#decompressor.decompress(plain);
    if (payload === undefined) this.drop('invalid compressed data');
    else this.#dispatch(payload, sequence);
    input.consume(frame);
    return !this.#closed;
  }

  #identify(): boolean {
    const result = readIdentification(this.#input.view());
    switch (result.kind) {
      case 'incomplete':
        return false;
      case 'refused':
        this.#append(Buffer.from(result.reply, 'latin1'));
        this.drop(result.reason, result.used < this.#input.length);
        return false;
      case 'accepted':
    }
    this.#input.consume(result.used);
    this.#identified = true;
    this.#clientVersion = result.version;
    this.#host.identified(result.version);
    this.#sendKexInit();
    this.#kexState = 'proposed';
    return true;
  }

  #dispatch(payload: Buffer, sequence: number): void {
    const type = payload[0];
    if (type === undefined) return this.drop('empty packet');
    if (type === 0 || type >= FIRST_LOCAL_TYPE) return this.disconnect(`Invalid ssh2 packet type: ${type}`);
    if (this.#skipPacket) {
      this.#skipPacket = false;
      if (type >= 30 && type <= 49) return;
    }
    const strictly = this.#initial && this.#strict;
    switch (type) {
      case MSG.DISCONNECT:
        return this.drop(disconnectReason(payload));
      case MSG.IGNORE:
      case MSG.DEBUG:
      case MSG.UNIMPLEMENTED:
        if (strictly) return this.#unexpected(type, sequence);
        if (!isWellFormedNotice(payload)) this.drop('incomplete message');
        return;
      case MSG.KEXINIT:
        return this.#onKexInit(payload, sequence);
      case MSG.NEWKEYS:
        if (this.#kexState !== 'newkeys') return this.#unexpected(type, sequence);
        if (payload.length !== 1) return this.drop('invalid format');
        return this.#onNewKeys();
      default:
    }
    if (type >= 30 && type <= 49) return this.#onKexMessage(payload, sequence);
    if (this.#initial) {
      // Until the first keys sshd has no handler at all for what comes after the transport's own numbers.
      if (type >= 50) return this.drop(`protocol error: rcvd type ${type}`);
      return this.#unexpected(type, sequence);
    }
    if (!this.#host.message(payload)) this.#unimplemented(sequence);
  }

  #unexpected(type: number, sequence: number): void {
    if (this.#initial && this.#strict)
      return this.disconnect(`strict KEX violation: unexpected packet type ${type} (seqnr ${sequence})`);
    this.#unimplemented(sequence);
  }

  #unimplemented(sequence: number): void {
    this.send(scratch.reset().u8(MSG.UNIMPLEMENTED).u32(sequence).view());
  }

  #sendKexInit(): void {
    this.#ownKexInit = serverKexInit(randomFillSync(Buffer.allocUnsafe(16)));
    this.#seal(this.#ownKexInit);
    this.#sentKexInit = true;
  }

  #onKexInit(payload: Buffer, sequence: number): void {
    if (this.#kexState !== 'none' && this.#kexState !== 'proposed') return this.#unexpected(MSG.KEXINIT, sequence);
    const proposal = decodeProposal(payload);
    if (proposal === undefined) return this.drop('discard proposal: incomplete message');
    this.#peerKexInit = Buffer.from(payload);
    if (!this.#sentKexInit) this.#sendKexInit();
    if (this.#initial) {
      this.#extensions = wantsExtensions(proposal);
      this.#strict = wantsStrictKex(proposal);
      this.#host.proposed(proposal);
      if (this.#strict && sequence !== 0)
        return this.disconnect('strict KEX violation: KEXINIT was not the first packet');
    }
    const negotiation = negotiate(proposal);
    if (!negotiation.ok) return this.drop(negotiation.reason);
    this.#agreement = negotiation.value;
    this.#kex = createKex(negotiation.value.kex);
    if (this.#kex === undefined) return this.drop(`no method ${negotiation.value.kex}`);
    this.#skipPacket = negotiation.value.skipGuess;
    this.#kexState = 'exchange';
  }

  #onKexMessage(payload: Buffer, sequence: number): void {
    if (this.#kexState !== 'exchange' || this.#kex === undefined) return this.#unexpected(payload[0]!, sequence);
    const step = this.#kex.receive(payload);
    switch (step.kind) {
      case 'unexpected':
        return this.#unexpected(payload[0]!, sequence);
      case 'invalid':
        return this.drop(step.reason);
      case 'send':
        return this.#seal(step.payload);
      case 'done':
        return this.#finishKex(this.#kex, step);
    }
  }

  #finishKex(kex: ServerKex, done: KexDone): void {
    const agreement = this.#agreement!;
    const hostKey = this.#options.hostKeys.for(agreement.hostKey);
    const hashed = scratch.reset().string(Buffer.from(this.#clientVersion, 'latin1')).string(this.#options.version);
    hashed.string(this.#peerKexInit!).string(this.#ownKexInit!).string(hostKey.blob).raw(done.hashed).raw(done.secret);
    const exchangeHash = createHash(kex.hash).update(hashed.view()).digest();
    this.#sessionId ??= exchangeHash;
    const signature = hostKey.sign(agreement.hostKey, exchangeHash);
    scratch.reset().u8(done.replyType).string(hostKey.blob).raw(done.publicValue).string(signature);
    this.#seal(scratch.view());
    this.#seal(scratch.reset().u8(MSG.NEWKEYS).view());
    this.#keys = { hash: kex.hash, secret: done.secret, exchangeHash, sessionId: this.#sessionId };
    this.#sealer = createSealer(
      agreement.cipherOut,
      agreement.macOut,
      deriveKeys(this.#keys, SERVER_TO_CLIENT, agreement.cipherOut, agreement.macOut),
    );
    if (this.#strict) this.#sequenceOut = 0;
    this.#bytesOut = 0;
    this.#packetsOut = 0;
    if (this.#authenticated) this.#startCompression(agreement, 'out');
    this.#kex = undefined;
    this.#ownKexInit = undefined;
    this.#peerKexInit = undefined;
    this.#sentKexInit = false;
    this.#kexState = 'newkeys';
    if (this.#initial && this.#extensions) this.#sendExtensions();
    const queued = this.#queued;
    this.#queued = [];
    this.#queuedBytes = 0;
    for (const payload of queued) this.#seal(payload);
  }

  #onNewKeys(): void {
    const agreement = this.#agreement!;
    this.#opener = createOpener(
      agreement.cipherIn,
      agreement.macIn,
      deriveKeys(this.#keys!, CLIENT_TO_SERVER, agreement.cipherIn, agreement.macIn),
    );
    this.#keys = undefined;
    // The number of the packet itself was counted before it was looked at: the next one is the first.
    if (this.#strict) this.#sequenceIn = 0;
    this.#bytesIn = 0;
    this.#packetsIn = 0;
    if (this.#authenticated) this.#startCompression(agreement, 'in');
    this.#kexState = 'none';
    const initial = this.#initial;
    this.#initial = false;
    this.#host.keyed(agreement, initial);
  }

  #sendExtensions(): void {
    scratch.reset().u8(MSG.EXT_INFO).u32(2).string('server-sig-algs').string(SERVER_SIG_ALGS);
    this.#seal(scratch.string('publickey-hostbound@openssh.com').string('0').view());
  }

  #startCompression(agreement: Agreement, direction: 'in' | 'out'): void {
    if (direction === 'out' && agreement.compressionOut !== 'none') {
      this.#compressor?.close();
      this.#compressor = createCompressor();
    }
    if (direction === 'in' && agreement.compressionIn !== 'none') {
      this.#decompressor?.close();
      this.#decompressor = createDecompressor(MAX_PACKET_BYTES);
    }
  }

  #rekeyIfDue(): void {
    if (!this.#authenticated || this.#kexState !== 'none' || this.#agreement === undefined) return;
    if (this.#packetsIn === 0 && this.#packetsOut === 0) return;
    if (
      this.#bytesIn > this.#rekeyLimit(this.#agreement.cipherIn) ||
      this.#bytesOut > this.#rekeyLimit(this.#agreement.cipherOut) ||
      this.#packetsIn > MAX_PACKETS_PER_KEY ||
      this.#packetsOut > MAX_PACKETS_PER_KEY
    )
      this.rekey();
  }

  #rekeyLimit(cipher: string): number {
    if (this.#options.rekeyBytes !== undefined) return this.#options.rekeyBytes;
    const block = CIPHERS.get(cipher)!.blockBytes;
    return block >= 16 ? REKEY_BLOCKS_WIDE * block : REKEY_BYTES_NARROW;
  }

  #seal(payload: Uint8Array): void {
    if (this.#closed) return;
    const compressed = this.#compressor === undefined ? payload : this.#compressor.compress(payload);
    const bytes = this.#sealer.sealedBytes(compressed.length);
    const at = this.#reserve(bytes);
    this.#sealer.sealInto(this.#sequenceOut, compressed, this.#output!, at);
    this.#sequenceOut = (this.#sequenceOut + 1) >>> 0;
    this.#packetsOut++;
    this.#bytesOut += bytes;
  }

  #append(bytes: Buffer): void {
    const at = this.#reserve(bytes.length);
    bytes.copy(this.#output!, at);
  }

  /** Room for `bytes` in the pending output; answers where. */
  #reserve(bytes: number): number {
    const at = this.#outputLength;
    const needed = at + bytes;
    if (this.#output === undefined) this.#output = Buffer.allocUnsafe(Math.max(needed, 512));
    else if (this.#output.length < needed) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#output.length * 2));
      this.#output.copy(grown, 0, 0, at);
      this.#output = grown;
    }
    this.#outputLength = needed;
    return at;
  }
}

/** What may pass while a key exchange is under way (RFC 4253 section 7.1). */
function isKexMessage(type: number): boolean {
  return type < 50 && type !== MSG.SERVICE_REQUEST && type !== MSG.SERVICE_ACCEPT && type !== MSG.EXT_INFO;
}

/** sshd takes DEBUG and UNIMPLEMENTED apart although it does nothing with them. */
function isWellFormedNotice(payload: Buffer): boolean {
  const reader = new WireReader(payload, 1);
  if (payload[0] === MSG.UNIMPLEMENTED) reader.u32();
  else if (payload[0] === MSG.DEBUG) {
    reader.bool();
    reader.string();
    reader.string();
  }
  return reader.ok;
}

function disconnectReason(payload: Buffer): string {
  const reader = new WireReader(payload, 1);
  const code = reader.u32();
  const text = reader.string().toString('utf8').slice(0, 256);
  return reader.ok ? `client: ${code}: ${text}` : 'client: malformed disconnect';
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
