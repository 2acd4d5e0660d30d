/** The screen that asks who is there: two fields, what is typed into them, and what became of it. Drawn by us, in plain shapes. */
import type { InputEvent } from '../share/input.ts';
import { Keyboard, type Stroke } from './keyboard.ts';
import { type Box, Picture, rgb } from './picture.ts';

const BACKGROUND = rgb(0, 68, 112);
const PALE = rgb(232, 240, 246);
const WHITE = rgb(255, 255, 255);
const GREY = rgb(118, 130, 140);
const DARK = rgb(24, 32, 40);
const MAX_FIELD = 128;
const SHOWN = 26;

export interface LoginScreenOptions {
  readonly width: number;
  readonly height: number;
  readonly keyboardLayout: number;
  readonly machine: string;
  readonly user: string;
  /** Enter was pressed. */
  submit(user: string, password: string): void;
}

/** What all are drawn on: a picture is a megabyte, and no screen is looked at but when it is sent. */
let canvas: Picture | undefined;

export class LoginScreen {
  readonly #options: LoginScreenOptions;
  readonly #keyboard: Keyboard;
  #user: string;
  #password = '';
  #field: 'user' | 'password';
  #message = '';
  #busy = false;

  constructor(options: LoginScreenOptions) {
    this.#options = options;
    this.#keyboard = new Keyboard(options.keyboardLayout);
    this.#user = options.user;
    this.#field = options.user === '' ? 'user' : 'password';
  }

  get whole(): Box {
    return { x: 0, y: 0, width: this.#options.width, height: this.#options.height };
  }

  /** What changes while somebody types. */
  get form(): Box {
    return { x: 0, y: this.#place().top - 4, width: this.#options.width, height: 190 };
  }

  /** What is there instead of the fields: `Welcome`. Nothing is taken any more. */
  show(message: string, busy: boolean): void {
    this.#message = message;
    this.#busy = busy;
    if (!busy) this.#password = '';
  }

  /** True where the picture is another one now. */
  input(events: readonly InputEvent[]): boolean {
    let changed = false;
    for (const event of events) {
      if (event.kind === 'sync') this.#keyboard.synchronize(event.toggles);
      else if (event.kind === 'key')
        changed = this.#stroke(this.#keyboard.key(event.code, event.down, event.extended)) || changed;
      else if (event.kind === 'unicode' && event.down && event.code >= 0x20)
        changed = this.#stroke({ kind: 'text', text: String.fromCharCode(event.code) }) || changed;
      else if (event.kind === 'mouse' && (event.flags & 0x9000) === 0x9000)
        changed = this.#click(event.x, event.y) || changed;
    }
    return changed;
  }

  #stroke(stroke: Stroke | undefined): boolean {
    if (stroke === undefined || this.#busy) return false;
    this.#message = '';
    if (stroke.kind === 'text') {
      if (this.#field === 'user') this.#user = (this.#user + stroke.text).slice(0, MAX_FIELD);
      else this.#password = (this.#password + stroke.text).slice(0, MAX_FIELD);
      return true;
    }
    switch (stroke.name) {
      case 'tab':
      case 'back-tab':
        this.#field = this.#field === 'user' ? 'password' : 'user';
        return true;
      case 'backspace':
        if (this.#field === 'user') this.#user = this.#user.slice(0, -1);
        else this.#password = this.#password.slice(0, -1);
        return true;
      case 'enter':
        if (this.#field === 'user' && this.#password === '') this.#field = 'password';
        else this.#options.submit(this.#user, this.#password);
        return true;
      default:
        return false;
    }
  }

  #click(x: number, y: number): boolean {
    const { left, top } = this.#place();
    if (this.#busy || x < left || x > left + 360) return false;
    if (y >= top && y < top + 36) this.#field = 'user';
    else if (y >= top + 50 && y < top + 86) {
      this.#field = 'password';
      if (x > left + 320) this.#options.submit(this.#user, this.#password);
    } else return false;
    return true;
  }

  #place(): { readonly left: number; readonly top: number } {
    return { left: Math.floor((this.#options.width - 360) / 2), top: Math.floor(this.#options.height / 2) - 10 };
  }

  /** As it looks now; it holds until any screen is drawn again. */
  draw(): Picture {
    const { width, height } = this.#options;
    if (canvas?.width !== width || canvas.height !== height) canvas = new Picture(width, height, BACKGROUND);
    const picture = canvas;
    const { left, top } = this.#place();
    picture.clear();
    const middle = Math.floor(picture.width / 2);
    picture.disc(middle, top - 120, 60, PALE);
    picture.disc(middle, top - 134, 22, GREY);
    picture.rectangle({ x: middle - 36, y: top - 102, width: 72, height: 26 }, GREY);
    picture.centered(24, 2, this.#options.machine, PALE);
    if (this.#busy) {
      picture.centered(top + 20, 3, this.#message, WHITE);
      return picture;
    }
    this.#drawField(picture, left, top, this.#user, 'User name', this.#field === 'user');
    this.#drawField(picture, left, top + 50, '*'.repeat(this.#password.length), 'Password', this.#field === 'password');
    picture.rectangle({ x: left + 324, y: top + 50, width: 36, height: 36 }, GREY);
    picture.text(left + 334, top + 58, 3, '>', WHITE);
    picture.centered(top + 110, 2, this.#message, WHITE);
    return picture;
  }

  #drawField(picture: Picture, x: number, y: number, text: string, hint: string, active: boolean): void {
    picture.rectangle({ x: x - 2, y: y - 2, width: 364, height: 40 }, active ? WHITE : GREY);
    picture.rectangle({ x, y, width: 360, height: 36 }, active ? WHITE : PALE);
    const shown = text === '' ? hint : text.slice(-SHOWN);
    picture.text(x + 10, y + 11, 2, shown, text === '' ? GREY : DARK);
  }
}
