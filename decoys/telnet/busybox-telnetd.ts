/**
 * Negotiates as telnetd of busybox 1.35, on routers and cameras: says what it wants at once, waits for no answer, and understands nothing but the
 * window's size. Of any other suboption it skips three bytes and takes the rest for typed; it answers Are You There with a NOP whose IAC is doubled.
 * Measured with `busybox.real.test.ts`.
 */
import { type Negotiation, type NegotiationHost, noFacts } from './negotiation.types.ts';
import { Netline } from './netline.ts';
import { AYT, DO, IAC, OPTION, SB, WILL } from './telnet-codes.ts';

const OPENING = Buffer.of(IAC, DO, OPTION.ECHO, IAC, DO, OPTION.NAWS, IAC, WILL, OPTION.ECHO, IAC, WILL, OPTION.SGA);
const NOP = 241;
const WINDOW_BYTES = 9;

export class BusyboxTelnetd implements Negotiation {
  readonly facts = noFacts();
  readonly #host: NegotiationHost;
  readonly #line = new Netline();
  /** The beginning of a command that is not whole yet. */
  #rest: Buffer = Buffer.alloc(0);

  constructor(host: NegotiationHost) {
    this.#host = host;
  }

  start(): void {
    this.#host.send(OPENING);
    this.#host.ready();
  }

  read(bytes: Buffer): void {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const typed: Buffer[] = [];
    let at = 0;
    while (at < all.length) {
      const next = all.indexOf(IAC, at);
      if (next !== at) {
        const end = next < 0 ? all.length : next;
        typed.push(all.subarray(at, end));
        at = end;
        continue;
      }
      const length = this.#command(all.subarray(at), typed);
      if (length === undefined) break;
      at += length;
    }
    this.#rest = Buffer.from(all.subarray(at));
    if (typed.length > 0) this.#host.typed(this.#line.incoming(Buffer.concat(typed), false));
  }

  /** Newlines stay as the terminal made them. */
  outgoing(bytes: Uint8Array): Buffer {
    return this.#line.outgoing(bytes, true);
  }

  /** How many bytes the command took; undefined where the one byte that came says nothing yet. Nothing else is waited for, as there. */
  #command(bytes: Buffer, typed: Buffer[]): number | undefined {
    const [, code, option] = bytes;
    if (code === undefined) return undefined;
    if (code === IAC) {
      typed.push(bytes.subarray(0, 1));
      return 2;
    }
    if (code === AYT) this.#host.send(Buffer.of(IAC, IAC, NOP));
    if (code < SB) return 2;
    if (option === undefined) return 2;
    if (code !== SB || option !== OPTION.NAWS || bytes.length < WINDOW_BYTES) {
      this.#host.heard(code, option);
      return 3;
    }
    this.#host.heard(SB, option);
    this.facts.columns = bytes.readUInt16BE(3);
    this.facts.rows = bytes.readUInt16BE(5);
    this.#host.resized();
    return WINDOW_BYTES;
  }
}
