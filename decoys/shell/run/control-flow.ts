/** How the interpreter leaves what it is in: thrown, and caught where the construct ends. None of them is a failure. */
export class BreakLoop {
  levels: number;
  readonly again: boolean;
  /** `again` is `continue`. */
  constructor(levels: number, again: boolean) {
    this.levels = levels;
    this.again = again;
  }
}

export class ReturnFunction {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}

export class ExitShell {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}

/** A command line ended with an error that also ends everything around it up to the prompt, such as `${x?}`. */
export class AbandonLine {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}

/** A signal, a bound or a closed pipe ended this process. */
export class Killed {
  readonly signal: 'INT' | 'TERM' | 'HUP' | 'KILL' | 'PIPE' | 'QUIT';
  constructor(signal: Killed['signal']) {
    this.signal = signal;
  }

  get status(): number {
    return 128 + { HUP: 1, INT: 2, QUIT: 3, KILL: 9, PIPE: 13, TERM: 15 }[this.signal];
  }
}

export type ControlFlow = BreakLoop | ReturnFunction | ExitShell | AbandonLine | Killed;

export function isControlFlow(error: unknown): error is ControlFlow {
  return (
    error instanceof BreakLoop ||
    error instanceof ReturnFunction ||
    error instanceof ExitShell ||
    error instanceof AbandonLine ||
    error instanceof Killed
  );
}
