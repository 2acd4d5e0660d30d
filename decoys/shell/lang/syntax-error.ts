/** Why a text is no shell program, with what bash says about it. */
export interface SyntaxErrorOptions {
  readonly incomplete?: boolean;
  readonly awaits?: string;
  readonly showsLine?: boolean;
}

export class ShellSyntaxError extends Error {
  readonly line: number;
  /** More text could complete it: an interactive shell asks for another line. */
  readonly incomplete: boolean;
  /** What further text cannot do without to complete it; '' where that is not known. */
  readonly awaits: string;
  /** bash shows the offending line of a script below these. */
  readonly showsLine: boolean;

  constructor(message: string, line: number, options: SyntaxErrorOptions = {}) {
    super(message);
    this.name = 'ShellSyntaxError';
    this.line = line;
    this.incomplete = options.incomplete ?? false;
    this.awaits = options.awaits ?? '';
    this.showsLine = options.showsLine ?? false;
  }
}
