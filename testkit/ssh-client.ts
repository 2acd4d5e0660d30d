/**
 * A small SSH client for tests, fuzzing and benchmarks: curve25519-sha256, every cipher and MAC of the decoy, and nothing hidden: any message can be sent
 * and each answer is seen. It works on bytes, so it drives the decoy in process, over a socket, or a real sshd alike.
 */
import { createHash, createPublicKey, randomBytes, sign, verify, type KeyObject } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { BAD_BLOCK, BAD_LENGTH } from '@netsentinel/decoys/ssh/crypto/crypto.types';
import {
  createOpener,
  createPlainOpener,
  createPlainSealer,
  createSealer,
} from '@netsentinel/decoys/ssh/crypto/packet-crypto';
import { InputBuffer } from '@netsentinel/decoys/ssh/input-buffer';
import { agreeX25519, generateX25519, type X25519Pair } from '@netsentinel/decoys/ssh/kex/ecdh.kex';
import {
  CLIENT_TO_SERVER,
  deriveKeys,
  SERVER_TO_CLIENT,
  type KeyMaterial,
} from '@netsentinel/decoys/ssh/key-derivation';
import { MSG } from '@netsentinel/decoys/ssh/messages';
import { decodeProposal, encodeProposal, negotiate } from '@netsentinel/decoys/ssh/negotiation';
import { WireReader, WireWriter } from '@netsentinel/decoys/ssh/wire';

export interface SshClientOptions {
  readonly version?: string;
  readonly hostKey?: readonly string[];
  readonly cipher?: string;
  readonly mac?: string;
  /** Added to the list of key exchange methods: `ext-info-c`, `kex-strict-c-v00@openssh.com`. */
  readonly extensions?: readonly string[];
}

const STRICT = 'kex-strict-c-v00@openssh.com';

/** Bytes in, bytes out. Messages above the transport are handed to `onMessage`, valid during the call. */
export class SshClientEngine {
  onMessage: (payload: Buffer) => void = () => {};
  onReady: () => void = () => {};
  serverVersion = '';
  sessionId: Buffer | undefined;
  /** How often keys were taken into use. */
  keyings = 0;
  hostKeyBlob: Buffer | undefined;
  #write: (bytes: Uint8Array) => void;
  #options: SshClientOptions;
  #version: string;
  #input = new InputBuffer();
  #sealer = createPlainSealer();
  #opener = createPlainOpener();
  #sequenceIn = 0;
  #sequenceOut = 0;
  #ownKexInit: Buffer | undefined;
  #peerKexInit: Buffer | undefined;
  #pair: X25519Pair | undefined;
  #pendingKeys: { readonly material: KeyMaterial; readonly cipher: string; readonly mac: string } | undefined;
  #output: Buffer[] = [];
  #queued: Buffer[] = [];
  #strict = false;
  #ready = false;

