/**
 * Negotiates as the servers that come from Berkeley's telnetd. First what is needed of the terminal is asked for, and nothing else happens until all is
 * answered; then echo and window size; only then `login` begins. Two of them: GNU inetutils 2.4, which Debian 12 installs as `telnetd` (measured with
 * `inetutils.real.test.ts`), and netkit 0.17 of Ubuntu and RHEL, which nmap calls Linux telnetd.
 */
import { Netline } from './netline.ts';
import { type Negotiation, type NegotiationHost, noFacts } from './negotiation.types.ts';
import { OptionTable } from './option-table.ts';
import { TelnetReader } from './telnet-reader.ts';
import { readEnvironment } from './environment.ts';
import { isKnownTerminal } from '../shell/terminal/terminal-names.ts';
import {
  ABORT,
  AO,
  AYT,
  BREAK,
  DM,
  DO,
  DONT,
  EC,
  EL,
  EOF,
  IAC,
  IP,
  IS,
  OPTION,
  SB,
  SE,
  SEND,
  SUSP,
  WILL,
  WONT,
} from './telnet-codes.ts';

const { BINARY, ECHO, SGA, STATUS, TM, LOGOUT, TTYPE, NAWS, TSPEED, LFLOW, LINEMODE } = OPTION;
const { XDISPLOC, OLD_ENVIRON, AUTH, ENCRYPT, NEW_ENVIRON } = OPTION;
export interface BerkeleyProfile {
  /** Asked for at the beginning, and waited for. */
  readonly first: readonly number[];
  /** Offers authentication and encryption before, and waits for an answer to the latter. */
  readonly guards: boolean;
  /** Tries line mode, timing marks and bytes as they are; waits for the window's size, where others wait for echo. */
  readonly lineMode: boolean;
}

export const INETUTILS: BerkeleyProfile = {
  first: [TTYPE, TSPEED, XDISPLOC, NEW_ENVIRON, OLD_ENVIRON],
  guards: true,
  lineMode: true,
};
export const NETKIT: BerkeleyProfile = {
  first: [TTYPE, TSPEED, XDISPLOC, NEW_ENVIRON],
  guards: false,
  lineMode: false,
};

const OURS_ON_REQUEST: ReadonlySet<number> = new Set([ECHO, BINARY, SGA, STATUS, ENCRYPT]);
const THEIRS_ON_OFFER: ReadonlySet<number> = new Set([
  BINARY,
  LFLOW,
  TTYPE,
  SGA,
  NAWS,
  TSPEED,
  XDISPLOC,
  NEW_ENVIRON,
  OLD_ENVIRON,
  LINEMODE,
  AUTH,
  ENCRYPT,
]);
/** Commands that are keys of the terminal. */
const KEYS: Readonly<Record<number, number>> = {
  [IP]: 0x03,
  [BREAK]: 0x1c,
  [ABORT]: 0x1c,
  [AO]: 0x0f,
  [EC]: 0x7f,
  [EL]: 0x15,
  [EOF]: 0x04,
  [SUSP]: 0x1a,
};
const LINEMODE_MODE = 1;
const LINEMODE_SLC = 3;
const MODE_EDIT_TRAPSIG = 3;
const MODE_LITERAL_ECHO = 16;
const SLC_ACK = 0x80;
const SLC_LEVEL = 3;
const MAX_SLC = 18;
const MAX_CHARACTERS = 3 * 64;
const RESTART_XON = 3;
const MAX_TERMINAL_TRIES = 16;

type Phase = 'first' | 'suboptions' | 'echo' | 'open';

export class BerkeleyTelnetd implements Negotiation {
  readonly facts = noFacts();
  readonly #host: NegotiationHost;
  readonly #profile: BerkeleyProfile;
  readonly #options: OptionTable;
  readonly #line = new Netline();
  readonly #reader: TelnetReader;
  #phase: Phase = 'first';
  /** Suboptions that came. */
  readonly #answered = new Set<number>();
  #terminals: string[] = [];
  #lineMode: 'none' | 'kludge' | 'real' = 'none';
  #flowTold = false;
  /** What is said of the client's editing characters waits until the terminal is set up. */
  #characters: number[] = [];

