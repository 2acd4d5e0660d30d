'use client';
/**
 * A recorded terminal. Live: what the attacker sees, as it happens, from the live channel. Replay: the recording from its beginning, with
 * speed and a timeline. The player draws characters; nothing in a recording can become markup.
 */
import type { Options, Player, Source } from 'asciinema-player';
import { useEffect, useRef, type RefObject } from 'react';
import { liveSocket } from '../lib/live.ts';

const OPTIONS = {
  fit: 'width',
  terminalFontFamily: 'ui-monospace, "DejaVu Sans Mono", Menlo, monospace',
  theme: 'asciinema',
} as const;

/** What the player calls drivers by; its types leave it out. */
interface Core {
  dispatch(event: 'reset', data: { size: { cols: number; rows: number } }): void;
  dispatch(event: 'output', text: string): void;
  dispatch(event: 'play' | 'playing'): void;
}

export function Replay({ session }: { readonly session: string }) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(
    () =>
      play(
        element,
        { url: `/api/v1/recordings/${encodeURIComponent(session)}` },
        { ...OPTIONS, idleTimeLimit: 2, controls: true, preload: true },
      ),
    [session],
  );
  return <div className="terminal" ref={element} data-testid="replay" />;
}

export function LiveTerminal({ session }: { readonly session: string }) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let leave = (): void => {};
    const driver = (_: unknown, core: Core) => ({
      play: () => {
        core.dispatch('play');
        core.dispatch('playing');
        leave = follow(session, core);
        return true;
      },
      stop: () => leave(),
    });
    const close = play(element, driver as never, { ...OPTIONS, autoPlay: true, controls: false, cols: 80, rows: 24 });
    return () => {
      leave();
      close();
    };
  }, [session]);
  return <div className="terminal" ref={element} data-testid="live-terminal" />;
}

/** Loads the player when it is first needed (it cannot be imported without a window); answers how to take it away. */
function play(element: RefObject<HTMLDivElement | null>, source: Source, options: Options): () => void {
  let player: Player | undefined;
  let closed = false;
  void import('asciinema-player').then(({ create }) => {
    if (!closed && element.current !== null) player = create(source, element.current, options);
  });
  return () => {
    closed = true;
    player?.dispose();
  };
}

/** Feeds the recording so far, then each piece as it comes; a piece that was missed shows by its offset, and all is asked for anew. */
function follow(session: string, core: Core): () => void {
  const socket = liveSocket();
  let next: number | undefined;
  let rest = '';
  let ended = false;
  const feed = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) draw(line, core);
  };
  const start = (): void => {
    next = undefined;
    socket.emit('watch', session, (reply) => {
      if (ended || !reply.ok) return;
      rest = '';
      core.dispatch('reset', { size: { cols: 80, rows: 24 } });
      feed(reply.text);
      next = reply.offset;
    });
  };
  const onPiece = (piece: { session: string; offset: number; text: string }): void => {
    if (piece.session !== session || next === undefined) return;
    if (piece.offset < next) return;
    if (piece.offset > next) return start();
    next += new TextEncoder().encode(piece.text).length;
    feed(piece.text);
  };
  socket.on('terminal', onPiece);
  socket.on('connect', start);
  if (socket.connected) start();
  return () => {
    ended = true;
    socket.off('terminal', onPiece);
    socket.off('connect', start);
    socket.emit('unwatch', session);
  };
}

/** One line of an asciicast v2: the header sets the size, output is drawn, `r` resizes; what the attacker typed is not shown twice. */
function draw(line: string, core: Core): void {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return;
  }
  if (Array.isArray(value)) {
    const [, kind, data] = value as unknown[];
    if (kind === 'o' && typeof data === 'string') core.dispatch('output', data);
    const size = kind === 'r' && typeof data === 'string' ? /^(\d{1,3})x(\d{1,3})$/.exec(data) : null;
    if (size !== null) core.dispatch('reset', { size: { cols: Number(size[1]), rows: Number(size[2]) } });
    return;
  }
  const { width, height } = (value ?? {}) as { width?: unknown; height?: unknown };
  if (typeof width === 'number' && typeof height === 'number')
    core.dispatch('reset', { size: { cols: clamp(width, 500), rows: clamp(height, 200) } });
}

function clamp(value: number, max: number): number {
  return Math.max(1, Math.min(max, Math.floor(value)));
}
