/** From the capabilities to the screen: what is said on the I/O channel, and the login that is typed there. */
import type { ServiceSession } from '../service/service.types.ts';
import type { ClientSettings } from './connect/gcc.ts';
import type { RdpIdentity } from './rdp-identity.ts';
import type { RdpConfig } from './rdp.config.ts';
import { judgePassword } from './rdp-login.ts';
import { bitmapUpdates } from './screen/bitmap-update.ts';
import { LoginScreen } from './screen/login-screen.ts';
import type { Box } from './screen/picture.ts';
import { type InputEvent, readSlowPathInput } from './share/input.ts';
import {
  control,
  DATA_PDU,
  demandActive,
  errorInfo,
  fontMap,
  logonNotify,
  PDU,
  readConfirmActive,
  readSharePdu,
  synchronize,
} from './share/share-pdu.ts';

/** 0x1: an administrator's tool ended it. */
const ENDED_BY_TOOL = 1;
const MAX_SCREEN = { width: 1920, height: 1200 };
const WRONG = 'The user name or password is incorrect. Try again.';
/** Several strokes are drawn at once. */
const REDRAW_MS = 40;

export interface ScreenOutput {
  /** On the I/O channel. */
  share(pdu: Buffer): void;
  fastPath(update: Buffer): void;
  /** MCS' own end, then the connection's. */
  disconnect(reason: string): void;
}

export class RdpScreenSession {
  readonly #session: ServiceSession;
  readonly #config: RdpConfig;
  readonly #output: ScreenOutput;
  readonly #client: ClientSettings;
  readonly #userChannel: number;
  readonly #screen: LoginScreen;
  #active = false;
  /** Who was let in before there was a screen; or what is to be said of a failure. */
  #welcomed: boolean;
  #tries = 0;
  #typed = '';
  #redraw: Box | undefined;
  #waiting = false;
  #paused = false;

  constructor(options: {
    readonly session: ServiceSession;
    readonly identity: RdpIdentity;
    readonly config: RdpConfig;
    readonly output: ScreenOutput;
    readonly client: ClientSettings;
    readonly userChannel: number;
    readonly user: string;
    readonly welcomed: boolean;
    /** A login came before the screen, and failed. */
    readonly refused: boolean;
  }) {
    const { client, identity } = options;
    this.#session = options.session;
    this.#config = options.config;
    this.#output = options.output;
    this.#client = client;
    this.#userChannel = options.userChannel;
    this.#welcomed = options.welcomed;
    const bound = (value: number, from: number, to: number): number => Math.max(from, Math.min(to, value)) & ~3;
    this.#screen = new LoginScreen({
      width: bound(client.width, 200, MAX_SCREEN.width),
      height: bound(client.height, 200, MAX_SCREEN.height),
      keyboardLayout: client.keyboardLayout,
      machine: identity.machine,
      user: options.user,
      submit: (user, password) => this.#submit(user, password),
    });
    if (options.refused) this.#screen.show(WRONG, false);
    if (options.welcomed) this.#screen.show('Welcome', true);
  }

  start(): void {
    const { width, height } = this.#screen.whole;
    this.#output.share(demandActive(width, height, 16));
  }

  /** A share control PDU of the client. */
  pdu(data: Buffer): void {
    const pdu = readSharePdu(data);
    if (pdu === undefined) return;
    if (pdu.dataType === undefined) {
      if (pdu.type === (PDU.confirmActive & 0x1f)) this.#confirmed(pdu.body);
      return;
    }
    switch (pdu.dataType) {
      case DATA_PDU.synchronize:
        this.#output.share(synchronize());
        return;
      case DATA_PDU.control:
        if (pdu.body.length >= 2)
          this.#output.share(control(pdu.body.readUInt16LE(0) === 1 ? 2 : 4, this.#userChannel));
        return;
      case DATA_PDU.fontList:
        this.#output.share(fontMap());
        this.#show();
        return;
      case DATA_PDU.input:
        this.input(readSlowPathInput(pdu.body));
        return;
      case DATA_PDU.refreshRect:
        if (this.#active) this.#paintSoon(this.#screen.whole);
        return;
      case DATA_PDU.shutdownRequest:
        this.#output.disconnect('closed by the client');
        return;
      default:
    }
  }

  input(events: readonly InputEvent[]): void {
    if (!this.#active || this.#waiting || this.#welcomed) return;
    for (const event of events)
      if (event.kind === 'key' && event.down && this.#typed.length < 2048)
        this.#typed += event.code.toString(16).padStart(2, '0');
    if (this.#screen.input(events)) this.#paintSoon(this.#screen.form);
  }

  drained(): void {
    this.#paused = false;
  }

  /** What was typed and never sent off, as scan codes. */
  get typed(): string {
    return this.#typed;
  }

  #confirmed(body: Buffer): void {
    if (readConfirmActive(body) === undefined) this.#session.end('broken capabilities');
  }

  #show(): void {
    if (this.#active) return;
    this.#active = true;
    this.#session.report.session('screen', {
      extra: { netsentinel: { rdp: { screen: `${this.#client.width}x${this.#client.height}` } } },
    });
    if (this.#welcomed) this.#output.share(logonNotify());
    this.#paint(this.#screen.whole);
    if (this.#welcomed) this.#endSoon();
  }

  #submit(user: string, password: string): void {
    if (this.#waiting) return;
    this.#typed = '';
    const accepted = judgePassword(this.#session, user, password);
    this.#waiting = true;
    this.#session.after(accepted ? 0 : this.#config.failureDelayMs, () => {
      this.#waiting = false;
      if (accepted) {
        this.#welcomed = true;
        this.#screen.show('Welcome', true);
        this.#output.share(logonNotify());
        this.#paint(this.#screen.whole);
        this.#endSoon();
        return;
      }
      this.#screen.show(WRONG, false);
      this.#paint(this.#screen.form);
      if (++this.#tries >= this.#config.maxTries) this.#end('too many tries');
    });
  }

  #endSoon(): void {
    this.#session.after(this.#config.welcomeMs, () => this.#end('session ended'));
  }

  #end(reason: string): void {
    this.#output.share(errorInfo(ENDED_BY_TOOL));
    this.#output.disconnect(reason);
  }

  #paintSoon(area: Box): void {
    const waits = this.#redraw !== undefined;
    if (this.#redraw !== this.#screen.whole) this.#redraw = area;
    if (waits) return;
    this.#session.after(REDRAW_MS, () => {
      const all = this.#redraw!;
      this.#redraw = undefined;
      this.#paint(all);
    });
  }

  #paint(area: Box): void {
    if (this.#paused) return;
    for (const update of bitmapUpdates(this.#screen.draw(), area)) this.#output.fastPath(update);
  }

  /** The client is slow: what changes meanwhile is not sent. */
  slow(): void {
    this.#paused = true;
  }
}
