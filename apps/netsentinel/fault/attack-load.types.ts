/** What a fault run tells the program that plays its attackers, and what that says of each session, a JSON line each. */

export interface LoadOrder {
  readonly host: string;
  readonly port: number;
  /** Addresses that come once each in turn, and are blocked for it. */
  readonly strangers: readonly string[];
  /** Addresses that keep coming back; the policy ignores them. */
  readonly regulars: readonly string[];
  /** Longest pause between two sessions of one attacker, milliseconds. */
  readonly pauseMs: number;
}

/** One session as its client saw it. */
export interface SeenSession {
  readonly source: string;
  /** The password, of this session alone. */
  readonly password: string;
  /** Wall time of the connect, milliseconds: after a kill that had ended by then. */
  readonly startedAt: number;
  readonly loggedIn: boolean;
  /** Commands whose output came back whole. */
  readonly answered: readonly string[];
  /** The connection ended before all commands were answered. */
  readonly cut: boolean;
}
