/** A picture of 16 bits a pixel that is drawn by rectangles, discs and letters, and cut into bitmaps as RDP packs them (interleaved RLE, MS-RDPBCGR 3.1.9). */
import { GLYPH_HEIGHT, GLYPH_WIDTH, glyphRows } from './glyphs.ts';

/** `rgb(0, 120, 215)` in five, six and five bits. */
export function rgb(red: number, green: number, blue: number): number {
  return ((red >> 3) << 11) | ((green >> 2) << 5) | (blue >> 3);
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * What pieces are cut and packed in, shared by all: a screen is cut into hundreds. With memory of its own for each of them V8 ends a collection that it has begun
 * within that one screen, and nobody else is served meanwhile.
 */
let piece = new Uint16Array(0);
let packed = Buffer.alloc(0);

/** No pixel takes more than its two bytes and an order's three. */
function packedBound(pixels: number): number {
  return pixels * 5;
}

/** Side of the squares that are looked after as untouched, in pixels. */
const SQUARE = 64;

export class Picture {
  readonly width: number;
  readonly height: number;
  readonly #background: number;
  readonly #pixels: Uint16Array;
  /** Of each square whether anything was drawn into it: most of a screen is background, and is packed without a look at its pixels. */
  readonly #touched: Uint8Array;
  readonly #squaresAcross: number;

  constructor(width: number, height: number, background: number) {
    this.width = width;
    this.height = height;
    this.#background = background;
    this.#pixels = new Uint16Array(width * height).fill(background);
    this.#squaresAcross = Math.ceil(width / SQUARE);
    this.#touched = new Uint8Array(this.#squaresAcross * Math.ceil(height / SQUARE));
  }

  /** Nothing but background again. */
  clear(): void {
    this.#pixels.fill(this.#background);
    this.#touched.fill(0);
  }

  rectangle({ x, y, width, height }: Box, color: number): void {
    const [left, right] = [Math.max(0, x), Math.min(this.width, x + width)];
    const [top, bottom] = [Math.max(0, y), Math.min(this.height, y + height)];
    if (right <= left || bottom <= top) return;
    for (let row = top; row < bottom; row++)
      this.#pixels.fill(color, row * this.width + left, row * this.width + right);
    for (const square of this.#squares({ x: left, y: top, width: right - left, height: bottom - top }))
      this.#touched[square] = 1;
  }

  /** Which a box that lies within the picture meets. */
  *#squares({ x, y, width, height }: Box): Generator<number> {
    for (let row = Math.floor(y / SQUARE); row <= Math.floor((y + height - 1) / SQUARE); row++)
      for (let column = Math.floor(x / SQUARE); column <= Math.floor((x + width - 1) / SQUARE); column++)
        yield row * this.#squaresAcross + column;
  }

  disc(centerX: number, centerY: number, radius: number, color: number): void {
    for (let dy = -radius; dy <= radius; dy++) {
      const half = Math.floor(Math.sqrt(radius * radius - dy * dy));
      this.rectangle({ x: centerX - half, y: centerY + dy, width: 2 * half + 1, height: 1 }, color);
    }
  }

  text(x: number, y: number, scale: number, words: string, color: number): void {
    for (const [i, character] of words.split('').entries()) {
      for (const [row, bits] of glyphRows(character).entries()) {
        for (let column = 0; column < GLYPH_WIDTH; column++) {
          if ((bits & (0x10 >> column)) === 0) continue;
          this.rectangle(
            { x: x + (i * (GLYPH_WIDTH + 1) + column) * scale, y: y + row * scale, width: scale, height: scale },
            color,
          );
        }
      }
    }
  }

  centered(y: number, scale: number, words: string, color: number): void {
    this.text(Math.floor((this.width - textWidth(words, scale)) / 2), y, scale, words, color);
  }

  /** Bottom row first, as bitmaps are; packed. */
  pack({ x, y, width, height }: Box): Buffer {
    if (width * height <= MAX_RUN && this.#isBackground({ x, y, width, height }))
      return colorRun(width * height, this.#background);
    if (piece.length < width * height) {
      piece = new Uint16Array(width * height);
      packed = Buffer.alloc(packedBound(piece.length));
    }
    const pixels = piece.subarray(0, width * height);
    for (let row = 0; row < height; row++) {
      const from = (y + height - 1 - row) * this.width + x;
      pixels.set(this.#pixels.subarray(from, from + width), row * width);
    }
    return packPixels(pixels);
  }

  #isBackground(box: Box): boolean {
    for (const square of this.#squares(box)) if (this.#touched[square] === 1) return false;
    return true;
  }
}

/** One color, as often as that. */
function colorRun(length: number, color: number): Buffer {
  return Buffer.from([MEGA_COLOR_RUN, length & 0xff, length >> 8, color & 0xff, color >> 8]);
}

export function textWidth(words: string, scale: number): number {
  return words.length * (GLYPH_WIDTH + 1) * scale;
}

export function textHeight(scale: number): number {
  return GLYPH_HEIGHT * scale;
}

const MEGA_COLOR_RUN = 0xf3;
const MEGA_COLOR_IMAGE = 0xf4;
const MIN_RUN = 4;
const MAX_RUN = 0xffff;

/** Runs of one color and pixels as they are: the two orders that need no line above. */
function packPixels(pixels: Uint16Array): Buffer {
  let size = 0;
  const order = (code: number, length: number): void => {
    packed[size++] = code;
    pair(length);
  };
  const pair = (value: number): void => {
    packed[size++] = value & 0xff;
    packed[size++] = value >> 8;
  };
  let plain = 0;
  const flush = (end: number): void => {
    if (end <= plain) return;
    order(MEGA_COLOR_IMAGE, end - plain);
    for (let i = plain; i < end; i++) pair(pixels[i]!);
  };
  for (let at = 0; at < pixels.length;) {
    let run = 1;
    while (run < MAX_RUN && at + run < pixels.length && pixels[at + run] === pixels[at]) run++;
    if (run >= MIN_RUN) {
      flush(at);
      order(MEGA_COLOR_RUN, run);
      pair(pixels[at]!);
      plain = at + run;
    }
    at += run;
  }
  flush(pixels.length);
  return Buffer.from(packed.subarray(0, size));
}
