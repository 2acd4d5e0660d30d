/**
 * One connection to the server: the NetBIOS session or bare TCP underneath (RFC 1002 section 4.3, MS-SMB2 section 2.1), and which of the dialects the message
 * inside is. Messages are answered in order; what a login must wait for holds the rest back.
 */
import { InputBuffer } from '../service/input-buffer.ts';
import type { ServiceProtocol, ServiceSession } from '../service/service.types.ts';
import { SmbClient, type SmbServer } from './smb-client.ts';
import { Smb1Connection } from './smb1/smb1-connection.ts';
import { Smb2Connection } from './smb2/smb2-connection.ts';

/** Of one message: the largest write and what surrounds it. */
const MAX_FRAME = 8 * 1024 * 1024 + 64 * 1024;
/** Before anybody has logged in nobody needs that much. */
const MAX_EARLY_FRAME = 128 * 1024;
const PREFIX = { message: 0x00, request: 0x81, positive: 0x82, keepAlive: 0x85 } as const;

export class SmbConnection implements ServiceProtocol {
  readonly #client: SmbClient;
  readonly #session: ServiceSession;
  readonly #input = new InputBuffer();
  readonly #smb2: Smb2Connection;
  readonly #smb1: Smb1Connection;
  #held = 0;
  #waiting = false;
  /** The client does not take what it asked for: it gets no more until it does. */
  #congested = false;
  #over = false;

  constructor(server: SmbServer, session: ServiceSession) {
    this.#session = session;
    this.#client = new SmbClient(server, session);
    const send = (message: Buffer): void => this.#send(message);
    const end = (reason: string): void => this.#end(reason);
    this.#smb2 = new Smb2Connection(this.#client, send, end);
    this.#smb1 = new Smb1Connection(this.#client, this.#smb2, send, end);
  }

  data(bytes: Buffer): void {
    if (this.#over) return;
    this.#input.append(bytes);
    this.#work();
  }

  drained(): void {
    this.#congested = false;
    if (!this.#over) this.#work();
  }

  closed(): void {
    this.#over = true;
    this.#smb2.closed();
    this.#smb1.closed();
    this.#client.closed();
    this.#hold(0);
    this.#input.clear();
  }

  #work(): void {
    const input = this.#input;
    while (!this.#over && !this.#waiting && !this.#congested && input.length >= 4) {
      const head = input.buffer.readUInt32BE(input.start);
      const type = head >>> 24;
      const length = head & 0xff_ffff;
      if (type !== PREFIX.message && type !== PREFIX.request && type !== PREFIX.keepAlive) return this.#end('not SMB');
      if (length > (this.#client.prepared ? MAX_FRAME : MAX_EARLY_FRAME)) return this.#end('message too long');
      if (input.length < 4 + length) {
        if (length > 64 * 1024 && !this.#hold(length)) return this.#end('out of memory');
        break;
      }
      const message = Buffer.from(input.buffer.subarray(input.start + 4, input.start + 4 + length));
      // Whether it can be taken is known only now: a login needs what takes a moment to fetch.
      if (type === PREFIX.message && !this.#client.prepared && this.#needsFiles(message)) {
        this.#waiting = true;
        this.#session.wait(this.#client.prepare(), () => {
          this.#waiting = false;
          this.#work();
        });
        break;
      }
      input.consume(4 + length);
      this.#hold(0);
      if (type === PREFIX.request) this.#session.send(Buffer.of(PREFIX.positive, 0, 0, 0));
      else if (type === PREFIX.message) this.#receive(message);
    }
    input.compact();
  }

  #needsFiles(message: Buffer): boolean {
    return message[0] === 0xff ? this.#smb1.needsFiles(message) : this.#smb2.needsFiles(message);
  }

  #receive(message: Buffer): void {
    if (message.length < 32) return this.#end('message too short');
    const protocol = message.readUInt32BE(0);
    if (protocol === 0xff53_4d42) this.#smb1.receive(message);
    else if (protocol === 0xfe53_4d42 || protocol === 0xfd53_4d42) this.#smb2.receive(message);
    else this.#end(protocol === 0xfc53_4d42 ? 'compressed message' : 'not SMB');
    if (protocol === 0xfc53_4d42)
      this.#client.telemetry.probe({
        action: 'smbghost-exploit',
        message: 'sent a compressed message without having agreed on it, as exploits of SMBGhost do',
        techniques: ['T1210'],
        cve: ['CVE-2020-0796'],
      });
  }

  #send(message: Buffer): void {
    if (this.#over) return;
    const head = Buffer.alloc(4);
    head.writeUInt32BE(message.length);
    if (!this.#session.send(Buffer.concat([head, message]))) this.#congested = true;
  }

  #end(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#session.end(reason);
  }

  /** So many bytes of the memory that all connections share; false where it is all taken. */
  #hold(bytes: number): boolean {
    if (bytes === this.#held) return true;
    const { memory } = this.#client.server;
    memory.give(this.#held);
    this.#held = 0;
    if (bytes > 0 && !memory.take(bytes)) return false;
    this.#held = bytes;
    return true;
  }
}
