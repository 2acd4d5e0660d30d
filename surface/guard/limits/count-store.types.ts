/** Where requests are counted: this process's memory, or a Redis that many processes share. */

export interface Counted {
  /** Requests within the window that ends now, this one among them; a fraction, as the window before is weighed. */
  readonly used: number;
  /** Milliseconds until the current window ends. */
  readonly resetMs: number;
}

export interface CountStore {
  /** Counts one more. Never rejects. */
  count(key: string, windowMs: number, nowMs: number): Counted | Promise<Counted>;
  close(): void;
}
