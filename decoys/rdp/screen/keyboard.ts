/** Scan codes of a PC keyboard into what they type, by the client's layout as far as it is one of these; others are read as United States. */
const PLAIN = new Map<number, string>();
const SHIFTED = new Map<number, string>();
const rows: readonly (readonly [number, string, string])[] = [
  [0x02, '1234567890-=', '!@#$%^&*()_+'],
  [0x10, 'qwertyuiop[]', 'QWERTYUIOP{}'],
  [0x1e, "asdfghjkl;'`", 'ASDFGHJKL:"~'],
  [0x2b, '\\zxcvbnm,./', '|ZXCVBNM<>?'],
];
for (const [start, plain, shifted] of rows) {
  for (let i = 0; i < plain.length; i++) {
    PLAIN.set(start + i, plain[i]!);
    SHIFTED.set(start + i, shifted[i]!);
  }
}
PLAIN.set(0x39, ' ');
SHIFTED.set(0x39, ' ');
const KEYPAD: Readonly<Record<number, string>> = {
  0x47: '7',
  0x48: '8',
  0x49: '9',
  0x4b: '4',
  0x4c: '5',
  0x4d: '6',
  0x4f: '1',
  0x50: '2',
  0x51: '3',
  0x52: '0',
  0x53: '.',
  0x37: '*',
  0x4a: '-',
  0x4e: '+',
};
/** German: what lies elsewhere than on an American keyboard. */
const GERMAN: Readonly<Record<string, string>> = {
  y: 'z',
  z: 'y',
  Y: 'Z',
  Z: 'Y',
  '-': 'ß',
  '=': '´',
  '[': 'ü',
  ']': '+',
  ';': 'ö',
  "'": 'ä',
  '/': '-',
  '\\': '#',
  '@': '"',
  '^': '&',
  '&': '/',
  '*': '(',
  '(': ')',
  ')': '=',
  _: '?',
  '+': '`',
  '?': '_',
  '|': "'",
  '<': ';',
  '>': ':',
};
const FRENCH: Readonly<Record<string, string>> = {
  q: 'a',
  w: 'z',
  a: 'q',
  z: 'w',
  Q: 'A',
  W: 'Z',
  A: 'Q',
  Z: 'W',
  ';': 'm',
  ':': 'M',
  m: ',',
  M: '?',
  '1': '&',
  '2': 'é',
  '3': '"',
  '4': "'",
  '5': '(',
  '6': '-',
  '7': 'è',
  '8': '_',
  '9': 'ç',
  '0': 'à',
  '!': '1',
  '@': '2',
  '#': '3',
  $: '4',
  '%': '5',
  '^': '6',
  '&': '7',
  '*': '8',
  '(': '9',
  ')': '0',
};
const LAYOUTS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  0x0407: GERMAN,
  0x0807: GERMAN,
  0x0c07: GERMAN,
  0x040c: FRENCH,
};

export type Stroke =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'named'; readonly name: 'enter' | 'tab' | 'back-tab' | 'backspace' | 'escape' | 'delete' };

const NAMED: Readonly<Record<number, 'enter' | 'tab' | 'backspace' | 'escape'>> = {
  0x1c: 'enter',
  0x0f: 'tab',
  0x0e: 'backspace',
  0x01: 'escape',
};

export class Keyboard {
  readonly #layout: Readonly<Record<string, string>> | undefined;
  #shift = false;
  #capsLock = false;
  #numLock = true;

  constructor(layout: number) {
    this.#layout = LAYOUTS[layout & 0xffff];
  }

  /** Scroll lock 1, num lock 2, caps lock 4. */
  synchronize(toggles: number): void {
    this.#numLock = (toggles & 2) !== 0;
    this.#capsLock = (toggles & 4) !== 0;
  }

  /** What a key gives when it goes down; undefined for those that only change others. */
  key(code: number, down: boolean, extended: boolean): Stroke | undefined {
    if ((code === 0x2a || code === 0x36) && !extended) this.#shift = down;
    if (!down) return undefined;
    if (code === 0x3a) this.#capsLock = !this.#capsLock;
    if (code === 0x45 && !extended) this.#numLock = !this.#numLock;
    if (extended && code === 0x53) return { kind: 'named', name: 'delete' };
    const named = NAMED[code];
    if (named !== undefined) return { kind: 'named', name: named === 'tab' && this.#shift ? 'back-tab' : named };
    if (KEYPAD[code] !== undefined)
      return !extended && (this.#numLock || code === 0x37 || code === 0x4a || code === 0x4e)
        ? { kind: 'text', text: KEYPAD[code] }
        : undefined;
    if (extended) return code === 0x35 ? { kind: 'text', text: '/' } : undefined;
    const plain = PLAIN.get(code);
    if (plain === undefined) return undefined;
    const text = this.#shift !== (this.#capsLock && /[a-z]/.test(plain)) ? SHIFTED.get(code)! : plain;
    return { kind: 'text', text: this.#layout?.[text] ?? text };
  }
}
