/**
 * A fast SSH client for benchmarks and tests: curve25519-sha256, ssh-ed25519, any cipher of the decoy, password login, session channels;
 * thousands of connections from one process. It sends ahead what needs no answer (its KEXINIT and key, then service and first password),
 * and it does not rekey.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { PacketOpener, PacketSealer } from '@netsentinel/decoys/ssh/crypto/crypto.types';
import {
  createOpener,
  createPlainOpener,
  createPlainSealer,
  createSealer,
} from '@netsentinel/decoys/ssh/crypto/packet-crypto';
import { CHANNEL_PACKET, CHANNEL_WINDOW, ClientChannel, type ChannelPort } from './client-channel.ts';
import { agree, ephemeralPair, type EphemeralPair } from './key-agreement.ts';
import { PacketReader, PacketWriter } from './packet-writer.ts';
import {
  SshClientError,
  type SshChannel,
  type SshClient,
  type SshClientOptions,
  type SshRunResult,
  type SshTerminal,
} from './ssh-client.types.ts';

export { SshClientError } from './ssh-client.types.ts';
export type { SshChannel, SshClient, SshClientOptions } from './ssh-client.types.ts';

const MAX_PACKET = 256 * 1024;
const DEFAULT_CIPHER = 'chacha20-poly1305@openssh.com';
const DEFAULT_MAC = 'hmac-sha2-256-etm@openssh.com';
const DEFAULT_VERSION = 'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7';

/** Resolves once logged in; rejects with `SshClientError`, or with the socket's error. */
export function connectSsh(options: SshClientOptions): Promise<SshClient> {
  return new Connection(options).ready;
}

/** Shared by all connections: messages are sealed before the next one is written. */
const writer = new PacketWriter();

class Connection implements SshClient {
  readonly ready: Promise<SshClient>;
  readonly closed: Promise<void>;
  serverVersion = '';
  hostKey: Uint8Array = new Uint8Array(0);
  attempts = 0;
  readonly #options: SshClientOptions;
  readonly #socket: Socket;
  readonly #settle: { resolve(client: SshClient): void; reject(error: unknown): void };
  readonly #passwords: readonly string[];
  readonly #pair: EphemeralPair;
  readonly #timer: NodeJS.Timeout;
  #received: Buffer = Buffer.alloc(0);
  #sealer: PacketSealer = createPlainSealer();
  #opener: PacketOpener = createPlainOpener();
  #nextOpener: PacketOpener | undefined;
  #sent = 0;
  #opened = 0;
  #clientInit: Uint8Array = new Uint8Array(0);
  #serverInit: Uint8Array = new Uint8Array(0);
  /** Sealed and not yet written: all that one turn produces leaves in one piece. */
  #out: Uint8Array[] = [];
  #corked = false;
  readonly #channels = new Map<number, { channel: ClientChannel; opening?: PromiseWithResolvers<void> }>();
  #nextChannel = 0;

