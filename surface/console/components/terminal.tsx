'use client';
/**
 * A recorded terminal. Live: what the attacker sees, as it happens, from the live channel. Replay: the recording from its beginning, with
 * speed and a timeline. The player draws characters; nothing in a recording can become markup.
 */
import 'asciinema-player/dist/bundle/asciinema-player.css';
import type { Options, Player, Source } from 'asciinema-player';
import { useEffect, useRef, useState, type RefObject } from 'react';
import { api } from '../lib/api.ts';
import { wordsOf } from '../lib/hooks.ts';
import { liveSocket } from '../lib/live.ts';
import { MAX_PAUSE_S, RecordingTimes } from '../lib/recording-times.ts';
import { drawOf, TerminalFeed, type Piece } from '../lib/terminal-feed.ts';

const OPTIONS = {
  fit: 'width',
  terminalFontFamily: 'ui-monospace, "DejaVu Sans Mono", Menlo, monospace',
  theme: 'asciinema',
} as const;
const SIZE = { cols: 80, rows: 24 } as const;
/** How often it is looked how far a replay is. */
const PLAYED_MS = 400;
/** Before asking again for a recording that could not be had. */
const ASK_AGAIN_MS = 1_000;

/** What the player calls drivers by; its types leave it out. */
interface Core {
  dispatch(event: 'reset', data: { size: { cols: number; rows: number } }): void;
  dispatch(event: 'resize', data: { cols: number; rows: number }): void;
  dispatch(event: 'output', text: string): void;
  dispatch(event: 'play' | 'playing'): void;
}

/** Where a replay is to go: to what happened at this time, epoch ms. `n` grows with each wish. */
export interface Wish {
  readonly at: number;
  readonly n: number;
}

export function Replay(props: {
  readonly session: string;
  /** Epoch ms. */
  readonly begins: number;
  readonly wish?: Wish | undefined;
  /** Once it is there. */
  readonly onTimes?: (times: RecordingTimes) => void;
  /** While it plays, and after it was put elsewhere: when that happened which it shows, epoch ms. */
  readonly onPlayed?: (at: number) => void;
}) {
  const { session, begins, wish, onTimes, onPlayed } = props;
  const element = useRef<HTMLDivElement>(null);
  const [loaded, setLoaded] = useState<{ readonly player: Player; readonly times: RecordingTimes }>();
  const [error, setError] = useState<string>();
  const tell = useRef(onPlayed);
  useEffect(() => {
    tell.current = onPlayed;
  }, [onPlayed]);
  useEffect(() => {
    let isGone = false;
    let close = (): void => {};
    const load = async (): Promise<void> => {
      const text = await (await api.getRecording({ session })).text();
      if (isGone) return;
      const times = new RecordingTimes(text, begins);
      const options = { idleTimeLimit: MAX_PAUSE_S, controls: true, preload: true, poster: 'npt:0:01' } as const;
      close = play(element, { data: text }, { ...OPTIONS, ...options }, (player) => {
        setLoaded({ player, times });
        onTimes?.(times);
      });
    };
    load().catch((problem: unknown) => {
      if (!isGone) setError(wordsOf(problem));
    });
    return () => {
      isGone = true;
      close();
    };
  }, [session, begins, onTimes]);
  useEffect(() => {
    if (loaded === undefined) return undefined;
    const { player, times } = loaded;
    let last = -1;
    const timer = setInterval(() => {
      const now = player.getCurrentTime();
      if (now === last) return;
      if (last !== -1) tell.current?.(times.atPlayed(now));
      last = now;
    }, PLAYED_MS);
    return () => clearInterval(timer);
  }, [loaded]);
  useEffect(() => {
    if (loaded === undefined || wish === undefined) return;
    const { player, times } = loaded;
    void Promise.resolve(player.seek(times.seekTo(wish.at))).then(() => player.play());
  }, [loaded, wish]);
  return (
    <div className="screen">
      {error === undefined ? (
        <div className="terminal" ref={element} data-testid="replay" />
      ) : (
        <p className="notice bad" role="alert">
          {error}
        </p>
      )}
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
function play(
  element: RefObject<HTMLDivElement | null>,
  source: Source,
  options: Options,
  onPlayer?: (player: Player) => void,
): () => void {
  let player: Player | undefined;
  let closed = false;
  void import('asciinema-player').then(({ create }) => {
    if (closed || element.current === null) return;
    player = create(source, element.current, options);
    onPlayer?.(player);
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
