'use client';
/**
 * A recorded terminal. Live: what the attacker sees, as it happens, from the live channel. Replay: the recording from its beginning, with
 * speed and a timeline. The player draws characters; nothing in a recording can become markup.
 */
import 'asciinema-player/dist/bundle/asciinema-player.css';
import type { Options, Player, Source } from 'asciinema-player';
import { useEffect, useRef, type RefObject } from 'react';
import { api } from '../lib/api.ts';
import { liveSocket } from '../lib/live.ts';
import { drawOf, TerminalFeed, type Piece } from '../lib/terminal-feed.ts';

const OPTIONS = {
  fit: 'width',
  terminalFontFamily: 'ui-monospace, "DejaVu Sans Mono", Menlo, monospace',
  theme: 'asciinema',
} as const;
const SIZE = { cols: 80, rows: 24 } as const;
/** Before asking again for a recording that could not be had. */
const ASK_AGAIN_MS = 1_000;

/** What the player calls drivers by; its types leave it out. */
interface Core {
  dispatch(event: 'reset', data: { size: { cols: number; rows: number } }): void;
  dispatch(event: 'resize', data: { cols: number; rows: number }): void;
  dispatch(event: 'output', text: string): void;
  dispatch(event: 'play' | 'playing'): void;
}

export function Replay({ session }: { readonly session: string }) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(
    () =>
      play(
        element,
        { url: api.urlOf('getRecording', { session }) },
        { ...OPTIONS, idleTimeLimit: 2, controls: true, preload: true, poster: 'npt:0:01' },
      ),
    [session],
  );
  return (
    <div className="screen">
      <div className="terminal" ref={element} data-testid="replay" />
    </div>
  );
}

export function LiveTerminal({ session }: { readonly session: string }) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let leave = (): void => {};
    const driver = (core: Core) => ({
      play: () => {
        core.dispatch('play');
        core.dispatch('playing');
        leave();
        leave = follow(session, core);
        return true;
      },
      stop: () => leave(),
    });
    const close = play(element, driver as never, { ...OPTIONS, ...SIZE, autoPlay: true, controls: false });
    return () => {
      leave();
      close();
    };
  }, [session]);
  return (
    <div className="screen">
      <div className="terminal" ref={element} data-testid="live-terminal" />
    </div>
  );
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

/** Draws the recording so far, then each piece as it comes; where a piece was missed, all is asked for anew. */
function follow(session: string, core: Core): () => void {
  const socket = liveSocket();
  const feed = new TerminalFeed();
  let ended = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  const draw = (lines: readonly string[] | 'lost'): void => {
    if (lines === 'lost') return start();
    for (const line of lines) {
      const what = drawOf(line);
      if (what?.kind === 'output') core.dispatch('output', what.text);
      else if (what?.kind === 'reset') core.dispatch('reset', { size: { cols: what.cols, rows: what.rows } });
      else if (what !== undefined) core.dispatch('resize', { cols: what.cols, rows: what.rows });
    }
  };
  const start = (): void => {
    clearTimeout(retry);
    feed.reset();
    const mine = ++asked;
    socket.emit('watch', session, (reply) => {
      if (ended || mine !== asked) return;
      if (!reply.ok) {
        retry = setTimeout(start, ASK_AGAIN_MS);
        return;
      }
      core.dispatch('reset', { size: SIZE });
      draw(feed.start(reply.text, reply.offset));
    });
  };
  const onPiece = (piece: Piece & { readonly session: string }): void => {
    if (piece.session === session) draw(feed.piece(piece));
  };
  socket.on('terminal', onPiece);
  socket.on('connect', start);
  if (socket.connected) start();
  return () => {
    ended = true;
    clearTimeout(retry);
    socket.off('terminal', onPiece);
    socket.off('connect', start);
    socket.emit('unwatch', session);
  };
}