  constructor(options: SshClientOptions) {
    this.#options = options;
    this.#passwords = typeof options.password === 'string' ? [options.password] : options.password;
    const ready = Promise.withResolvers<SshClient>();
    this.ready = ready.promise;
    this.#settle = ready;
    this.#pair = ephemeralPair(options.reuseEphemeralKey ?? false);
    const closed = Promise.withResolvers<void>();
    this.closed = closed.promise;
    const { host, port, localAddress } = options;
    this.#socket = connect({ host, port, noDelay: true, ...(localAddress !== undefined && { localAddress }) });
    this.#timer = setTimeout(
      () => this.#fail(new SshClientError('timeout', 'No login in time')),
      options.timeoutMs ?? 30_000,
    );
    this.#socket.on('connect', () => this.#start());
    this.#socket.on('data', (chunk) => this.#receive(chunk));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => {
      this.#fail(new SshClientError('closed', 'The server closed the connection'));
      closed.resolve();
    });
  }

  async shell(terminal: SshTerminal | false = {}): Promise<SshChannel> {
    return this.#session('shell', undefined, terminal === false ? undefined : terminal);
  }

  async exec(command: string, terminal?: SshTerminal): Promise<SshChannel> {
    return this.#session('exec', command, terminal);
  }

  async subsystem(name: string): Promise<SshChannel> {
    return this.#session('subsystem', name);
  }

  async run(command: string): Promise<SshRunResult> {
    const channel = await this.exec(command);
    const text = { stdout: '', stderr: '' };
    channel.onData((chunk, stream) => (text[stream] += chunk.toString()));
    return { code: await channel.exit, ...text };
  }

  close(): void {
    this.#fail(new SshClientError('closed', 'Closed by us'));
  }

  data(remote: number, chunk: Uint8Array): void {
    this.#send(writer.start(94).u32(remote).string(chunk).view());
  }

  adjust(remote: number, bytes: number): void {
    this.#send(writer.start(93).u32(remote).u32(bytes).view());
  }

  resize(remote: number, columns: number, rows: number): void {
    this.#send(writer.start(98).u32(remote).string('window-change').u8(0).u32(columns).u32(rows).u32(0).u32(0).view());
  }

  eof(remote: number): void {
    this.#send(writer.start(96).u32(remote).view());
  }

  closeChannel(remote: number): void {
    this.#send(writer.start(97).u32(remote).view());
  }

  async #session(kind: string, argument: string | undefined, terminal?: SshTerminal): Promise<SshChannel> {
    const local = this.#nextChannel++;
    const opening = Promise.withResolvers<void>();
    const port: ChannelPort = {
      data: (remote, chunk) => this.data(remote, chunk),
      adjust: (remote, bytes) => this.adjust(remote, bytes),
      resize: (remote, columns, rows) => this.resize(remote, columns, rows),
      eof: (remote) => this.eof(remote),
      close: (remote) => this.closeChannel(remote),
    };
    const channel = new ClientChannel(port);
    this.#channels.set(local, { channel, opening });
    this.#send(writer.start(90).string('session').u32(local).u32(CHANNEL_WINDOW).u32(CHANNEL_PACKET).view());
    await opening.promise;
    this.#cork();
    if (terminal !== undefined) {
      writer
        .start(98)
        .u32(channel.remote)
        .string('pty-req')
        .u8(0)
        .string(terminal.type ?? 'xterm-256color');
      writer
        .u32(terminal.columns ?? 80)
        .u32(terminal.rows ?? 24)
        .u32(0)
        .u32(0)
        .string(Uint8Array.of(0));
      this.#send(writer.view());
    }
    writer.start(98).u32(channel.remote).string(kind).u8(1);
    if (argument !== undefined) writer.string(argument);
    this.#send(writer.view());
    this.#uncork();
    return channel;
  }

  #start(): void {
    this.#cork();
    this.#out.push(Buffer.from(`${this.#options.version ?? DEFAULT_VERSION}\r\n`));
    writer.start(20).raw(randomBytes(16));
    const { cipher = DEFAULT_CIPHER, mac = DEFAULT_MAC } = this.#options;
    const ciphers = typeof cipher === 'string' ? cipher : cipher.join(',');
    const lists = ['curve25519-sha256', 'ssh-ed25519', ciphers, ciphers, mac, mac, 'none', 'none', '', ''];
    for (const list of lists) writer.string(list);
    this.#clientInit = Buffer.from(writer.u8(0).u32(0).view());
    this.#send(this.#clientInit);
    this.#send(writer.start(30).string(this.#pair.publicKey).view());
    this.#uncork();
  }

  #receive(chunk: Buffer): void {
    this.#cork();
    try {
      this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
      if (this.serverVersion === '' && !this.#readVersion()) return;
      this.#readPackets();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#uncork();
    }
  }

  #readVersion(): boolean {
    const end = this.#received.indexOf(10);
    if (end < 0) return false;
    const line = this.#received.toString('latin1', 0, end).replace(/\r$/, '');
    this.#received = this.#received.subarray(end + 1);
    if (!line.startsWith('SSH-')) {
      this.#fail(new SshClientError('protocol', `The server says: ${line.slice(0, 200)}`));
      return false;
    }
    this.serverVersion = line;
    return true;
  }

  #readPackets(): void {
    const buffer = this.#received;
    let at = 0;
    while (buffer.length - at >= this.#opener.headBytes && !this.#socket.destroyed) {
      const size = this.#opener.frameBytes(this.#opened, buffer, at, MAX_PACKET);
      if (size < 0) throw new SshClientError('protocol', `Bad packet length ${this.#opener.packetLength}`);
      if (buffer.length - at < size) break;
      const payload = this.#opener.open(this.#opened, buffer, at);
      if (typeof payload === 'string') throw new SshClientError('protocol', `A packet is ${payload}`);
      this.#opened = (this.#opened + 1) >>> 0;
      at += size;
      this.#handle(payload);
    }
    this.#received = buffer.subarray(at);
  }

  #handle(payload: Uint8Array): void {
    switch (payload[0]) {
      case 1: {
        const reader = new PacketReader(payload);
        const code = reader.u32();
        throw new SshClientError('closed', `The server disconnects (${code}): ${reader.text()}`);
      }
      case 20:
        if (this.#serverInit.length > 0) throw new SshClientError('protocol', 'This client does not rekey');
        this.#serverInit = Buffer.from(payload);
        return;
      case 31:
        return this.#agree(payload);
      case 21:
        this.#opener = this.#nextOpener!;
        return;
      case 51:
        return this.#refused(payload);
      case 52:
        clearTimeout(this.#timer);
        this.#settle.resolve(this);
        return;
      case 80: {
        const reader = new PacketReader(payload);
        reader.bytes();
        if (reader.u8() !== 0) this.#send(writer.start(82).view());
        return;
      }
      default:
        if (payload[0]! >= 91 && payload[0]! <= 100) this.#toChannel(payload);
    }
  }

  #agree(reply: Uint8Array): void {
    const { cipher = DEFAULT_CIPHER, mac = DEFAULT_MAC, version = DEFAULT_VERSION, user } = this.#options;
    const agreed = agree(reply, this.#pair, {
      clientVersion: version,
      serverVersion: this.serverVersion,
      clientInit: this.#clientInit,
      serverInit: this.#serverInit,
      hostKeys: (this.#options.verifyHostKey ?? true) ? 'ed25519' : 'unchecked',
    });
    if (agreed === undefined) throw new SshClientError('protocol', 'The host key did not sign this exchange');
    this.hostKey = agreed.hostKey;
    const chosen = typeof cipher === 'string' ? cipher : firstCommon(cipher, this.#serverInit);
    this.#nextOpener = createOpener(chosen, mac, agreed.toClient);
    this.#send(writer.start(21).view());
    this.#sealer = createSealer(chosen, mac, agreed.toServer);
    this.#send(writer.start(5).string('ssh-userauth').view());
    this.#tryPassword(user);
  }

  #tryPassword(user: string): void {
    const password = this.#passwords[this.attempts++];
    if (password === undefined) throw new SshClientError('auth', 'Permission denied');
    writer.start(50).string(user).string('ssh-connection').string('password').u8(0).string(password);
    this.#send(writer.view());
  }

  #refused(payload: Uint8Array): void {
    if (this.attempts >= this.#passwords.length) {
      throw new SshClientError('auth', `Permission denied (${new PacketReader(payload).text()})`);
    }
    this.#tryPassword(this.#options.user);
  }

  #toChannel(payload: Uint8Array): void {
    const reader = new PacketReader(payload);
    const local = reader.u32();
    const entry = this.#channels.get(local);
    if (entry === undefined) return;
    const { channel, opening } = entry;
    switch (payload[0]) {
      case 91:
        channel.opened(reader.u32(), reader.u32(), reader.u32());
        opening?.resolve();
        return;
      case 92:
        this.#channels.delete(local);
        opening?.reject(new SshClientError('closed', `The server opens no channel (${reader.u32()})`));
        channel.finished();
        return;
      case 93:
        return channel.adjusted(reader.u32());
      case 94:
        return channel.received(reader.bytes(), 'stdout');
      case 95:
        reader.u32();
        return channel.received(reader.bytes(), 'stderr');
      case 97:
        this.closeChannel(channel.remote);
        this.#channels.delete(local);
        return channel.finished();
      case 98:
        if (reader.text() !== 'exit-status') return;
        reader.u8();
        return channel.exited(reader.u32());
      case 100:
        return channel.close();
      default:
    }
  }

  #send(payload: Uint8Array): void {
    if (this.#socket.destroyed) return;
    this.#out.push(this.#sealer.seal(this.#sent, payload));
    this.#sent = (this.#sent + 1) >>> 0;
    if (!this.#corked) this.#flush();
  }

  #cork(): void {
    this.#corked = true;
  }

  #uncork(): void {
    this.#corked = false;
    this.#flush();
  }

  #flush(): void {
    const out = this.#out;
    if (out.length === 0 || this.#socket.destroyed) return;
    this.#out = [];
    this.#socket.write(out.length === 1 ? out[0]! : Buffer.concat(out));
  }

  #fail(error: unknown): void {
    clearTimeout(this.#timer);
    this.#settle.reject(error);
    this.#socket.destroy();
    for (const { channel, opening } of this.#channels.values()) {
      opening?.reject(error);
      channel.finished();
    }
    this.#channels.clear();
  }
}

/** The first of ours that the server's KEXINIT lists too. */
function firstCommon(ciphers: readonly string[], serverInit: Uint8Array): string {
  const reader = new PacketReader(serverInit, 17);
  reader.bytes();
  reader.bytes();
  const offered = new Set(reader.text().split(','));
  const found = ciphers.find((cipher) => offered.has(cipher));
  if (found === undefined) throw new SshClientError('protocol', 'No cipher in common');
  return found;
}
