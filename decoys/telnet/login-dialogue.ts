/**
 * `login` on a terminal: asks for name and password, lets failures wait, gives up after so many or so long. Two of them: that of Debian (shadow 4.13 over
 * PAM), and busybox's.
 */
import { pamDelayMs } from '../service/failure-delay.ts';
import { LoginTerminal } from './login-terminal.ts';

/** LOGIN_TIMEOUT of login.defs, and busybox's own. */
const TIMEOUT_S = 60;
const MAX_NAME = 256;

export interface LoginProgram {
  readonly name: 'shadow' | 'busybox';
  readonly maxTries: number;
  /** Between the wrong password and the answer, milliseconds. */
  readonly delayMs: (nowMs: number) => number;
  /** What is shown at a failure, and after the last. */
  readonly failure: string;
  readonly lastWords: string;
  readonly timeout: string;
  /** A name without letters is asked for again, instead of a password. */
  readonly insistsOnName: boolean;
  /** End of file ends it; otherwise it is a failure like any other. */
  readonly endsAtEof: boolean;
  /** A name that looks like an option fails at once. */
  readonly refusesDashes: boolean;
  /** Longer names end it. */
  readonly maxName: number;
}

export function shadowLogin(meanDelayMs: number): LoginProgram {
  return {
    name: 'shadow',
    maxTries: 5,
    delayMs: (nowMs) => (meanDelayMs === 0 ? 0 : pamDelayMs(Math.floor(nowMs / 1000), meanDelayMs)),
    failure: '\r\nLogin incorrect\r\n',
    lastWords: 'Maximum number of tries exceeded (5)\r\n',
    timeout: `\r\nLogin timed out after ${TIMEOUT_S} seconds.\r\n`,
    insistsOnName: false,
    endsAtEof: false,
    refusesDashes: true,
    maxName: Number.POSITIVE_INFINITY,
  };
}

export function busyboxLogin(delayMs: number): LoginProgram {
  return {
    name: 'busybox',
    maxTries: 3,
    delayMs: () => delayMs,
    failure: 'Login incorrect\r\n',
    lastWords: '',
    timeout: `\r\r\nLogin timed out after ${TIMEOUT_S} seconds\r\r\n`,
    insistsOnName: true,
    endsAtEof: true,
    refusesDashes: false,
    maxName: 62,
  };
}

export interface LoginHost {
  show(text: string): void;
  now(): number;
  after(ms: number, run: () => void): () => void;
  /** Tells the verdict later, once. */
  check(user: string, password: string, verdict: (accepted: boolean) => void): void;
  accepted(user: string): void;
  /** Over without a login. */
  gaveUp(reason: string): void;
}

export class LoginDialogue {
  readonly #program: LoginProgram;
  readonly #host: LoginHost;
  readonly #prompt: string;
  readonly #terminal: LoginTerminal;
  #user: string | undefined;
  #tries = 0;
  #over = false;
  #cancelTimeout: () => void = () => {};

  constructor(program: LoginProgram, host: LoginHost, hostname: string) {
    this.#program = program;
    this.#host = host;
    this.#prompt = `${hostname} login: `;
    this.#terminal = new LoginTerminal({
      show: (text) => host.show(text),
      line: (text) => this.#onLine(text),
      end: () => this.#onEnd(),
      takesPart: !program.endsAtEof,
    });
  }

  /** `user`: asks for that one's password at once. */
  begin(user?: string): void {
    this.#cancelTimeout = this.#host.after(TIMEOUT_S * 1000, () => {
      this.#over = true;
      this.#host.show(this.#program.timeout);
      this.#host.gaveUp('login timed out');
    });
    if (user === undefined) this.#askName();
    else this.#askPassword(user);
  }

  typed(bytes: Uint8Array): void {
    if (!this.#over) this.#terminal.feed(bytes);
  }

  #askName(): void {
    this.#user = undefined;
    this.#terminal.ask(this.#prompt, true);
  }

  #askPassword(user: string): void {
    this.#user = user;
    this.#terminal.ask('Password: ', false);
  }

  #onLine(text: string): void {
    if (this.#user !== undefined) return this.#onPassword(this.#user, text);
    if (text.length > this.#program.maxName) return this.#giveUp('name too long');
    const name = text.trimStart().slice(0, MAX_NAME);
    if (name === '' && this.#program.insistsOnName) return this.#askName();
    if (this.#program.refusesDashes && name.startsWith('-')) return this.#fail();
    this.#askPassword(name);
  }

  #onPassword(user: string, password: string): void {
    this.#terminal.echo = true;
    this.#host.show('\r\n');
    this.#host.check(user, password, (accepted) => {
      if (this.#over) return;
      if (!accepted) return this.#fail();
      this.#over = true;
      this.#cancelTimeout();
      this.#host.accepted(user);
    });
  }

  #onEnd(): void {
    if (this.#user !== undefined) return this.#onPassword(this.#user, '');
    if (this.#program.endsAtEof) return this.#giveUp('end of file');
    this.#host.show('\r\n');
    this.#fail();
  }

  #fail(): void {
    const { delayMs, failure, maxTries, lastWords } = this.#program;
    this.#host.after(delayMs(this.#host.now()), () => {
      if (this.#over) return;
      this.#tries++;
      this.#host.show(failure);
      if (this.#tries < maxTries) return this.#askName();
      this.#host.show(lastWords);
      this.#giveUp('too many tries');
    });
  }

  #giveUp(reason: string): void {
    this.#over = true;
    this.#cancelTimeout();
    this.#host.gaveUp(reason);
  }
}
