/** The message engine on a socket: what the server says is taken one message at a time, and any message can be sent. Logs in by password or key. */
import { createPublicKey, sign, type KeyObject } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { MSG } from '@netsentinel/decoys/ssh/messages';
import { WireWriter } from '@netsentinel/decoys/ssh/wire';
import { MessageEngine, type MessageClientOptions } from './message-engine.ts';

export class MessageClient {
  readonly engine: MessageEngine;
  /** Set when the server closed. */
  ended = false;
  #socket: Socket;
  #messages: Buffer[] = [];
  #waiting: ((message: Buffer | undefined) => void) | undefined;

  private constructor(socket: Socket, options: MessageClientOptions) {
    this.#socket = socket;
    this.engine = new MessageEngine((bytes) => socket.write(bytes), options);
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
  static async connect(port: number, options: MessageClientOptions = {}): Promise<MessageClient> {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    const client = new MessageClient(socket, options);
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
