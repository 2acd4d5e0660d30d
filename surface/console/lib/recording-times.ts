/** When things happened within a recording (asciicast v2), as it is recorded and as a player shows it that shortens pauses. */

/** A moment of a story is told by its event, which may come a little after what is seen; and recordings name their beginning by the second. */
const EARLIER_MS = 1_000;

/** Where a recording says that it began at quite another time than its session, it was moved: recorded attacks of the tour are. */
const LONGEST_SESSION_MS = 24 * 3_600_000;

/** A pause of a recording lasts so long at most while it is played; seconds, as the player takes it. */
export const MAX_PAUSE_S = 2;

export class RecordingTimes {
  /** Epoch ms. */
  readonly beginsAt: number;
  /** Of its events, ms from its beginning, ascending; and the same as played. */
  readonly #recorded: readonly number[];
  readonly #played: readonly number[];

  /** @param session epoch ms of its session's beginning */
  constructor(text: string, session: number) {
    const [header = '', ...lines] = text.split('\n');
    const named = /"timestamp":\s*(\d{1,12})\b/.exec(header)?.[1];
    const begins = Number(named ?? Number.NaN) * 1_000;
    this.beginsAt = begins > session - 60_000 && begins < session + LONGEST_SESSION_MS ? begins : session;
    const recorded: number[] = [];
    const played: number[] = [];
    let before = 0;
    let shortened = 0;
    for (const line of lines) {
      const time = Number(/^\[\s*(\d+(?:\.\d+)?)\s*,/.exec(line)?.[1] ?? Number.NaN) * 1_000;
      if (!Number.isFinite(time)) continue;
      shortened += Math.max(0, time - before - MAX_PAUSE_S * 1_000);
      before = time;
      recorded.push(time);
      played.push(time - shortened);
    }
    this.#recorded = recorded;
    this.#played = played;
  }

  get durationMs(): number {
    return this.#recorded.at(-1) ?? 0;
  }

  /** Whether it shows what happened at this time; epoch ms. */
  has(at: number): boolean {
    const within = at - this.beginsAt;
    return within >= 0 && within <= this.durationMs + EARLIER_MS;
  }

  /** Where a player has to go to show what happened at this time: seconds as played. */
  seekTo(at: number): number {
    const within = Math.max(0, at - this.beginsAt - EARLIER_MS);
    const i = this.#recorded.findIndex((time) => time >= within);
    if (i === -1) return (this.#played.at(-1) ?? 0) / 1_000;
    // Within a pause that is shortened: its end, less what is played of it.
    return Math.max(0, this.#played[i]! - Math.min(this.#recorded[i]! - within, MAX_PAUSE_S * 1_000)) / 1_000;
  }

  /** When that is told of which a player shows at this second; epoch ms. */
  atPlayed(seconds: number): number {
    const played = seconds * 1_000;
    const i = this.#played.findLastIndex((time) => time <= played);
    const recorded = i === -1 ? played : this.#recorded[i]! + (played - this.#played[i]!);
    return this.beginsAt + recorded + EARLIER_MS;
  }
}