  constructor(profile: BerkeleyProfile, host: NegotiationHost) {
    this.#profile = profile;
    this.#host = host;
    this.#options = new OptionTable((verb, option) => host.send(Buffer.of(IAC, verb, option)));
    this.#reader = new TelnetReader({
      text: (bytes) => host.typed(this.#line.incoming(bytes, this.#options.is('theirs', BINARY))),
      command: (code) => this.#command(code),
      negotiate: (verb, option) => {
        host.heard(verb, option);
        this.#negotiate(verb, option);
      },
      suboption: (bytes) => {
        if (bytes.length > 0) host.heard(SB, bytes[0]!);
        this.#suboption(bytes);
      },
    });
  }

  start(): void {
    const { guards, first } = this.#profile;
    if (guards) for (const option of [AUTH, ENCRYPT]) this.#options.ask('ours', option, true);
    for (const option of first) this.#options.ask('theirs', option, true);
  }

  read(bytes: Buffer): void {
    this.#reader.read(bytes);
    this.#settle();
  }

  #negotiate(verb: number, option: number): void {
    if (verb === WILL) this.#will(option);
    else if (verb === WONT) this.#wont(option);
    else if (verb === DO) this.#do(option);
    else if (verb === DONT) this.#dont(option);
  }

  /** All of a piece was read: goes on where it waited for it. */
  #settle(): void {
    if (this.#phase === 'first') {
      const waits = this.#profile.first.some((option) => this.#options.pending('theirs', option));
      if (waits || this.#options.pending('ours', ENCRYPT)) return;
      this.#phase = 'suboptions';
      this.#askSuboptions();
    }
    if (this.#phase === 'suboptions') {
      if ([TSPEED, XDISPLOC, NEW_ENVIRON, OLD_ENVIRON, TTYPE].some((option) => this.#awaits(option))) return;
      if (this.#asksForAnotherTerminal()) return;
      this.#phase = 'echo';
      this.#askEcho();
    }
    if (this.#phase === 'echo') {
      const { lineMode } = this.#profile;
      if (this.#options.pending('theirs', lineMode ? NAWS : ECHO)) return;
      const echoes = this.#options.wanted('theirs', ECHO);
      if (echoes && this.#options.is('theirs', NAWS) && this.#options.pending('theirs', ECHO)) return;
      if (echoes) this.#will(ECHO);
      this.#phase = 'open';
      this.#open();
    }
  }

  #suboption(bytes: Buffer): void {
    const option = bytes[0];
    if (option === undefined) return;
    if (option !== STATUS && option !== XDISPLOC && option !== NEW_ENVIRON && option !== OLD_ENVIRON) {
      if (!this.#options.is('theirs', option)) return;
    }
    const rest = bytes.subarray(1);
    const text = rest.subarray(1).toString('latin1');
    switch (option) {
      case TSPEED:
        this.#answered.add(option);
        if (rest[0] === IS) this.facts.speed = text;
        return;
      case TTYPE:
        this.#answered.add(option);
        if (rest[0] === IS) this.facts.terminal = text.toLowerCase();
        return;
      case XDISPLOC:
        if (rest[0] !== IS) return;
        this.#answered.add(option);
        this.facts.display = text;
        return;
      case NEW_ENVIRON:
      case OLD_ENVIRON:
        if (rest[0] === IS) this.#answered.add(option);
        readEnvironment(rest, this.facts.environment);
        return;
      case NAWS:
        if (rest.length < 4) return;
        this.facts.columns = rest.readUInt16BE(0);
        this.facts.rows = rest.readUInt16BE(2);
        return this.#host.resized();
      case LINEMODE:
        if (rest[0] === LINEMODE_SLC) this.#agreeCharacters(rest.subarray(1));
        return;
      case STATUS:
        if (rest[0] === SEND && this.#options.is('ours', STATUS)) this.#sendStatus();
        return;
      default:
    }
  }

  #command(code: number): void {
    const key = KEYS[code];
    if (key !== undefined) this.#host.typed(Buffer.of(key));
    if (code === AYT) this.#host.send(Buffer.from('\r\n[Yes]\r\n'));
    else if (code === AO) this.#host.send(Buffer.of(IAC, DM));
  }

  outgoing(bytes: Uint8Array): Buffer {
    const binary = this.#options.is('ours', BINARY);
    // The terminal makes no returns then.
    const plain = binary
      ? Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
      : bytes;
    return this.#line.outgoing(plain, binary);
  }

  #will(option: number): void {
    let then: (() => void) | undefined;
    const lineMode = (): void => {
      this.#lineMode = 'real';
      then = () => this.#takeLineMode();
    };
    this.#options.heard('theirs', option, true, {
      agree: () => {
        if (option === TM) {
          if (this.#lineMode === 'none') {
            this.#lineMode = 'kludge';
            this.#options.ask('ours', SGA, false);
          }
          return undefined;
        }
        if (!this.#takes(option)) return false;
        if (option === LINEMODE) lineMode();
        else if (option === AUTH) then = () => this.#sub(AUTH, SEND, 2, 2, 2, 0);
        else if (option === ENCRYPT) then = () => this.#sub(ENCRYPT, SEND);
        return true;
      },
      confirmed: () => {
        if (option === ECHO) this.#options.ask('theirs', ECHO, false);
        else if (option === LINEMODE) lineMode();
        else if (option === LFLOW) then = () => this.#tellFlow();
      },
    });
    then?.();
  }

  #wont(option: number): void {
    this.#options.heard('theirs', option, false, {
      agree: () => false,
      ended: () => {
        if (option !== TM) this.#answered.add(option);
      },
      confirmed: () => {
        if (option !== TM || this.#lineMode === 'real') return;
        this.#lineMode = 'none';
        this.#options.ask('ours', SGA, true);
        this.#options.ask('ours', ECHO, true);
      },
    });
  }

  #do(option: number): void {
    this.#options.heard('ours', option, true, {
      agree: () => {
        if (option === TM) {
          this.#host.send(Buffer.of(IAC, WILL, TM));
          return undefined;
        }
        if (option === LOGOUT) {
          this.#host.send(Buffer.of(IAC, WILL, LOGOUT));
          this.#host.logout();
          return undefined;
        }
        return OURS_ON_REQUEST.has(option) && (option !== ENCRYPT || this.#profile.guards);
      },
    });
  }

  #dont(option: number): void {
    this.#options.heard('ours', option, false, { agree: () => false });
  }

  #takes(option: number): boolean {
    const { guards, lineMode } = this.#profile;
    if (!guards && (option === AUTH || option === ENCRYPT || option === OLD_ENVIRON)) return false;
    return THEIRS_ON_OFFER.has(option) && (lineMode || option !== LINEMODE);
  }

  #awaits(option: number): boolean {
    return this.#options.is('theirs', option) && !this.#answered.has(option);
  }

  #askSuboptions(): void {
    const has = (option: number): boolean => this.#options.is('theirs', option);
    for (const option of [TSPEED, XDISPLOC]) if (has(option)) this.#sub(option, SEND);
    if (has(NEW_ENVIRON)) this.#sub(NEW_ENVIRON, SEND);
    else if (has(OLD_ENVIRON)) this.#sub(OLD_ENVIRON, SEND);
    if (has(TTYPE)) this.#sub(TTYPE, SEND);
  }

  /** Clients have lists of names, of which the last comes twice; the first that the machine knows is taken, or else the first. */
  #asksForAnotherTerminal(): boolean {
    const name = this.facts.terminal;
    if (name === undefined || !this.#options.is('theirs', TTYPE)) return false;
    if (isKnownTerminal(name)) return false;
    const last = this.#terminals.at(-1);
    this.#terminals.push(name);
    const first = this.#terminals[0]!;
    if (this.#terminals.length > MAX_TERMINAL_TRIES || (last === name && name === first)) {
      this.facts.terminal = first;
      return false;
    }
    if (last === name) this.#terminals = [first, first];
    this.#answered.delete(TTYPE);
    this.#sub(TTYPE, SEND);
    return true;
  }

  #askEcho(): void {
    this.#options.ask('ours', SGA, true);
    this.#options.ask('theirs', ECHO, true);
    if (this.#profile.lineMode && !this.#options.is('theirs', LINEMODE)) this.#options.ask('theirs', LINEMODE, true);
    this.#options.ask('theirs', NAWS, true);
    this.#options.ask('ours', STATUS, true);
    this.#options.ask('theirs', LFLOW, true);
  }

  #open(): void {
    if (!this.#options.is('ours', ECHO)) this.#options.ask('ours', ECHO, true);
    if (this.#profile.lineMode) {
      if (this.#lineMode !== 'real') this.#options.ask('theirs', TM, true, true);
      this.#options.ask('theirs', BINARY, true);
    }
    if (this.#lineMode === 'real') this.#options.ask('theirs', LINEMODE, false);
    this.#tellCharacters();
    this.#host.ready();
  }

  /** The daemon sends the byte that ends its text along with each of these. */
  #takeLineMode(): void {
    // Before the terminal is set up there is nothing to edit with.
    const early = this.#phase === 'first' || this.#phase === 'suboptions';
    this.#sub(LINEMODE, LINEMODE_MODE, early ? MODE_LITERAL_ECHO : MODE_EDIT_TRAPSIG);
    this.#host.send(Buffer.of(0));
  }

  #tellFlow(): void {
    if (this.#flowTold) return;
    this.#flowTold = true;
    this.#sub(LFLOW, RESTART_XON);
    this.#host.send(Buffer.of(0));
  }

  /** Whatever characters the client edits with are fine: each is acknowledged (RFC 1184 section 2.4). */
  #agreeCharacters(triples: Buffer): void {
    const agreed: number[] = [];
    for (let at = 0; at + 2 < triples.length; at += 3) {
      const [code, flags, value] = [triples[at]!, triples[at + 1]!, triples[at + 2]!];
      if (code === 0 || code > MAX_SLC || (flags & SLC_LEVEL) === 0 || (flags & SLC_ACK) !== 0) continue;
      if (this.#characters.length + agreed.length < MAX_CHARACTERS) agreed.push(code, flags | SLC_ACK, value);
    }
    this.#characters.push(...agreed);
    if (this.#phase === 'open') this.#tellCharacters();
  }

  #tellCharacters(): void {
    if (this.#characters.length > 0) this.#sub(LINEMODE, LINEMODE_SLC, ...this.#characters.splice(0));
  }

  #sendStatus(): void {
    const said: number[] = [];
    for (const [whose, option] of this.#options.wantedOptions()) said.push(whose === 'ours' ? WILL : DO, option);
    if (this.#options.wanted('theirs', LFLOW)) {
      said.push(SB, LFLOW, 1, SE);
      if (this.#flowTold) said.push(SB, LFLOW, RESTART_XON, SE);
    }
    this.#host.send(Buffer.of(IAC, SB, STATUS, IS, ...said, IAC, SE));
  }

  #sub(...bytes: number[]): void {
    this.#host.send(Buffer.of(IAC, SB, ...bytes.flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte])), IAC, SE));
  }
}
