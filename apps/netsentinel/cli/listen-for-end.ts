/** When a program that runs on is asked to end. */

/** A ^C at `npm start` arrives twice: from the terminal, and passed on by npm. A second one of a person's comes later than that. */
const SAME_SIGNAL_MS = 1000;

export interface End {
  /** Resolves at the first ^C or termination; a second one ends at once. */
  readonly asked: Promise<void>;
  forget(): void;
}

/** Keeps the process alive until it is asked to end. */
export function listenForEnd(): End {
  // Signal handlers alone do not keep a process alive.
  const alive = setInterval(() => {}, 60_000);
  let askedAt: number | undefined;
  const asked = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (askedAt !== undefined) {
          if (performance.now() - askedAt > SAME_SIGNAL_MS) process.exit(1);
          return;
        }
        askedAt = performance.now();
        clearInterval(alive);
        resolve();
      });
    }
  });
  return { asked, forget: () => clearInterval(alive) };
}
