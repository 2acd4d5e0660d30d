/** What both servers' negotiations have in common, and what they need of the session. */
export interface ClientFacts {
  /** As TTYPE says it, in small letters; undefined where the client does not say. */
  terminal: string | undefined;
  columns: number;
  rows: number;
  /** By NEW-ENVIRON or ENVIRON, as sent. */
  readonly environment: Map<string, string>;
  speed: string | undefined;
  display: string | undefined;
}

export interface NegotiationHost {
  /** Straight out, as it is. */
  send(bytes: Buffer): void;
  /** The client may log in: `login` begins. Once. */
  ready(): void;
  /** For the terminal: what was typed, or a key that a command of Telnet's stands for (`\x03` for Interrupt Process). */
  typed(bytes: Buffer): void;
  resized(): void;
  /** The client asked to be logged out. */
  logout(): void;
  /** The client said this of an option; 250 with a suboption. */
  heard(verb: number, option: number): void;
}

export interface Negotiation {
  readonly facts: ClientFacts;
  start(): void;
  /** All that came. */
  read(bytes: Buffer): void;
  /** The terminal's bytes as they go out. */
  outgoing(bytes: Uint8Array): Buffer;
}

export function noFacts(): ClientFacts {
  return { terminal: undefined, columns: 0, rows: 0, environment: new Map(), speed: undefined, display: undefined };
}
