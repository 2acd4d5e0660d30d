/**
 * Takes Telnet apart (RFC 854, RFC 855): typed bytes, commands, negotiation, suboptions. What is cut off at the end of a piece is kept; a suboption
 * longer than a real server's buffer loses its rest, as there.
 */
import { DO, DONT, IAC, SB, SE, WILL, WONT } from './telnet-codes.ts';

const MAX_SUBOPTION = 512;

export interface TelnetEvents {
  /** Typed bytes, newlines as they came. */
  text(bytes: Buffer): void;
  /** A command without an argument: IP, AYT … */
  command(code: number): void;
  negotiate(verb: number, option: number): void;
  /** Its first byte is the option. */
  suboption(bytes: Buffer): void;
}

type State = 'data' | 'iac' | 'verb' | 'sub' | 'sub-iac';

export class TelnetReader {
  readonly #events: TelnetEvents;
  #state: State = 'data';
  #verb = 0;
  #sub: number[] = [];

  constructor(events: TelnetEvents) {
    this.#events = events;
  }

  read(bytes: Buffer): void {
    let from = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      switch (this.#state) {
        case 'data':
          if (byte !== IAC) continue;
          if (at > from) this.#events.text(bytes.subarray(from, at));
          this.#state = 'iac';
          break;
        case 'iac':
          this.#onCommand(byte, bytes, at);
          break;
        case 'verb':
          this.#state = 'data';
          this.#events.negotiate(this.#verb, byte);
          break;
        case 'sub':
          if (byte === IAC) this.#state = 'sub-iac';
          else this.#gather(byte);
          break;
        case 'sub-iac':
          this.#onSubIac(byte, bytes, at);
          break;
      }
      from = at + 1;
    }
    if (this.#state === 'data' && from < bytes.length) this.#events.text(bytes.subarray(from));
  }

  #onCommand(byte: number, bytes: Buffer, at: number): void {
    this.#state = 'data';
    if (byte === IAC) return this.#events.text(bytes.subarray(at, at + 1));
    if (byte === SB) {
      this.#sub = [];
      this.#state = 'sub';
    } else if (byte === WILL || byte === WONT || byte === DO || byte === DONT) {
      this.#verb = byte;
      this.#state = 'verb';
    } else this.#events.command(byte);
  }

  #onSubIac(byte: number, bytes: Buffer, at: number): void {
    if (byte === IAC) {
      this.#gather(byte);
      this.#state = 'sub';
      return;
    }
    this.#state = 'data';
    this.#events.suboption(Buffer.from(this.#sub));
    // Ended by something else than SE: that is the next command.
    if (byte !== SE) this.#onCommand(byte, bytes, at);
  }

  #gather(byte: number): void {
    if (this.#sub.length < MAX_SUBOPTION) this.#sub.push(byte);
  }
}
