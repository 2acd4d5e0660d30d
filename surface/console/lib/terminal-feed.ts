/**
 * The pieces of a recording put together: what the server has so far, then each piece as it comes. Pieces are named by byte offsets, may come
 * before the start is answered, may overlap it, and may be missing; the feed answers whole lines, once and in order, or that it needs to start anew.
 */
export interface Piece {
  readonly offset: number;
  readonly end: number;
  readonly text: string;
}

/** Pieces kept while the start is awaited; beyond them the feed starts anew. */
const MAX_EARLY = 1_000;

export class TerminalFeed {
  #next: number | undefined;
  #early: Piece[] = [];
  #rest = '';

  /** Before asking for the start. */
  reset(): void {
    this.#next = undefined;
    this.#early = [];
    this.#rest = '';
  }

  /** The answered start; `lost` where what came since does not reach it. */
  start(text: string, offset: number): readonly string[] | 'lost' {
    const early = this.#early;
    this.reset();
    this.#next = offset;
    const lines = [...this.#lines(text)];
    for (const piece of early) {
      const more = this.piece(piece);
      if (more === 'lost') return more;
      lines.push(...more);
    }
    return lines;
  }

  piece(piece: Piece): readonly string[] | 'lost' {
    if (this.#next === undefined) {
      this.#early.push(piece);
      return this.#early.length > MAX_EARLY ? 'lost' : [];
    }
    if (piece.end <= this.#next) return [];
    if (piece.offset > this.#next) return 'lost';
    const known = this.#next - piece.offset;
    this.#next = piece.end;
    return this.#lines(known === 0 ? piece.text : withoutBytes(piece.text, known));
  }

  #lines(text: string): readonly string[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines;
  }
}

function withoutBytes(text: string, bytes: number): string {
  return new TextDecoder().decode(new TextEncoder().encode(text).subarray(bytes));
}

/** What one line of an asciicast v2 asks of the terminal; undefined for what is not drawn. */
export type Draw =
  | { readonly kind: 'output'; readonly text: string }
  /** `reset` empties the terminal, `resize` keeps what it shows. */
  | { readonly kind: 'reset' | 'resize'; readonly cols: number; readonly rows: number };

/** The header begins a terminal, `r` resizes it, `o` is drawn; what the attacker typed is not shown twice. */
export function drawOf(line: string): Draw | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (Array.isArray(value)) {
    const [, kind, data] = value as unknown[];
    if (typeof data !== 'string') return undefined;
    if (kind === 'o') return { kind: 'output', text: data };
    const size = kind === 'r' ? /^(\d{1,5})x(\d{1,5})$/.exec(data) : null;
    return size === null ? undefined : sizeOf('resize', Number(size[1]), Number(size[2]));
  }
  const { width, height } = (value ?? {}) as { width?: unknown; height?: unknown };
  return typeof width === 'number' && typeof height === 'number' ? sizeOf('reset', width, height) : undefined;
}

function sizeOf(kind: 'reset' | 'resize', cols: number, rows: number): Draw {
  return { kind, cols: clamp(cols, 500), rows: clamp(rows, 200) };
}

function clamp(value: number, max: number): number {
  return Math.max(1, Math.min(max, Math.floor(value) || 1));
}
