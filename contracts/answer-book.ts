/** Answers to requests with an `Idempotency-Key`, for who sends the same again. What was answered is kept encrypted: only the key opens it. */

export interface KeptAnswer {
  readonly account: string;
  /** SHA-256 of the key in hex: the key itself is never stored. */
  readonly keyHash: string;
  /** SHA-256 of what was asked, in hex. */
  readonly requestHash: string;
  /** As `Sealer` writes it. */
  readonly sealed: string;
  /** Epoch milliseconds, as the next. */
  readonly madeAt: number;
  readonly expiresAt: number;
}

export interface AnswerBookReader {
  keptAnswer(account: string, keyHash: string): Promise<KeptAnswer | undefined>;
}

export interface AnswerBookWriter {
  /** Keeps the account's newest `most`, this one among them. */
  putAnswer(answer: KeptAnswer, most: number): Promise<void>;
}
