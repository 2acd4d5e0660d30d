/** Pieces of a picture as fast-path bitmap updates (MS-RDPBCGR 2.2.9.1.2.1.2). */
import type { Box, Picture } from './picture.ts';

/** A piece packs into less than this even where nothing repeats: a client that takes only 16,384 bytes at once gets it whole. */
const PIECE = 64;
const COMPRESSED_WITHOUT_HEADER = 0x0401;

/** Each is one fast-path update without its frame's header. */
export function bitmapUpdates(picture: Picture, area: Box): Buffer[] {
  const updates: Buffer[] = [];
  let rectangles: Buffer[] = [];
  let size = 0;
  const flush = (): void => {
    if (rectangles.length > 0) updates.push(update(rectangles));
    [rectangles, size] = [[], 0];
  };
  const left = area.x & ~3;
  const right = Math.min(picture.width, area.x + area.width);
  for (let y = area.y; y < Math.min(picture.height, area.y + area.height); y += PIECE) {
    for (let x = left; x < right; x += PIECE) {
      // Widths are multiples of four.
      const width = Math.min(PIECE, (picture.width - x) & ~3);
      const height = Math.min(PIECE, picture.height - y);
      if (width <= 0) continue;
      const piece = rectangle({ x, y, width, height }, picture.pack({ x, y, width, height }));
      if (size + piece.length > 15_000) flush();
      rectangles.push(piece);
      size += piece.length;
    }
  }
  flush();
  return updates;
}

function rectangle({ x, y, width, height }: Box, data: Buffer): Buffer {
  const head = Buffer.alloc(18);
  const fields = [x, y, x + width - 1, y + height - 1, width, height, 16, COMPRESSED_WITHOUT_HEADER, data.length];
  for (const [i, field] of fields.entries()) head.writeUInt16LE(field, i * 2);
  return Buffer.concat([head, data]);
}

function update(rectangles: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(1, 0);
  head.writeUInt16LE(rectangles.length, 2);
  const data = Buffer.concat([head, ...rectangles]);
  const updateHead = Buffer.from([0x01, data.length & 0xff, data.length >> 8]);
  return Buffer.concat([updateHead, data]);
}

/** @param signature of the data where RDP encrypts it itself; then `data` is encrypted */
export function fastPath(data: Uint8Array, signature?: Uint8Array): Buffer {
  const length = data.length + 3 + (signature?.length ?? 0);
  const head = Buffer.from([signature === undefined ? 0x00 : 0x80, 0x80 | (length >> 8), length & 0xff]);
  return Buffer.concat([head, signature ?? Buffer.alloc(0), data]);
}
