/**
 * The server's side of the SSH transport (RFC 4253) as OpenSSH 9.2 behaves: identification, packets, key exchange and rekeying, strict key exchange,
 * extension info. Bytes in, actions out: it owns no socket and no timer, and nothing that a client sends makes it throw.
 */
import { createHash, randomFillSync } from 'node:crypto';
import { createOpener, createSealer } from './crypto/packet-crypto.ts';
import { readIdentification } from './identification.ts';
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
} from './negotiation.ts';
import { PacketInput } from './packet-input.ts';
import { PacketOutput } from './packet-output.ts';
import { disconnectReason, isKexMessage, isWellFormedNotice, SERVER_SIG_ALGS } from './transport-messages.ts';
import type { TransportHost, TransportOptions } from './transport.types.ts';
import { WireWriter } from './wire.ts';

/** PACKET_MAX_SIZE of OpenSSH. */
const MAX_PACKET_BYTES = 256 * 1024;
/** Types from here on are reserved for local extensions; sshd takes none. */
const FIRST_LOCAL_TYPE = 192;
/** What may wait behind a key exchange that the client does not finish. */
const MAX_QUEUED_BYTES = 4 * 1024 * 1024;

type KexState = 'none' | 'proposed' | 'exchange' | 'newkeys';

const scratch = new WireWriter(4096);

export class Transport {
  /** Set by the host while the socket takes no more; channels then hold their data. */
  congested = false;
  #options: TransportOptions;
  #host: TransportHost;
  #input = new PacketInput(MAX_PACKET_BYTES);
  #output: PacketOutput;
  #identified = false;
  #closed = false;
  #blocks = 0;
  #flushDue = false;
  #running = false;
  #clientVersion = '';
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

  constructor(options: TransportOptions, host: TransportHost) {
    this.#options = options;
    this.#host = host;
    this.#output = new PacketOutput((bytes) => host.write(bytes));
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
    this.#output.append(Buffer.from(`${this.#options.version}\r\n`, 'latin1'));
    this.flush();
  }

  receive(chunk: Uint8Array): void {
    if (this.#closed) return;
    this.#input.bytes.append(chunk);
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
    this.#output.seal(payload);
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
    this.#output.flush();
  }

  /** Says why and ends the connection: `packet_disconnect` of OpenSSH. */
  disconnect(text: string): void {
    if (this.#closed) return;
    this.#output.seal(scratch.reset().u8(MSG.DISCONNECT).u32(DISCONNECT_PROTOCOL_ERROR).string(text).string('').view());
    this.flush();
    this.drop(text);
  }

  /** Ends the connection without a word, as sshd does for most errors. */
  drop(reason: string, unread = false): void {
    if (this.#closed) return;
    this.#closed = true;
    // After the login sshd writes once a turn, and what an error finds unwritten is lost; before it, each message is written at once.
    if (!this.#authenticated) this.flush();
    this.#output.close();
    this.#input.close();
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
    this.#input.bytes.compact();
    this.#rekeyIfDue();
    this.flush();
  }

  /** One packet, or false where more bytes are needed. */
  #step(): boolean {
    if (!this.#identified) return this.#identify();
    const { sequence } = this.#input;
    const packet = this.#input.next();
    switch (packet) {
      case 'incomplete':
        return false;
      case 'bad-length':
        this.drop(`Bad packet length ${this.#input.packetLength}.`);
        return false;
      case 'bad-block':
        this.drop('padding error');
        return false;
      case 'bad-padding':
        // The length of the padding stands in the clear only before the first keys.
        this.disconnect(`Corrupted padlen ${this.#sessionId === undefined ? this.#input.paddingBytes : 0} on input.`);
        return false;
      case 'corrupt':
        this.drop('Corrupted MAC on input.');
        return false;
      case 'bad-compression':
        this.drop('invalid compressed data');
        break;
      default:
        this.#dispatch(packet, sequence);
    }
    this.#input.consumed();
    return !this.#closed;
  }

  #identify(): boolean {
    const result = readIdentification(this.#input.bytes.view());
    switch (result.kind) {
      case 'incomplete':
        return false;
      case 'refused':
        this.#output.append(Buffer.from(result.reply, 'latin1'));
        this.drop(result.reason, result.used < this.#input.bytes.length);
        return false;
      case 'accepted':
    }
    this.#input.bytes.consume(result.used);
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
    this.#ownKexInit = serverKexInit(randomFillSync(Buffer.allocUnsafe(16)), this.#options.offer?.proposal);
    this.#output.seal(this.#ownKexInit);
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
    const negotiation = negotiate(proposal, this.#options.offer?.proposal);
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
        return this.#output.seal(step.payload);
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
    this.#output.seal(scratch.view());
    this.#output.seal(scratch.reset().u8(MSG.NEWKEYS).view());
    this.#keys = { hash: kex.hash, secret: done.secret, exchangeHash, sessionId: this.#sessionId };
    const sealer = createSealer(
      agreement.cipherOut,
      agreement.macOut,
      deriveKeys(this.#keys, SERVER_TO_CLIENT, agreement.cipherOut, agreement.macOut),
    );
    this.#output.rekeyed(agreement.cipherOut, sealer, this.#strict);
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
    for (const payload of queued) this.#output.seal(payload);
  }

  #onNewKeys(): void {
    const agreement = this.#agreement!;
    const opener = createOpener(
      agreement.cipherIn,
      agreement.macIn,
      deriveKeys(this.#keys!, CLIENT_TO_SERVER, agreement.cipherIn, agreement.macIn),
    );
    this.#keys = undefined;
    this.#input.rekeyed(agreement.cipherIn, opener, this.#strict);
    if (this.#authenticated) this.#startCompression(agreement, 'in');
    this.#kexState = 'none';
    const initial = this.#initial;
    this.#initial = false;
    this.#host.keyed(agreement, initial);
  }

  #sendExtensions(): void {
    const bindsHostKey = this.#options.offer?.bindsHostKey ?? true;
    scratch
      .reset()
      .u8(MSG.EXT_INFO)
      .u32(bindsHostKey ? 2 : 1)
      .string('server-sig-algs')
      .string(SERVER_SIG_ALGS);
    if (bindsHostKey) scratch.string('publickey-hostbound@openssh.com').string('0');
    this.#output.seal(scratch.view());
  }

  #startCompression(agreement: Agreement, direction: 'in' | 'out'): void {
    if (direction === 'out' && agreement.compressionOut !== 'none') this.#output.compress();
    if (direction === 'in' && agreement.compressionIn !== 'none') this.#input.decompress();
  }

  #rekeyIfDue(): void {
    if (!this.#authenticated || this.#kexState !== 'none' || this.#agreement === undefined) return;
    const { rekeyBytes } = this.#options;
    if (this.#input.wear.isWorn(rekeyBytes) || this.#output.wear.isWorn(rekeyBytes)) this.rekey();
  }
}