  constructor(write: (bytes: Uint8Array) => void, options: SshClientOptions = {}) {
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
    this.#pair = generateX25519();
    this.send(new WireWriter(64).u8(MSG.KEXDH_INIT).string(this.#pair.publicKey).view());
  }

  #onReply(payload: Buffer): void {
    const reader = new WireReader(payload, 1);
    const blob = reader.string();
    const value = reader.string();
    const signature = reader.string();
    const shared = agreeX25519(this.#pair!.privateKey, value);
    if (!reader.done || shared === undefined) throw new Error('malformed reply');
    const secret = new WireWriter(48).mpint(shared).copy();
    const hashed = new WireWriter(4096).string(this.#version).string(this.serverVersion);
    hashed.string(this.#ownKexInit!).string(this.#peerKexInit!).string(blob);
    hashed.string(this.#pair!.publicKey).string(value).raw(secret);
    const exchangeHash = createHash('sha256').update(hashed.view()).digest();
    if (!isSigned(blob, signature, exchangeHash)) throw new Error('the host key did not sign');
    this.hostKeyBlob = Buffer.from(blob);
    this.sessionId ??= exchangeHash;
    const agreement = negotiate(decodeProposal(this.#ownKexInit!)!);
    if (!agreement.ok) throw new Error(agreement.reason);
    const material: KeyMaterial = { hash: 'sha256', secret, exchangeHash, sessionId: this.sessionId };
    const { cipherIn, macIn } = agreement.value;
    this.send(Buffer.of(MSG.NEWKEYS));
    this.#sealer = createSealer(cipherIn, macIn, deriveKeys(material, CLIENT_TO_SERVER, cipherIn, macIn));
    if (this.#strict) this.#sequenceOut = 0;
    this.#pendingKeys = { material, cipher: cipherIn, mac: macIn };
    this.#ownKexInit = undefined;
    this.#pair = undefined;
    for (const payload of this.#queued.splice(0)) this.#seal(payload);
  }

  #onNewKeys(): void {
    const { material, cipher, mac } = this.#pendingKeys!;
    this.#opener = createOpener(cipher, mac, deriveKeys(material, SERVER_TO_CLIENT, cipher, mac));
    if (this.#strict) this.#sequenceIn = 0;
    this.keyings++;
    if (this.#ready) return;
    this.#ready = true;
    this.onReady();
  }
}

const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** Only Ed25519 is verified: the other types are OpenSSH's own client's to judge. */
function isSigned(blob: Buffer, signature: Buffer, hash: Buffer): boolean {
  const reader = new WireReader(signature);
  if (reader.cstring() !== 'ssh-ed25519') return true;
  const key = createPublicKey({ key: Buffer.concat([ED25519_SPKI, blob.subarray(-32)]), format: 'der', type: 'spki' });
  return verify(null, hash, key, reader.string());
}

/** The engine on a socket, with messages one by one. */
export class SshClient {
  readonly engine: SshClientEngine;
  /** Set when the server closed. */
  ended = false;
  #socket: Socket;
  #messages: Buffer[] = [];
  #waiting: ((message: Buffer | undefined) => void) | undefined;

  private constructor(socket: Socket, options: SshClientOptions) {
    this.#socket = socket;
    this.engine = new SshClientEngine((bytes) => socket.write(bytes), options);
    this.engine.onMessage = (payload) => this.#deliver(Buffer.from(payload));
    socket.on('data', (chunk) => this.engine.receive(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.ended = true;
      this.#waiting?.(undefined);
      this.#waiting = undefined;
    });
  }

  /** Resolves once the first keys are in use. */
  static async connect(port: number, options: SshClientOptions = {}): Promise<SshClient> {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    const client = new SshClient(socket, options);
    await new Promise<void>((resolve, reject) => {
      client.engine.onReady = resolve;
      socket.once('close', () => reject(new Error('closed during key exchange')));
      socket.once('connect', () => client.engine.start());
    });
    return client;
  }

  send(payload: Uint8Array): void {
    this.engine.send(payload);
    this.engine.flush();
  }

  /** The next message, or undefined when the server has closed. */
  next(): Promise<Buffer | undefined> {
    const message = this.#messages.shift();
    if (message !== undefined || this.ended) return Promise.resolve(message);
    return new Promise((resolve) => (this.#waiting = resolve));
  }

  /** Passes over messages until one of this type; undefined when the server has closed before. */
  async until(type: number): Promise<Buffer | undefined> {
    for (;;) {
      const message = await this.next();
      if (message === undefined || message[0] === type) return message;
    }
  }

  /** Asks for the service and tries a password; the answer's type. */
  async tryPassword(user: string, password: string): Promise<number | undefined> {
    this.send(
      new WireWriter()
        .u8(MSG.USERAUTH_REQUEST)
        .string(user)
        .string('ssh-connection')
        .string('password')
        .bool(false)
        .string(password)
        .view(),
    );
    return (await this.next())?.[0];
  }

  async login(user: string, password: string): Promise<boolean> {
    await this.requestService();
    return (await this.tryPassword(user, password)) === MSG.USERAUTH_SUCCESS;
  }

  /** Proves an Ed25519 key. */
  async loginWithKey(user: string, key: KeyObject): Promise<boolean> {
    await this.requestService();
    const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
    const blob = new WireWriter().string('ssh-ed25519').string(raw).copy();
    const request = new WireWriter().u8(MSG.USERAUTH_REQUEST).string(user).string('ssh-connection');
    const unsigned = request.string('publickey').bool(true).string('ssh-ed25519').string(blob).copy();
    const proof = sign(null, new WireWriter().string(this.engine.sessionId!).raw(unsigned).view(), key);
    const signature = new WireWriter().string('ssh-ed25519').string(proof).copy();
    this.send(new WireWriter().raw(unsigned).string(signature).view());
    return (await this.next())?.[0] === MSG.USERAUTH_SUCCESS;
  }

  async requestService(name = 'ssh-userauth'): Promise<Buffer | undefined> {
    this.send(new WireWriter().u8(MSG.SERVICE_REQUEST).string(name).view());
    return this.until(MSG.SERVICE_ACCEPT);
  }

  close(): void {
    this.#socket.destroy();
  }

  #deliver(message: Buffer): void {
    if (this.#waiting === undefined) {
      this.#messages.push(message);
      return;
    }
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting(message);
  }
}
